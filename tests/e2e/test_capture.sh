#!/usr/bin/env bash
# timeout: 300 s
# The demo captured, and the captures read by Wireshark's tools: from the start over several files, and
# begun and ended in the middle of trading.
set -u
. "$(dirname "$0")/demo_env.sh"
for program in tshark capinfos mergecap; do
	command -v $program >/dev/null || skip "$program is missing (package tshark)"
done
export root
counter() { # run, region, name
	jq -r --arg r "$2" --arg c "$3" '.counters[] | select(.region == $r and .counter == $c) | .value' \
		"$out_dir/$1/counters.json"
}
shark() { tshark -r "$@" 2>/dev/null; }
packets() { # file, interface's name
	shark "$1" -Y "frame.interface_name == \"$2\"" | wc -l
}
secrets() { capinfos "$1" | sed -n 's/^Number of decryption secrets in file: //p'; }
texts() { # file, interface's name, part of the text
	shark "$1" -Y "websocket.opcode == 1 && frame.interface_name == \"$2\"" -T fields -e websocket.payload.text |
		tr ',' '\n' | grep -c "$3"
}

# ---- from the start, over several files ----
run=whole
if CAPTURE=true SECRETS=all FILE_MB=1 DEMO_SECONDS=10 KEEP=$out_dir/$run OUT=$out_dir \
	"$root/appliance/demo.sh" >"$out_dir/log" 2>&1; then
	ok "the demo, captured from the start"
	check "the ledgers match" [ "$(report .ledger_match)" = true ]
	check "no allocation on a hot core" [ "$(report .allocations_after_seal)" = 0 ]
else
	bad "the demo, captured from the start"
	tail -n 40 "$out_dir/log"
