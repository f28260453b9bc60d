#!/usr/bin/env bash
# timeout: 300 s
# Market data recorded by dumpcap between a server and a client of Python's websockets library, plain and
# over OpenSSL, replayed: the texts are those the client received, in every format editcap writes; and what
# may be wrong with such a file is said.
set -u
. "$(dirname "$0")/demo_env.sh"
for tool in dumpcap editcap mergecap openssl; do
	command -v $tool >/dev/null || skip "$tool is missing (packages tshark, openssl)"
done
/usr/bin/python3 -c "import websockets" 2>/dev/null || skip "python3-websockets is missing"
[ -f "$recording_file" ] || skip "the recording is missing (SAKER_DATA)"
here=$(cd "$(dirname "$0")" && pwd)
saker=$SAKER_BIN/saker
cd "$out_dir" || exit 1

# ---- captures ----
zcat "$recording_file" | sed -n '8p' | cut -d' ' -f2- >snapshot.json
zcat "$recording_file" | sed '8d' | head -n 2000 | cut -d' ' -f2- >messages
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=venue 2>/dev/null
cat >record.sh <<'EOF'
ip link set lo up
dumpcap -q -i "$1" -f 'tcp port 9001' -w "$2.pcapng" -a duration:60 2>"$2.log" &
dumpcap=$!
for _ in $(seq 100); do grep -qs "File:" "$2.log" && break; sleep 0.1; done
/usr/bin/python3 "$3" . 2000 "$4" || exit 1
sleep 0.5
kill -INT $dumpcap
wait $dumpcap
mv received "$2.received"
[ ! -f keys ] || mv keys "$2.keys"
EOF
record() { unshare -Urn bash record.sh "$1" "$2" "$here/foreign_market.py" "$3"; } # interface, name, mode

# ---- running them ----
in=(--instrument BTCUSDT:0.01:0.00001 --snapshot snapshot.json)
run() { # capture, more options
	local file=$1
	shift
	"$saker" replay "${in[@]}" "$file" "$@" --plain plain >said 2>&1
	rc=$?
	sed 's/^[^ ]* md < //' plain >texts 2>/dev/null
}
whole() { # capture, name of what was received, more options
	local file=$1 received=$2.received
	shift 2
	run "$file" "$@"
	[ $rc = 0 ] && cmp -s texts "$received" && grep -q "^BTCUSDT VALID, 0 gaps: bid 61830.00 x 2.17238000 ask 61830.01" said && return
	cat said
	return 1
}
says() { # exit code, sentence: of the last run
	[[ $rc == $1 ]] && grep -Eq "$2" said && return
	echo "exit code $rc"
	cat said
	return 1
}
begins() { [ -s texts ] && cmp -s texts <(head -n "$(wc -l <texts)" "$1"); } # only what was received, in order

check "dumpcap records a plain connection" record lo plain plain
check "one of TLS 1.3" record lo tls13 tls13
check "one of TLS 1.2" record lo tls12 tls12
check "one on any interface (Linux cooked)" record any cooked plain
HOST=::1 record lo ipv6 plain
check "IPv6" whole ipv6.pcapng ipv6
check "plain: the texts received, and the venue's book" whole plain.pcapng plain
check "wrong checksums of the loopback are said" says 0 "wrong TCP checksums"
check "TLS 1.3, keys from the key log" whole tls13.pcapng tls13 --keys tls13.keys
check "TLS 1.2" whole tls12.pcapng tls12 --keys tls12.keys
check "Linux cooked" whole cooked.pcapng cooked

# ---- formats ----
editcap -F pcap plain.pcapng micro.pcap
editcap -F nsecpcap plain.pcapng nano.pcap
editcap -F pcap -C 0:14 -T rawip plain.pcapng raw.pcap 2>/dev/null
editcap --inject-secrets tls,tls13.keys tls13.pcapng inside.pcapng
/usr/bin/python3 - <<'EOF'
import struct
b = open("nano.pcap", "rb").read()
out, at = struct.pack(">IHHIIII", *struct.unpack("<IHHIIII", b[:24])), 24
while at < len(b):
    h = struct.unpack("<IIII", b[at:at + 16])
    out += struct.pack(">IIII", *h) + b[at + 16:at + 16 + h[2]]
    at += 16 + h[2]
open("big.pcap", "wb").write(out)
EOF
check "classic pcap, microseconds" whole micro.pcap plain
check "classic pcap, nanoseconds" whole nano.pcap plain
check "the other byte order" whole big.pcap plain
check "raw IP" whole raw.pcap plain
check "secrets inside the file" whole inside.pcapng tls13
editcap -c 500 plain.pcapng part.pcapng
parts=(part_*.pcapng)
run "${parts[0]}" "${parts[@]:1}"
check "in several files" cmp -s texts plain.received

