# kill -9 of Saker with orders open: the next start cancels those with its prefix, lists a foreign
# one and leaves it alone.
sleep 4
/usr/bin/python3 "$root/tests/e2e/foreign_order.py" place "$work" "$venue_port" || fail "the foreign order was not placed"
ours() { # open orders of the first boot
	venue_get /sim/ledger | jq -r '[.orders[] | select(.clientOrderId | startswith("saker-00000001-"))
		| select(.status == "NEW" or .status == "PARTIALLY_FILLED")] | length'
}
left=0
for _ in $(seq 30); do # stopped at a moment when orders of ours rest at the venue
	kill -STOP "$saker_pid"
	sleep 0.2
	left=$(ours)
	[ "$left" -eq 0 ] || break
	kill -CONT "$saker_pid"
	sleep 0.3
done
[ "$left" -gt 0 ] || fail "the venue never held an order of ours: nothing to recover"
kill -9 "$saker_pid"
wait "$saker_pid" 2>/dev/null || :
start_saker
wait_for 30 "Saker to trade again after kill -9" trading
[ "$(ours)" -eq 0 ] || fail "orders of the killed boot are still open"
grep -q 'foreign order: .*not-saker-1' "$work/saker.log" || fail "the foreign order is not listed"
foreign_lives() { venue_get /sim/ledger | jq -e '.orders[] | select(.clientOrderId == "not-saker-1" and .status == "NEW")'; }
foreign_lives >/dev/null || fail "the foreign order was touched"
echo "recovered: $left orders of boot 1 were open and are not any more"
sleep 8
compare_book
