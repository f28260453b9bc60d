# The venue says what no venue should: each is counted, what matters ends the session, and Saker trades on.
rises() { # group, counter, how: waits until it is above what it was
	local was=$1; shift
	[ "$(counter "$1" "$2")" -gt "$was" ]
}
says() { # what, text, group, counter
	local was; was=$(counter "$3" "$4")
	venue_post "/sim/say?what=$1" "$2" >/dev/null || fail "the venue would not say it"
	wait_for 5 "$3.$4 to count: $2" rises "$was" "$3" "$4"
	echo "counted $3.$4: $2"
}
sleep 2
says streams 'this is no JSON' md.core bad_messages
says streams '{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT"' md.core bad_messages
says streams '{"stream":"btcusdt@bookTicker","data":{"u":99999999999,"s":"BTCUSDT","b":"61837.635","B":"1.0","a":"61837.64","A":"1.0"}}' md.feed price_off_tick
says streams '{"stream":"btcusdt@bookTicker","data":{"u":99999999999,"s":"BTCUSDT","b":"99999999999999999999","B":"1.0","a":"61837.64","A":"1.0"}}' md.core bad_messages
says api '{"id":"p0000000001","status":"two hundred"}' trade.core texts_bad
says api '{{{{' trade.core texts_bad
kill -0 "$saker_pid" || fail "saker ended"
opened=$(counter md.session opened)
venue_post "/sim/raw?what=streams" "$(printf '\203\001x')" >/dev/null || fail "the venue would not send a malformed frame"
wait_for 10 "the session to be opened anew after a malformed frame" rises "$opened" md.session opened
wait_for 20 "trading again" trading
sleep 4
compare_book
