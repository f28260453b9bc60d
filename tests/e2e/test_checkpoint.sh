#!/usr/bin/env bash
# timeout: 300 s
# Captures begun while the demo trades, and each of several files alone, replayed: every frame the same, and
# order texts that are those the whole capture shows.
set -u
. "$(dirname "$0")/demo_env.sh"
command -v tshark >/dev/null || skip "tshark is missing (package tshark)"
saker=$SAKER_BIN/saker
same() { # file: replayed alone, its order texts behind those of the files before
	"$saker" replay --orders "$out_dir/texts" "$1" >"$out_dir/said" 2>&1 || { cat "$out_dir/said"; return 1; }
	cat "$out_dir/texts" >>"$out_dir/$layout.orders"
}

sent() { # file: order texts on the wire, in their order
	tshark -r "$1" -Y 'frame.interface_name == "trade tx" && websocket.opcode == 1 && !tcp.analysis.retransmission' \
		-T fields -e websocket.payload.text 2>/dev/null | grep -E '^\{"id":"[a-z]*[0-9]*","method":"order\.(place|cancel)"'
}

# ---- from the start, in files of 1 MB, each replayed alone ----
layout=fused
check "captured from the start" env LAYOUT=$layout CAPTURE=true SECRETS=all FILE_MB=1 DEMO_SECONDS=6 KEEP="$out_dir/whole" OUT="$out_dir" \
	"$root/appliance/demo.sh" >"$out_dir/log" 2>&1
files=("$out_dir"/whole/captures/*.pcapng)
check "in several files" [ "${#files[@]}" -ge 2 ]
for f in "${files[@]}"; do
	check "${f##*/} alone: the same" same "$f"
done
check "each but the first from a checkpoint" grep -q "begun at a checkpoint" "$out_dir/said"
mergecap -a -w "$out_dir/all.pcapng" "${files[@]}"
sent "$out_dir/all.pcapng" >"$out_dir/sent"
check "orders were sent" [ "$(wc -l <"$out_dir/sent")" -gt 10 ]
check "the texts of all files, one behind the other, are those on the wire" cmp "$out_dir/fused.orders" "$out_dir/sent"
check "all files together" "$saker" replay --orders "$out_dir/texts" "${files[@]}"
check "lead to the same texts" cmp "$out_dir/texts" "$out_dir/sent"

# ---- begun late, with orders resting ----
cat >"$out_dir/late.sh" <<'S'
resting() { [ "$(hostctl --json orders | jq '.orders | length')" -gt 0 ]; }
begun() { [ "$(hostctl --json capture status | jq .capture.checkpoints)" -gt 0 ]; }
trade_for 1
wait_for 10 "orders to rest" resting
hostctl capture start || fail "capture start"
wait_for 60 "its checkpoint" begun
trade_for 3
hostctl --json capture status >"$work/capture.json"
hostctl capture stop || fail "capture stop"
hostctl capture start || fail "capture start again"
wait_for 60 "its checkpoint" begun
trade_for 1
hostctl capture stop || fail "capture stop again"
S
for layout in fused split; do
	rm -f "$out_dir/$layout.orders"
	if LAYOUT=$layout SECRETS=all FILE_MB=1024 KEEP=$out_dir/$layout run_scenario "$layout: begun while trading" "$out_dir/late.sh"; then
		for f in "$out_dir/$layout"/captures/*.pcapng; do
			check "$layout: ${f##*/} replayed alone" same "$f"
			check "$layout: from a checkpoint" grep -q "begun at a checkpoint" "$out_dir/said"
		done
		check "$layout: with orders" [ "$(wc -l <"$out_dir/$layout.orders")" -gt 10 ]
		echo "        $(jq -c '.capture | {checkpoints, checkpoint_bytes, still_ns}' "$out_dir/$layout/capture.json")"
	fi
done
finish