# ---- several connections ----
mergecap -w both.pcapng plain.pcapng tls12.pcapng
run both.pcapng
check "two connections: listed" says 3 "choose by --connection N"
check "with their ends" says 3 "connection 2: 127.0.0.1:[0-9]+ to 127.0.0.1:9001"
check "the second" whole both.pcapng tls12 --keys tls12.keys --connection 2
run both.pcapng --connection 3
check "one that is not there" says 3 "no such connection"

# ---- what may be wrong ----
run tls13.pcapng
check "no key log: said, with the remedy" says 3 "packet [0-9]+: the key log has no SERVER_HANDSHAKE_TRAFFIC_SECRET .*SSLKEYLOGFILE"
run tls13.pcapng --keys tls12.keys
check "another connection's key log" says 3 "the key log has no"
sed 's/\(SERVER_TRAFFIC_SECRET_0 [0-9a-f]* \)..../\10000/' tls13.keys >wrong.keys
run tls13.pcapng --keys wrong.keys
check "a wrong secret" says 3 "packet [0-9]+: a record does not open with the key log's secret"
"$saker" replay plain.pcapng >said 2>&1
rc=$?
check "no instrument: said" says 2 "by --instrument SYMBOL:TICK:LOT"
"$saker" replay --instrument BTCUSDT:0:1 plain.pcapng >said 2>&1
rc=$?
check "a bad one" says 2 "expected SYMBOL:TICK:LOT"
run plain.pcapng --orders orders
check "an option for captures of ours, or with strategies" says 2 "are for captures of saker's, or with --fills"
editcap plain.pcapng -r late.pcapng 50-100000
run late.pcapng
check "begun too late" says 3 "packet 1: the connection's beginning \(SYN\) is not in the capture"
for m in plain tls13; do
	keys=()
	[ $m = plain ] || keys=(--keys $m.keys)
	editcap $m.pcapng gap.pcapng 600-620
	run gap.pcapng "${keys[@]}"
	check "$m: frames are missing: where" says 1 "ended early: packet 6[0-9][0-9]: [0-9]+ bytes of the server's stream before it"
	check "$m: what is before them is used" begins $m.received
	editcap -s 200 $m.pcapng cut.pcapng
	run cut.pcapng "${keys[@]}"
	check "$m: a snapshot length: said" says '[13]' "record with -s 0"
done
head -c $(($(stat -c %s plain.pcapng) * 2 / 3)) plain.pcapng >short.pcapng
run short.pcapng
check "a file cut off: where" says 1 "a file is not whole: .*behind packet [0-9]+: "
check "the rest of it is used" begins plain.received
editcap -T user0 plain.pcapng link.pcapng
run link.pcapng
check "an unknown link type" says 3 "link type that is not known here"
"$saker" replay --instrument BTCUSDT:0.01:0.00001 plain.pcapng >said 2>&1
rc=$?
check "without a snapshot: best prices and trades, said" says 0 "no snapshot for a book"
run plain.pcapng --snapshot messages
check "a snapshot that is none" says 1 "snapshot of BTCUSDT: "
# ---- strategies on it ----
cat >trade.yaml <<'YAML'
instance: paper
mode: observe
cpus: { trade: 1, shared: "0" }
ports:
  md: { device: net_tap0, ip: 10.77.0.2/24 }
  trade: { device: net_tap1, ip: 10.78.0.2/24 }
venue: { stream: { host: a.example }, api: { host: b.example }, rest: { host: c.example } }
instruments: [BTCUSDT]
strategies:
  - { name: quotes, type: maker, params: { instrument: BTCUSDT, half_spread: 50, size: 0.001, max_position: 0.01 } }
risk: { max_quantity: 0.01, max_notional: 1000, max_position: 0.02, max_open_notional: 5000, collar_bps: 50,
        max_open_orders: 4, orders_per_second: 100, order_burst: 50 }
YAML
sed 's/half_spread: 50/half_spread: 1, refresh: 2, post_only: false/' trade.yaml >narrow.yaml
trades() { # capture, configuration, more options: leaves said, plain, orders
	local file=$1 config=$2
	shift 2
	"$saker" replay "${in[@]}" "$file" --config "$config" "$@" --orders orders --plain plain >said 2>&1
	rc=$?
}
model() { "$here/paper_model.py" plain "$@" >fills || { cat said; return 1; }; }
filled() { [ "$(wc -l <fills)" -ge "$1" ] && grep -q "^BTCUSDT: $(wc -l <fills) fills" said; }
sums() { grep -E "^(orders and cancels|answers|BTCUSDT:)" said; }

