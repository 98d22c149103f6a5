#!/usr/bin/env bash
# Prefect's server with our flows as deployments, until Ctrl-C. PREFECT_PORT names another port than 4200.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PREFECT_PORT:-4200}
export PREFECT_HOME="${PREFECT_HOME:-$PWD/var/prefect}" PREFECT_API_URL="http://127.0.0.1:$port/api"
export PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
# In memory, the slots of runs that a killed server had at work would never come free.
export PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=prefect.server.concurrency.lease_storage.filesystem
# Otherwise Prefect deletes no finished run, and its database grows for ever.
export PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED="${PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED:-events,flow_runs}"

stop() {
  local running
  # The flows first: they pause their schedules, and would wait long for a server that has gone.
  [ -z "${flows:-}" ] || { kill "$flows" 2>/dev/null && wait "$flows"; } || true
  running=$(jobs -p)
  [ -z "$running" ] || kill $running 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

prefect server start --port "$port" &
server=$!
until python -c "import httpx; httpx.get('$PREFECT_API_URL/health', timeout=5).raise_for_status()" 2>/dev/null; do
  kill -0 "$server" 2>/dev/null || exit 1
  sleep 0.5
done
python -m flows.deployments &
flows=$!
wait -n
