# The venue is killed with its state in mid-demo and comes back: reconnect, resubscribe, resync,
# reconcile, and the ledgers match. Orders in flight at the kill are UNKNOWN until the venue is asked.
export EXPECTED_DROPS=trade.gateway.became_unknown
sleep 6
kill -9 "$venue_pid"; wait "$venue_pid" 2>/dev/null || :
sleep 2
stale() { [ "$(field status '.books[0].state')" != VALID ]; }
wait_for 5 "the book not to be VALID without its venue" stale
start_venue
wait_for 30 "Saker to trade again after the venue came back" trading
before=$(field position '.positions[0].fills')
sleep 10
compare_book
[ "$(counter md.session opened)" -ge 2 ] || fail "the market-data session was not opened again"
echo "fills before and after: $before $(field position '.positions[0].fills')"
