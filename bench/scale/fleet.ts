/** Owns the fleet: isolates in places, each with the store that production has, and whom the traffic reaches. */

import { createTenantStore, type TenantStore } from "../../src/tenants/store.ts";
import { createPlace, type Place, type World } from "./world.ts";

/** The fleet that is simulated. */
export interface FleetOptions {
	readonly places: number;
	/** Of the whole fleet. */
	readonly requestsPerSecond: number;
	/** A place has as many isolates as it takes to keep each below this. */
	readonly maxRequestsPerSecondOfIsolate: number;
	/** An isolate lives so long on average, then a cold one takes its place. */
	readonly isolateLifeSeconds: number;
	readonly tenants: number;
}

/** One isolate, or rather one seat that isolates take one after another. */
export interface Seat {
	readonly place: Place;
	readonly placeRank: number;
	readonly requestsPerSecond: number;
	store: TenantStore;
	bornAtSeconds: number;
	diesAtSeconds: number;
}

/** A fleet in operation. */
export interface Fleet {
	readonly places: readonly Place[];
	readonly seats: readonly Seat[];
	/** The seat that the next request goes to; its isolate is replaced first if its time has come. */
	next(): Seat;
}

/** Places differ in traffic as tenants do: the first has twice that of the second, and so on. */
export function createFleet(options: FleetOptions, world: World, random: () => number): Fleet {
	const weights = Array.from({ length: options.places }, (_, rank) => 1 / (rank + 1));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const places: Place[] = [];
	const seats: Seat[] = [];
	const sums: number[] = [];
	let sum = 0;
	for (const [placeRank, weight] of weights.entries()) {
		const place = createPlace(world, options.tenants);
		places.push(place);
		const rate = (options.requestsPerSecond * weight) / total;
		const isolates = Math.ceil(rate / options.maxRequestsPerSecondOfIsolate);
		for (let i = 0; i < isolates; i++) {
			const seat: Seat = {
				place,
				placeRank,
				requestsPerSecond: rate / isolates,
				store: createStore(place, world),
				bornAtSeconds: 0,
				diesAtSeconds: lifetime(),
			};
			seats.push(seat);
			sum += rate / isolates;
			sums.push(sum);
		}
	}

	/** A seat's first isolate is in the middle of its life, as one that is met at random is. */
	function lifetime(): number {
		return -Math.log(1 - random()) * options.isolateLifeSeconds;
	}

	return {
		places,
		seats,
		next() {
			const seat = seats[firstAbove(sums, random() * sum)] as Seat;
			if (seat.diesAtSeconds <= world.seconds) {
				seat.store = createStore(seat.place, world);
				seat.bornAtSeconds = world.seconds;
				seat.diesAtSeconds = world.seconds + lifetime();
			}
			return seat;
		},
	};
}

function createStore(place: Place, world: World): TenantStore {
	return createTenantStore({
		read: place.read,
		now: () => world.seconds * 1000,
		onFailure: () => {},
		secondCopy: place.secondCopy,
	});
}

/** The index of the first sum above `wanted`. */
function firstAbove(sums: readonly number[], wanted: number): number {
	let low = 0;
	let high = sums.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sums[middle] ?? 0) <= wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}
