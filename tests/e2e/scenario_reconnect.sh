# The market-data session is lost and opened again over a cable of 10 ms each way, with a full handshake
# and with a resumed one: how many round trips until there is market data again.
export EXPECTED_DROPS=trade.gateway.became_unknown
delay_ms=10
# The venue's address moves behind the cable; the TAP answers for it no more.
ip link add d0 type veth peer name d1
ethtool -K d1 tx off >/dev/null
ip addr del 10.77.0.1/24 dev saker0
echo 1 >/proc/sys/net/ipv4/conf/saker0/arp_ignore
ip addr add 10.77.0.1/24 dev d1
ip link set d0 up; ip link set d1 up
python3 "$root/tests/e2e/delay_link.py" saker0 d0 d1 $delay_ms "$work/wire.jsonl" >"$work/link.out" 2>&1 &
link_pid=$!
wait_for 5 "the cable" grep -q ready "$work/link.out"

# Milliseconds on the tape from the book's becoming STALE to the first quote or trade behind it.
stale_to_data() {
	hostctl --json tape -n 20000 2>/dev/null | python3 -c 'import datetime, json, sys
events = json.load(sys.stdin)["events"]
lost = max(i for i, e in enumerate(events) if e["state"] == "STALE")
data = next(e for e in events[lost:] if e["kind"] in ("BBO", "TRADE"))
at = [datetime.datetime.fromisoformat("2000-01-01T" + e["time"]) for e in (events[lost], data)]
print(round((at[1] - at[0]).total_seconds() * 1000, 1))'
}
opened_again() { [ "$(counter md.session opened)" -gt "$1" ] && trading; }
reconnect() { # name, command that loses the connection
	local name=$1 opened; shift
	opened=$(counter md.session opened)
	"$@"
	wait_for 30 "the market-data session to be open again" opened_again "$opened"
	wait_for 10 "market data" stale_to_data
	python3 "$root/tests/e2e/delay_link.py" --report "$work/wire.jsonl" "$(stale_to_data)" >"$work/report.json" ||
		fail "the cable's log makes no sense"
	echo "reconnect, $name: $(cat "$work/report.json")"
	cp "$work/report.json" "$out/reconnect-$name.json"
}
new_venue() { kill -9 "$venue_pid"; wait "$venue_pid" 2>/dev/null || :; start_venue; }
drop() { venue_post "/sim/drop?what=streams" >/dev/null || fail "the venue would not drop the session"; }

reconnect resumed drop
sleep 1
reconnect full new_venue # its keys are new: it cannot read our ticket
sleep 1
kill "$link_pid"
