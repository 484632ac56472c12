#!/bin/sh
# Owns the workerd that Miniflare starts. Miniflare ends it only where it is asked to: that of a killed test run would stay.
exec "$(dirname "$0")/kept.sh" "$CORDON_WORKERD" "$@"