trades tls13.pcapng trade.yaml --keys tls13.keys --fills none -n 2
check "strategies, nothing fills" says 0 "^BTCUSDT: 0 fills.* position 0.00000000"
check "orders were sent" [ "$(wc -l <orders)" -gt 10 ]
check "and acknowledged" grep -q '"x":"NEW"' plain
check "their texts are those in the clear" cmp orders <(sed -n 's/^[^ ]* order > //p' plain)
for config in trade narrow; do
	trades tls13.pcapng $config.yaml --keys tls13.keys --fills sim -n 2
	check "$config: strategies, orders fill, twice to the same" says 0 "^strategies: fused, fills sim, round trip 1000 us"
	sums >fused.sums
	check "$config: fills are those of another model" model 1000000
	check "$config: there are some" filled 10
	trades tls13.pcapng $config.yaml --keys tls13.keys --fills sim --layout split -n 3
	check "$config: in two threads, three times" says 0 "^strategies: split"
	check "$config: the same orders, answers and position" cmp fused.sums <(sums)
done
sed "s|type: maker, params: .*|type: example, plugin: $SAKER_BIN/../strategy/example.so, params: { instrument: BTCUSDT, threshold: 60, lots: 10 } }|" \
	trade.yaml >takes.yaml
trades tls13.pcapng takes.yaml --keys tls13.keys --fills sim --round-trip 5000 --fees 2:4.25
check "a plug-in that takes" says 0 "^orders: [0-9]+"
check "what it takes, and the fees, are the model's" model 5000000 2:4.25
check "as taker" grep -q "taker$" fills
trades tls13.pcapng takes.yaml --keys tls13.keys --fills none
check "immediate-or-cancel orders expire where nothing fills" grep -q '"x":"EXPIRED"' plain
trades plain.pcapng narrow.yaml --fills sim --round-trip 20 --fees 7.5:10
check "a round trip of 20 us, and fees" says 0 "round trip 20 us"
check "fills and fees again as the model's" model 20000 7.5:10
check "fees are summed by asset" says 0 "^BTCUSDT: .* fees [0-9.]+ USDT"
trades tls13.pcapng narrow.yaml --keys tls13.keys --fills sim --latency --pace
check "at the recorded pace, with the stages' times" says 0 "^t2t +[0-9]+ +[0-9]+"
if [ "$(nproc)" -ge 2 ]; then
	trades tls13.pcapng narrow.yaml --keys tls13.keys --free
	check "free: for timing alone" says 0 "these need not be the orders of another run"
	check "the hop between the cores is timed" says 0 "^publish_to_read +[0-9]+"
fi
trades plain.pcapng none.yaml --fills sim
check "no such configuration" says 4 "none.yaml: cannot be read"
sed 's/type: maker/type: quoter/' trade.yaml >unknown.yaml
trades plain.pcapng unknown.yaml --fills sim
check "an unknown strategy" says 3 "trading core: quoter: no such strategy"
sed 's/instruments: .*/instruments: [BTCUSDT, ETHUSDT]/' trade.yaml >more.yaml
trades plain.pcapng more.yaml --fills sim
check "an instrument nobody explains" says 2 "more.yaml: instruments: ETHUSDT is not in the replayed market data"
"$saker" replay --instrument BTCUSDT:0.01:0.00001 --instrument ETHUSDT:0.01:0.0001 plain.pcapng --config trade.yaml \
	--fills sim >said 2>&1
rc=$?
check "one the configuration lacks" says 2 "ETHUSDT is not among the instruments of trade.yaml"
sed 's/instrument: BTCUSDT,/instrument: ETHUSDT,/' trade.yaml >other.yaml
trades plain.pcapng other.yaml --fills sim
check "a strategy on another instrument" says 3 "trading core: maker: does not start with these parameters"
run plain.pcapng --fills sim
check "no configuration: said" says 2 "by --config FILE"
run plain.pcapng --fills maybe
check "fills that are none" says 2 "expected none .* or sim"
run plain.pcapng --layout split
check "a layout without strategies" says 2 "say --fills none or sim"
run plain.pcapng --fills sim --config trade.yaml --fees 10
check "a fee that is none" says 2 "expected MAKER:TAKER in basis points"
run plain.pcapng --fills sim --config trade.yaml --round-trip 0
check "a round trip of nothing" says 2 "expected microseconds"
"$saker" replay --instrument BTCUSDT:0.01:0.00001 plain.pcapng --config trade.yaml --fills sim >said 2>&1
rc=$?
check "without a snapshot no book is valid and nothing is sent" says 0 "^orders: 0,"

DEFLATE=1 record lo deflate plain
run deflate.pcapng
check "compressed messages: said" says 3 "permessage-deflate"
finish