fi
files=("$out_dir/$run/captures"/*.pcapng)
all=$out_dir/all.pcapng
check "several files" [ "${#files[@]}" -ge 2 ]
check "nothing was lost" [ "$(($(counter $run app capture_lost_md) + $(counter $run app capture_lost_trade)))" = 0 ]
for f in "${files[@]}"; do
	check "${f##*.0}: read alone by capinfos" [ -n "$(capinfos -c "$f")" ]
	check "${f##*.0}: each session's secrets" [ "$(secrets "$f")" -ge 3 ]
	check "${f##*.0}: readable by its owner alone" [ "$(stat -c %a "$f")" = 600 ]
done
mergecap -a -w "$all" "${files[@]}"
for side in "md rx" "md tx" "trade rx" "trade tx"; do
	way=${side#* }
	check "$side: as many frames as the port counted" \
		[ "$(packets "$all" "$side")" = "$(counter $run "${side% *}.port" "${way}_frames")" ]
done
check "capinfos counts what was written" [ "$(capinfos -Mc "$all" | sed -n 's/^Number of packets: *//p')" = "$(counter $run app capture_frames)" ]
check "no packet is malformed" [ -z "$(shark "$all" -Y _ws.malformed)" ]
check "each order shows in plain text" [ "$(texts "$all" "trade tx" '"method":"order.place"')" = "$(counter $run trade.core orders)" ]
check "logons show: the policy is all" [ "$(texts "$all" "trade tx" '"method":"session.logon"')" -ge 2 ]
check "the venue's reports show" [ "$(texts "$all" "trade rx" '"e":"executionReport"')" -gt 10 ]
check "market data shows" [ "$(texts "$all" "md rx" '"stream":"btcusdt@bookTicker"')" -gt 100 ]
check "the upgrade request of market data shows" [ -n "$(shark "$all" -Y 'frame.interface_name == "md tx" && http.request.uri contains "stream"')" ]
check "the file says that it begins with the process" grep -q "begins with the process" <(capinfos -k "${files[0]}")
check "the second says what it needs" grep -q "goes on from the file before it" <(capinfos -k "${files[1]}")

# ---- begun and ended in the middle; the default keeps market data's secrets alone ----
run=late
cat >"$out_dir/scenario.sh" <<'S'
sleep 1
status() { hostctl --json capture status | jq -r ".capture.$1"; }
[ "$(status state)" = off ] || fail "a capture is under way: $(status state)"
hostctl capture start || fail "capture start"
[ "$(status state)" = on ] || fail "not on: $(status state)"
sleep 2
end_process "$venue_pid"
start_venue
wait_for 30 "Saker to trade again after the venue came back" trading
sleep 2
hostctl capture stop || fail "capture stop"
[ "$(status state)" = off ] || fail "not off: $(status state)"
kept=$(status frames)
[ "$kept" -gt 100 ] || fail "only $kept frames"
sleep 1
[ "$(status frames)" = "$kept" ] || fail "frames after the end"
hostctl capture start || fail "capture start again"
sleep 1
rm -rf "$work/captures.gone" && mv "$work/captures" "$work/captures.gone" && : >"$work/captures"
hostctl capture stop || fail "capture stop: the file that is open stays good"
! hostctl capture start 2>"$work/refused" || fail "capture start without its folder"
grep -q "capture.dir" "$work/refused" || fail "$(cat "$work/refused")"
[ "$(status state)" = failed ] || fail "not failed: $(status state)"
[ -n "$(field status '.warnings[] | select(.warning == "capture_failed") | .detail')" ] || fail "no warning"
rm "$work/captures" && mv "$work/captures.gone" "$work/captures"
trade_for 2
S
if EXPECTED_DROPS=trade.gateway.became_unknown KEEP=$out_dir/$run \
	run_scenario "begun and ended while trading" "$out_dir/scenario.sh"; then
	check "late: the ledgers match" [ "$(report .ledger_match)" = true ]
	check "late: no allocation on a hot core" [ "$(report .allocations_after_seal)" = 0 ]
	files=("$out_dir/$run/captures"/*.pcapng)
	check "two captures, two files" [ "${#files[@]}" = 2 ]
	check "the file says that it was begun late" grep -q "begun while the process ran" <(capinfos -k "${files[0]}")
	check "and which sessions were open" grep -q "already open: md order standby" <(capinfos -k "${files[0]}")
	check "of which market data's first frames are there" grep -q "head of this file: 1," <(capinfos -k "${files[0]}")
	# Market data's first connection: its SYN is in the file though it was sent before the capture began.
	first='frame.interface_name == "md tx" && tcp.flags.syn == 1'
	stream=$(shark "${files[0]}" -Y "$first" -T fields -e tcp.stream | head -n 1)
	of() { # filter: packets of that connection
		shark "${files[0]}" -Y "tcp.stream == $stream && $1" | wc -l
	}
	check "its handshake shows, and its upgrade in plain text" [ "$(of http.request)" = 1 ]
	check "and the first ticks behind that" [ "$(of 'websocket.opcode == 1')" -gt 5 ]
	if grep -q "of 0 no frame" <(capinfos -k "${files[0]}"); then
		check "frames are missing then" [ "$(of tcp.analysis.lost_segment)" -ge 1 ]
		hole=$(shark "${files[0]}" -Y "tcp.stream == $stream && frame.interface_name == \"md rx\" && tcp.analysis.lost_segment" \
			-T fields -e frame.number | head -n 1)
		check "behind which nothing received can be opened, TLS 1.3 having no record numbers" \
			[ "$(of "frame.interface_name == \"md rx\" && websocket && frame.number > $hole")" = 0 ]
	else
		check "no frame is missing: all shows" [ "$(of tcp.analysis.lost_segment)" = 0 ]
	fi
	check "market data that was opened anew shows" [ "$(texts "${files[0]}" "md rx" '"stream":"btcusdt@bookTicker"')" -gt 20 ]
	check "orders do not: the policy is market" [ "$(texts "${files[0]}" "trade tx" '"method"')" = 0 ]
	check "order sessions began in this file" [ -n "$(shark "${files[0]}" -Y 'frame.interface_name == "trade tx" && tls.handshake.type == 1')" ]
	check "and none of them is opened" [ -z "$(shark "${files[0]}" -Y 'frame.interface_name contains "trade" && (http || websocket)')" ]
	"$SAKER_BIN/saker" replay "${files[0]}" >"$out_dir/replayed" 2>&1
	check "replay runs market data from the checkpoint" grep -Eq "^market-data core +([0-9]{3,}) of \1 turns" "$out_dir/replayed"
	check "and says why no more" grep -q "of the market-data core alone (capture.secrets: all" "$out_dir/replayed"
	check "nothing differed" grep -q "the same as recorded" "$out_dir/replayed"
	check "no API key is in the file" bash -c "! grep -q demo-key '${files[0]}'"
	check "no packet is malformed" [ -z "$(shark "${files[0]}" -Y _ws.malformed)" ]
fi

# ---- begun while market data's session is young: none of its frames is missing, all of it shows ----
run=young
cat >"$out_dir/scenario.sh" <<'S'
md_state() { field status '.sessions[] | select(.session == "md") | .state'; }
md_open() { [ "$(md_state)" = OPEN ]; }
md_lost() { ! md_open; }
whole() { capinfos -k "$(ls "$work"/captures/*.pcapng | tail -n 1)" | grep -q "of 1 no frame"; }
for try in 1 2 3 4 5; do # on a machine that is slow to answer 64 KB may be over before the capture begins
	end_process "$venue_pid"
	wait_for 10 "market data's session to end" md_lost
	start_venue
	until md_open; do :; done
	hostctl capture start || fail "capture start"
	sleep 1
	hostctl capture stop || fail "capture stop"
	! whole || break
done
whole || fail "five captures all began too late"
wait_for 30 "Saker to trade again" trading
trade_for 2
S
if EXPECTED_DROPS=trade.gateway.became_unknown KEEP=$out_dir/$run \
	run_scenario "begun right after a session opened" "$out_dir/scenario.sh"; then
	f=$(ls "$out_dir/$run/captures"/*.pcapng | tail -n 1)
	check "young: secrets" [ "$(secrets "$f")" -ge 1 ]
	late=$(shark "$f" -Y 'frame.interface_name == "md rx"' -T fields -e frame.number | tail -n 200 | head -n 1)
	check "young: texts show to the end" [ "$(shark "$f" -Y "frame.interface_name == \"md rx\" && websocket && frame.number > ${late:-0}" | wc -l)" -gt 100 ]
	check "young: nothing sealed is left unopened" [ -z "$(shark "$f" -Y 'frame.interface_name contains "md" && tls.app_data && !websocket && !http')" ]
	check "young: no frame is missing" [ -z "$(shark "$f" -Y 'frame.interface_name contains "md" && tcp.analysis.lost_segment')" ]
fi

# ---- without a folder: no recorder stands before the ports, nothing can be captured, trading goes on ----
sed '/^capture:/d' "$root/appliance/demo.yaml.in" >"$out_dir/no_folder.yaml.in"
cat >"$out_dir/scenario.sh" <<'S'
! hostctl capture start 2>"$work/refused" || fail "capture start without a folder"
grep -q "set capture.dir" "$work/refused" || fail "$(cat "$work/refused")"
trade_for 2
S
CONFIG_TEMPLATE=$out_dir/no_folder.yaml.in run_scenario "without a folder" "$out_dir/scenario.sh"
check "no folder: the ledgers match" [ "$(report .ledger_match)" = true ]
finish
