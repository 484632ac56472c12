/** Owns the question to a workerd how large its JavaScript heap is. */

interface Target {
	readonly webSocketDebuggerUrl: string;
}

/**
 * The heap in use after a full collection, in bytes. workerd answers only when the isolate next runs: keep it busy.
 * @param keepBusy sends a request or a few
 */
export async function usedHeapBytes(
	inspectorPort: number,
	keepBusy: () => Promise<unknown>,
): Promise<number> {
	const targets = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json()) as Target[];
	const [target] = targets;
	if (target === undefined) throw new Error("The inspector names no isolate.");
	const socket = new WebSocket(target.webSocketDebuggerUrl);
	await new Promise((resolve, reject) => {
		socket.addEventListener("open", resolve);
		socket.addEventListener("error", reject);
	});
	const waiting = new Map<number, (result: { usedSize?: number }) => void>();
	socket.addEventListener("message", ({ data }) => {
		const { id, result } = JSON.parse(String(data)) as { id: number; result: { usedSize?: number } };
		waiting.get(id)?.(result);
	});
	let calls = 0;
	const ask = async (method: string) => {
		const id = ++calls;
		let answer: { usedSize?: number } | undefined;
		waiting.set(id, (result) => {
			answer = result;
		});
		socket.send(JSON.stringify({ id, method }));
		while (answer === undefined) await keepBusy();
		return answer;
	};
	try {
		await ask("Runtime.enable");
		await ask("HeapProfiler.enable");
		await ask("HeapProfiler.collectGarbage");
		await ask("HeapProfiler.collectGarbage");
		return (await ask("Runtime.getHeapUsage")).usedSize ?? 0;
	} finally {
		socket.close();
	}
}
