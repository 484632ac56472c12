#!/bin/sh
# Owns a command that ends with whoever started it, for those who can give it neither a group nor a standard input of its
# own. It is one process with the command: only a watch stands beside it, and goes within a second when it is gone.
keeper=$PPID
command=$$
(
	while kill -0 "$command"; do
		kill -0 "$keeper" || kill -s KILL "$command"
		sleep 1
	done
) </dev/null >/dev/null 2>&1 3>&- &
exec "$@"
