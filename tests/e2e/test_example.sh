#!/usr/bin/env bash
# timeout: 60 s
# The capture in the repository replays to the same, and Wireshark's tools read it in clear.
set -u
. "$(dirname "$0")/demo_env.sh"
command -v tshark >/dev/null || skip "tshark is missing (package tshark)"
saker=$SAKER_BIN/saker
texts() { # file, interface: WebSocket texts tshark decrypts on it
	tshark -r "$1" -Y "frame.interface_name == \"$2\" && websocket.opcode == 1" -T fields -e websocket.payload.text 2>/dev/null
}
clear() { # file
	[ "$(texts "$1" "md rx" | grep -c bookTicker)" -gt 10 ] && [ "$(texts "$1" "trade tx" | grep -c '"order.place"')" -gt 0 ]
}
example=$root/pcap/example.pcapng
check "the example is at most 1 MB" [ "$(stat -c %s "$example")" -le 1000000 ]
check "the example replays to the same" "$saker" replay "$example"
check "the example is in clear" clear "$example"
finish
