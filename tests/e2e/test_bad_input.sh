#!/usr/bin/env bash
# timeout: 240 s
# Bad input wherever it enters: a clear error that names the place, no crash, no hang.
set -u
. "$(dirname "$0")/demo_env.sh"
export root out_dir SKIP_WAIT=1
demo=$root/appliance/demo.yaml.in
# name, sed program over the demo's configuration, expected exit code, expected words of saker's last line
refuses() {
	sed "$2" "$demo" >"$out_dir/bad.yaml.in"
	cat >"$out_dir/scenario" <<-S
		rc=0; for _ in \$(seq 100); do kill -0 \$saker_pid 2>/dev/null || break; sleep 0.1; done
		! kill -0 \$saker_pid 2>/dev/null || { echo "still running"; exit 9; }
		wait \$saker_pid || rc=\$?
		saker_pid=; echo "rc=\$rc"; tail -n 1 "\$work/saker.log"; exit 0
	S
	CONFIG_TEMPLATE=$out_dir/bad.yaml.in SCENARIO=$out_dir/scenario OUT=$out_dir "$root/appliance/demo.sh" >"$out_dir/log" 2>&1
	if grep -q "^rc=$3$" "$out_dir/log" && tail -n 1 "$out_dir/log" | grep -qE "$4"; then
		ok "$1: $(tail -n 1 "$out_dir/log" | cut -c1-150)"
	else
		bad "$1"
		cat "$out_dir/log"
	fi
}
# name, sed program, words of the log to wait for: saker goes on, and says why it does not trade
complains() {
	sed "$2" "$demo" >"$out_dir/bad.yaml.in"
	cat >"$out_dir/scenario" <<-S
		said() { grep -qE '$3' "\$work/saker.log"; }
		wait_for 15 "saker's log to say: $3" said
		kill -0 \$saker_pid || fail "saker ended"
		grep -m1 -E '$3' "\$work/saker.log"; kill \$saker_pid; exit 0
	S
	if CONFIG_TEMPLATE=$out_dir/bad.yaml.in SCENARIO=$out_dir/scenario OUT=$out_dir "$root/appliance/demo.sh" >"$out_dir/log" 2>&1; then
		ok "$1: $(tail -n 1 "$out_dir/log" | cut -c1-150)"
	else
		bad "$1"
		cat "$out_dir/log"
	fi
}
refuses "unknown configuration key" 's/^mode: live/moed: live/' 4 'saker.yaml:[0-9]+: .*moed'
refuses "missing CA file" 's|ca_file: .*|ca_file: /nonexistent/ca.pem|' 4 '/nonexistent/ca.pem'
refuses "a limit that is no number" 's|max_quantity: .*|max_quantity: lots|' 4 'max_quantity'
refuses "unknown instrument" 's|instruments: .*|instruments: [NOSUCH]|; s/instrument: BTCUSDT/instrument: NOSUCH/' 3 'NOSUCH'
refuses "unknown device" 's|net_tap1,iface=saker1|net_nothing7|' 3 'net_nothing7'
refuses "strategy parameter out of range" 's/half_spread: 50/half_spread: 0/' 3 'half_spread'
refuses "wrong host name in the certificate (REST)" 's/rest: {host: venue.test/rest: {host: other.test/' 3 'other.test'
complains "wrong host name in the certificate (streams)" 's/stream: {host: venue.test/stream: {host: other.test/' 'market data: down: CERTIFICATE'
API_KEY=wrong-key complains "wrong API key" '' 'the venue refused our logon'
unset SKIP_WAIT
export EXPECTED_DROPS="md.core.bad_messages md.feed.bad_json md.feed.truncated md.feed.price_off_tick
	md.feed.number_too_large md.ws.rx_bad_frame trade.core.texts_bad trade.gateway.reply_bad_json
	trade.gateway.reply_bad_field"
run_scenario "malformed frames and JSON, a price off the tick" "$root/tests/e2e/scenario_bad_venue.sh"
check "the ledgers match all the same" [ "$(report .ledger_match)" = true ]
finish
