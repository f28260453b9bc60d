# The kill word, with every thread but the hot ones stopped: both cores obey, and the venue has cancelled everything.
some_open() { [ "$(field status .trading.orders_open)" -gt 0 ]; }
sleep 3
wait_for 10 "an order to be open" some_open
coproc FREEZE { /usr/bin/python3 "$root/tests/e2e/freeze_threads.py" "$saker_pid"; }
read -r -u "${FREEZE[0]}" frozen || fail "the threads could not be stopped"
for name in saker slow io; do [[ " $frozen " == *" $name "* ]] || fail "thread $name was not stopped: $frozen"; done
hostctl kill || fail "kill was not seen by both cores"
open_at_venue() { venue_get /sim/ledger | jq -r '[.orders[] | select(.status == "NEW" or .status == "PARTIALLY_FILLED")] | length'; }
none_open() { [ "$(open_at_venue)" -eq 0 ]; }
wait_for 5 "the venue to have no open order" none_open
for core in md trade; do
	[ "$(field status ".cores[] | select(.core == \"$core\") | .halted")" = true ] || fail "$core core is not halted"
done
sent=$(counter trade.core orders)
sleep 2
[ "$(counter trade.core orders)" -eq "$sent" ] || fail "orders after the kill word"
eval "exec ${FREEZE[1]}>&-"
wait "$FREEZE_PID" 2>/dev/null || :
echo "killed with $frozen; arming again"
hostctl arm >/dev/null 2>&1 || sleep 1
wait_for 20 "trading to begin again by arm" bash -c "'$bin/hostctl' --instance '$instance' arm"
wait_for 20 "the book to be VALID again" trading
sleep 4
compare_book
