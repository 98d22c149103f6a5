#!/usr/bin/env bash
# Prefect's server with our flows as deployments, until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
export PREFECT_HOME="$PWD/var/prefect" PREFECT_API_URL=http://127.0.0.1:4200/api
export PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
mkdir -p var/inbox
prefect server start --port 4200 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until curl -fs "$PREFECT_API_URL/health" >/dev/null; do
  kill -0 "$server" || exit 1
  sleep 1
done
python -m flows.deployments
