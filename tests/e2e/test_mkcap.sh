#!/usr/bin/env bash
# timeout: 120 s
# A recording becomes a capture, which replays to the same and which Wireshark's tools read in clear.
set -u
. "$(dirname "$0")/demo_env.sh"
command -v tshark >/dev/null || skip "tshark is missing (package tshark)"
saker=$SAKER_BIN/saker
export SAKER_LIBEXEC=$root/appliance

usage() { "$saker" mkcap "$@" >"$out_dir/usage" 2>&1; [ $? = 2 ] && grep -q "^usage: saker mkcap" "$out_dir/usage"; }
check "no file named" usage
check "no such layout" usage --layout triple "$out_dir/x"
check "no such number of seconds" usage --seconds 0 "$out_dir/x"
nowhere() { "$saker" mkcap "$out_dir/no/such/folder" 2>"$out_dir/nowhere"; [ $? = 3 ] && grep -q "No such file" "$out_dir/nowhere"; }
check "a folder that is not there is named" nowhere

texts() { # file, interface: WebSocket texts tshark decrypts on it
	tshark -r "$1" -Y "frame.interface_name == \"$2\" && websocket.opcode == 1" -T fields -e websocket.payload.text 2>/dev/null
}
clear() { # file
	[ "$(texts "$1" "md rx" | grep -c bookTicker)" -gt 10 ] && [ "$(texts "$1" "trade tx" | grep -c '"order.place"')" -gt 0 ]
}
if [ -r "$recording_file" ]; then
	make_one() { "$saker" mkcap --recording "$recording_file" --seconds 4 "$out_dir/made.pcapng" >"$out_dir/log" 2>&1 || { tail -n 20 "$out_dir/log"; return 1; }; }
	check "a recording becomes a capture" make_one
	check "for its owner alone" [ "$(stat -c %a "$out_dir/made.pcapng")" = 600 ]
	check "it replays to the same" "$saker" replay "$out_dir/made.pcapng"
	check "it is in clear" clear "$out_dir/made.pcapng"
else
	echo "skipped: no recording below SAKER_DATA"
fi

finish
