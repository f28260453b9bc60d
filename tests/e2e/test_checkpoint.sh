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

# ---- begun late, with orders resting, over several files ----
cat >"$out_dir/late.sh" <<'S'
status() { hostctl --json capture status | jq -r ".capture.$1"; }
trade_for 2
hostctl capture start || fail "capture start"
trade_for 4
hostctl --json capture status >"$work/capture.json"
hostctl capture stop || fail "capture stop"
trade_for 1
hostctl capture start || fail "capture start again"
trade_for 1
hostctl capture stop || fail "capture stop again"
S
for layout in fused split; do
	rm -f "$out_dir/$layout.orders"
	if LAYOUT=$layout SECRETS=all FILE_MB=1 KEEP=$out_dir/$layout run_scenario "$layout: begun while trading" "$out_dir/late.sh"; then
		for f in "$out_dir/$layout"/captures/*.pcapng; do
			check "$layout: ${f##*/} replayed alone" same "$f"
			cat "$out_dir/said"
		done
		jq -c .capture "$out_dir/$layout/capture.json"
	fi
done
