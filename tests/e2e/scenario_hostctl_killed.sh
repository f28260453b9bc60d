# hostctl dies while it follows the tape: trading goes on.
hostctl tape --follow >/dev/null 2>&1 &
watcher=$!
sleep 3
kill -9 $watcher; wait $watcher 2>/dev/null || :
sent=$(counter trade.core orders); seen=$(counter md.core bbo)
sleep 8
kill -0 "$saker_pid" || fail "Saker ended with hostctl"
[ "$(counter md.core bbo)" -gt "$seen" ] || fail "no tick after hostctl was killed"
[ "$(counter trade.core orders)" -gt "$sent" ] || fail "no order after hostctl was killed"
compare_book
