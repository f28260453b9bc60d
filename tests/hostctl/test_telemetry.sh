#!/usr/bin/env bash
# The demo with Redis, InfluxDB and Prometheus: their figures are the report's, and every Grafana panel has data.
# timeout: 180 s
set -eu
cd "$(dirname "$0")/../.."
for p in redis-server influxd prometheus; do
	command -v $p >/dev/null || { echo "$p is not installed (tuning/deps.sh telemetry)"; exit 77; }
done
[ -c /dev/net/tun ] || { echo "/dev/net/tun is missing"; exit 77; }
unshare -Urnpf --kill-child true 2>/dev/null || { echo "user namespaces are not permitted here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TELEMETRY=1 TELEMETRY_SCRIPT=$PWD/tests/hostctl/grafana_panels.sh
OUT=$work DEMO_SECONDS=${DEMO_SECONDS:-12} appliance/demo.sh
