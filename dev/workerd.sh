#!/bin/sh
# Owns a workerd that ends with whoever started it. Miniflare ends its own only where it is asked to: the workerd of a
# test run that is killed would stay. Standard input and descriptor 3 are Miniflare's, so the process itself is watched.
keeper=$PPID
workerd=$$
(
	while kill -0 "$workerd"; do
		kill -0 "$keeper" || kill -s KILL "$workerd"
		sleep 1
	done
) </dev/null >/dev/null 2>&1 3>&- &
exec "$CORDON_WORKERD" "$@"
