#!/usr/bin/env bash
# What faults of Redis, InfluxDB and Prometheus cost trading, what they lose, and how it is caught up with (`make
# test-telemetry`, a quarter of an hour; test_telemetry_cost.sh is the short form). FAULTS, PHASE_SECONDS, LOOKS:
# as in scenario_telemetry_cost.sh.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
for p in redis-server influxd prometheus; do
	command -v $p >/dev/null || skip "$p is not installed (tuning/deps.sh telemetry)"
done
unshare -Urnpf --kill-child --mount-proc true 2>/dev/null || skip "a mount namespace is not permitted here"
[ "$(nproc)" -ge 2 ] || skip "one CPU: the servers would share the hot core's"
# Enough orders for a percentile: quotes follow every tick, as far as the venue's request weight goes.
sed -e 's/refresh: 10/refresh: 1/; s/orders_per_second: 20/orders_per_second: 40/; s/order_burst: 20/order_burst: 40/' \
	"$root/appliance/demo.yaml.in" >"$out_dir/demo.yaml.in"
export CONFIG_TEMPLATE=$out_dir/demo.yaml.in VENUE_ARGS="--orders-per-10s 100000" LAYOUT=fused TELEMETRY=1
run_scenario telemetry "$root/tests/e2e/scenario_telemetry_cost.sh" &&
	check "the ledgers match" [ "$(report .ledger_match)" = true ]
[ ! -f "$out_dir/telemetry_cost.txt" ] || cat "$out_dir/telemetry_cost.txt"
finish
