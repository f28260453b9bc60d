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
check "an option for captures of ours" says 2 "are for captures of saker's"
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
DEFLATE=1 record lo deflate plain
run deflate.pcapng
check "compressed messages: said" says 3 "permessage-deflate"
finish
