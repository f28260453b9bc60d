#!/usr/bin/env bash
# timeout: 400 s
# The demo captured from its start, in both layouts, and replayed: the same frames, and order texts that
# are, byte for byte, what tshark decrypts from the frames that were sent.
set -u
. "$(dirname "$0")/demo_env.sh"
command -v tshark >/dev/null || skip "tshark is missing (package tshark)"
saker=$SAKER_BIN/saker
sent() { # files: order texts on the wire, in their order
	for f in "$@"; do
		tshark -r "$f" -Y 'frame.interface_name == "trade tx" && websocket.opcode == 1 && !tcp.analysis.retransmission' \
			-T fields -e websocket.payload.text 2>/dev/null
	done | grep -E '^\{"id":"[a-z]*[0-9]*","method":"order\.(place|cancel)"'
}
capture() { # layout, MB a file, seconds
	LAYOUT=$1 CAPTURE=true SECRETS=all FILE_MB=$2 DEMO_SECONDS=$3 KEEP=$out_dir/$1 OUT=$out_dir \
		"$root/appliance/demo.sh" >"$out_dir/log" 2>&1 && return
	tail -n 30 "$out_dir/log"
	return 1
}

# ---- both layouts ----
for layout in fused split; do
	check "$layout: the demo, captured" capture $layout 1024 8
	file=$(ls "$out_dir/$layout"/captures/*.pcapng)
	check "$layout: replayed twice to the same" \
		"$saker" replay -n 2 --orders "$out_dir/$layout.orders" "$file"
	sent "$file" >"$out_dir/$layout.sent"
	check "$layout: orders were sent" [ "$(wc -l <"$out_dir/$layout.sent")" -gt 10 ]
	check "$layout: the texts are those on the wire" cmp "$out_dir/$layout.orders" "$out_dir/$layout.sent"
done

# ---- without the network, /dev/shm, or the files the configuration names ----
bare() { unshare -Urn "$saker" replay "$file" >"$out_dir/bare" 2>&1 && grep -q "the same as recorded" "$out_dir/bare"; }
check "in a namespace without devices" bare
check "no segment is left behind" [ -z "$(find /dev/shm -name 'saker.demo*' -newer "$out_dir/split.sent" 2>/dev/null)" ]

# ---- several files of one run ----
rm -rf "$out_dir/fused"
check "fused, in files of 1 MB" capture fused 1 16
files=("$out_dir/fused"/captures/*.pcapng)
check "there are several" [ "${#files[@]}" -ge 3 ]
check "replayed as one" "$saker" replay "${files[@]}"
"$saker" replay "${files[0]}" "${files[@]:2}" >"$out_dir/hole" 2>&1
check "one left out: said, and not a success" grep -q "records are missing" "$out_dir/hole"

# ---- what a capture lacks ----
says() { # file, exit code, sentence
	"$saker" replay "$1" >"$out_dir/says" 2>&1
	[ $? = "$2" ] && grep -q "$3" "$out_dir/says" && return
	cat "$out_dir/says"
	return 1
}
CAPTURE=true SECRETS=market FILE_MB=1024 DEMO_SECONDS=3 KEEP=$out_dir/market OUT=$out_dir "$root/appliance/demo.sh" >"$out_dir/log" 2>&1
check "order keys withheld: said, with the remedy" says "$out_dir"/market/captures/*.pcapng 1 "capture.secrets: all"
check "and market data is run to its end" grep -Eq "^market-data core +([0-9]+) of \1 turns" "$out_dir/says"

# ---- its strategies again, with a stand-in for the order session ----
market=$(ls "$out_dir"/market/captures/*.pcapng)
paper() { # options: leaves paper, plain, paper.orders
	"$saker" replay "$@" --orders "$out_dir/paper.orders" --plain "$out_dir/plain" "$market" >"$out_dir/paper" 2>&1 && return
	cat "$out_dir/paper"
	return 1
}
sums() { grep -E "^(orders and cancels|answers|BTCUSDT:)" "$out_dir/paper"; }
check "order keys withheld, nothing fills" paper --fills none -n 2
check "orders were sent" [ "$(wc -l <"$out_dir/paper.orders")" -gt 5 ]
check "and none filled" grep -q "^BTCUSDT: 0 fills" "$out_dir/paper"
check "orders fill" paper --fills sim -n 2
sums >"$out_dir/fused.sums"
model() { "$root/tests/e2e/paper_model.py" "$out_dir/plain" 1000000 >"$out_dir/fills" && [ -s "$out_dir/fills" ]; }
check "as another model says" model
check "in two threads" paper --fills sim --layout split -n 2
check "the same orders, answers and position" cmp "$out_dir/fused.sums" <(sums)
[ "$(nproc)" -lt 2 ] || check "free: for timing alone" paper --free
bare() { unshare -Urn "$saker" replay --fills sim "$market" >"$out_dir/paper" 2>&1 && cmp "$out_dir/fused.sums" <(sums); }
check "the same in a namespace without devices" bare

# ---- damaged files ----
size=$(stat -c %s "$file")
head -c $((size * 2 / 3)) "$file" >"$out_dir/cut"
check "cut off: the rest is replayed, the end is named" says "$out_dir/cut" 1 "input ends too early"
check "and up to there it is the same" grep -q "the same as recorded" "$out_dir/says"
cp "$file" "$out_dir/changed"
where=$(grep -abo SAKR "$file" | sed -n '2000s/:.*//p')
printf '\377' | dd of="$out_dir/changed" bs=1 seek=$((where + 30)) conv=notrunc 2>/dev/null
check "a byte changed: its block and packet are named" says "$out_dir/changed" 1 "behind packet [0-9]*: checksum"
head -c 100 /dev/urandom >"$out_dir/noise"
check "no capture at all" says "$out_dir/noise" 3 "no capture file"
check "no such file" says "$out_dir/nowhere" 3 "No such file"
"$saker" replay >/dev/null 2>&1
check "usage" [ $? = 2 ]
finish
