#!/usr/bin/env bash
# timeout: 120 s
# From the loss of the market-data session to the first quote, in round trips: full handshake and resumed.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
command -v ethtool >/dev/null || skip "ethtool is missing"
# Sessions to resume are kept by host, and the order sessions would fetch the new venue's first.
sed 's|stream: {host: venue.test|stream: {host: stream.test|' "$root/appliance/demo.yaml.in" >"$out_dir/demo.yaml.in"
export CONFIG_TEMPLATE=$out_dir/demo.yaml.in VENUE_ARGS="--host venue.test --host stream.test"
of() { jq -r "$2" "$out_dir/reconnect-$1.json"; }
if run_scenario reconnect "$root/tests/e2e/scenario_reconnect.sh"; then
	grep '^reconnect' "$out_dir/log"
	check "a session that is lost is resumed" [ "$(of resumed .handshake)" = resumed ]
	check "in three round trips: TCP, TLS, the upgrade with the first data" [ "$(of resumed .round_trips)" = 3 ]
	check "a new venue wants a full handshake" [ "$(of full .handshake)" = full ]
	check "which takes three as well" [ "$(of full .round_trips)" = 3 ]
	check "but more bytes: the certificate" [ "$(of resumed .handshake_bytes)" -lt "$(of full .handshake_bytes)" ]
	check "the ledgers match" [ "$(report .ledger_match)" = true ]
fi
finish
