#!/usr/bin/env bash
# The demo: a simulated Binance on the kernel's sockets, Saker on two DPDK TAP devices, in a network namespace of its own. Trades for
# DEMO_SECONDS (30) against RECORDING (a gzip file of recorded market data; a generated market where it is empty), then reports.
#   demo.sh            makes the namespace (no root needed) and runs itself inside
#   demo.sh --inside   the demo
# SAKER_BIN: where saker, saker-venue and hostctl are. OUT: folder for demo.json. LAYOUT: fused or split (default: by the number of CPUs).
# API_KEY: what Saker logs on with (the venue knows demo-key). EXPECTED_DROPS: counters that a scenario makes rise.
# SCENARIO: a script sourced once everything trades, instead of the wait (the end-to-end tests use it).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${SAKER_BIN:?SAKER_BIN is not set: run it by make demo}" && pwd)
out=${OUT:-build}
seconds=${DEMO_SECONDS:-30}
recording=${RECORDING:-}
mkdir -p "$out"; out=$(cd "$out" && pwd)
[ -z "$recording" ] || recording=$(realpath "$recording")

if [ "${1:-}" != --inside ]; then
	command -v unshare >/dev/null && command -v ip >/dev/null || { echo "demo: unshare or ip is missing: run make deps" >&2; exit 1; }
	[ -c /dev/net/tun ] || { echo "demo: /dev/net/tun is missing: the kernel module tun is needed (modprobe tun)" >&2; exit 1; }
	[ -z "$recording" ] || [ -r "$recording" ] || { echo "demo: $recording: cannot be read" >&2; exit 1; }
	unshare -Urnpf --kill-child --mount-proc true 2>/dev/null && proc=--mount-proc || proc=
	unshare -Urn true 2>/dev/null || { echo "demo: user namespaces are not permitted here (sysctl kernel.unprivileged_userns_clone=1)" >&2; exit 1; }
	export RECORDING=$recording OUT=$out SAKER_BIN=$bin DEMO_SECONDS=$seconds
	exec unshare -Urnpf --kill-child $proc bash "$here/demo.sh" --inside
fi

# --- inside the namespace: everything started here ends with it ---
work=$(mktemp -d "${TMPDIR:-/tmp}/saker-demo.XXXXXX")
instance=${INSTANCE:-demo$RANDOM$RANDOM}
cleanup() {
	trap - EXIT INT TERM
	for p in ${saker_pid:-} ${venue_pid:-}; do
		kill "$p" 2>/dev/null || continue
		for _ in $(seq 50); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
		kill -9 "$p" 2>/dev/null || :
	done
	[ -z "${KEEP:-}" ] || cp -r "$work" "$KEEP"
	rm -rf "$work" /dev/shm/saker."$instance".*
}
trap cleanup EXIT
trap 'exit 130' INT TERM
fail() { echo "demo: $*" >&2; for f in "$work"/venue.log "$work"/saker.log; do [ ! -s "$f" ] || { echo "--- ${f##*/}" >&2; tail -n 15 "$f" >&2; }; done; exit 1; }

cpus=$(nproc --all); last=$((cpus - 1))
if [ "$cpus" -ge 4 ]; then layout=${LAYOUT:-split}; else layout=${LAYOUT:-fused}; fi
if [ "$layout" = split ]; then md_cpu=$((cpus - 2)); else md_cpu=$last; fi
if [ "$cpus" -eq 1 ]; then shared=0; elif [ "$layout" = split ] && [ "$cpus" -gt 2 ]; then shared=0-$((cpus - 3)); elif [ "$cpus" -eq 2 ] || [ "$layout" = split ]; then shared=0; else shared=0-$((cpus - 2)); fi

ip link set lo up
for i in 0 1; do
	ip tuntap add dev saker$i mode tap multi_queue
	ip addr add 10.7$((7 + i)).0.1/24 dev saker$i
	ip link set saker$i up
done

start_venue() {
	# shellcheck disable=SC2086
	taskset -c 0 "$bin/saker-venue" --listen "10.77.0.1:${venue_port:-0}" --dir "$work" --state "$work/venue" --admin --api-key demo-key \
		--public-key "$work/public.pem" ${recording:+--recording "$recording"} ${VENUE_ARGS:-} >"$work/venue.out" 2>>"$work/venue.log" &
	venue_pid=$!
	for _ in $(seq 300); do
		grep -q '^ready ' "$work/venue.out" 2>/dev/null && break
		kill -0 $venue_pid 2>/dev/null || fail "the venue did not start"
		sleep 0.1
	done
	venue_port=$(sed -n 's/^ready .*:\([0-9]*\)$/\1/p' "$work/venue.out")
	[ -n "$venue_port" ] || fail "the venue did not say that it is ready"
}
start_saker() {
	RUNTIME_DIRECTORY=$work taskset -c 0-$last "$bin/saker" --config "$work/saker.yaml" >>"$work/saker.log" 2>&1 &
	saker_pid=$!
}
hostctl() { "$bin/hostctl" --instance "$instance" "$@"; }
venue_get() { curl -sf --cacert "$work/ca.pem" --resolve "venue.test:$venue_port:10.77.0.1" "https://venue.test:$venue_port$1"; }
venue_post() { curl -sf -X POST ${2:+--data-binary "$2"} --cacert "$work/ca.pem" --resolve "venue.test:$venue_port:10.77.0.1" "https://venue.test:$venue_port$1"; }
field() { hostctl --json "$1" 2>/dev/null | jq -r "$2" 2>/dev/null; }
counter() { hostctl --json counters "$1" 2>/dev/null | jq -r --arg r "$1" --arg c "$2" '.counters[] | select(.region == $r and .counter == $c) | .value'; }
wait_for() { # seconds, what, command...
	local until=$(($(date +%s) + $1)) what=$2; shift 2
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until" ] || fail "waited in vain: $what"
		sleep 0.1
	done
}
# One comparison of our book with the venue's at the same update id, level by level; the report reads them all.
compare_book() {
	hostctl --json book BTCUSDT -n 100000 >"$work/book.json" 2>/dev/null || return 0
	local id; id=$(jq -r .ladder.update_id "$work/book.json")
	venue_get "/sim/book?updateId=$id" >"$work/venue-book.json" || return 0
	python3 "$here/demo_report.py" compare-book "$work/book.json" "$work/venue-book.json" >>"$work/books.jsonl"
}

openssl genpkey -algorithm ed25519 -out "$work/private.pem" 2>/dev/null
openssl pkey -in "$work/private.pem" -pubout -out "$work/public.pem"
echo "${API_KEY:-demo-key}" >"$work/api-key"; chmod 600 "$work/private.pem" "$work/api-key"
mkdir -p "$work/venue"
start_venue
sed -e "s|@INSTANCE@|$instance|g; s|@WORK@|$work|g; s|@PORT@|$venue_port|g; s|@LAYOUT@|$layout|g; s|@MD_CPU@|$md_cpu|g; s|@TRADE_CPU@|$last|g; s|@SHARED@|$shared|g" \
	"${CONFIG_TEMPLATE:-$here/demo.yaml.in}" >"$work/saker.yaml"
start_saker

trading() { [ "$(field status .trading.risk_state)" = ACTIVE ] && [ "$(field status '.books[0].state')" = VALID ]; }
if [ -z "${SKIP_WAIT:-}" ]; then
	wait_for 30 "Saker to trade (the last lines of its log follow)" trading
	echo "demo: $layout on CPU $md_cpu/$last of $cpus; market: ${recording:-generated}; trading for $seconds s"
fi

if [ -n "${SCENARIO:-}" ]; then
	# shellcheck disable=SC1090
	. "$SCENARIO"
else
	end=$(($(date +%s) + seconds)); n=0
	while [ "$(date +%s)" -lt $end ]; do
		sleep 1; n=$((n + 1))
		kill -0 $saker_pid 2>/dev/null || fail "Saker ended by itself"
		compare_book
		if [ -t 1 ] || [ $((n % 5)) -eq 0 ]; then
			python3 "$here/demo_report.py" progress "$(hostctl --json status)" "$(hostctl --json position)"
		fi
	done
fi

hostctl --json status >"$work/status.json"
hostctl stop >/dev/null || fail "stop was not confirmed"
rc=0; wait $saker_pid || rc=$?
saker_pid=
[ $rc -eq 0 ] || fail "Saker ended with code $rc"
for verb in position counters latency; do hostctl --json $verb >"$work/$verb.json" 2>/dev/null; done
for j in "$work/state"/journal.*; do hostctl --json journal "$j" >"$work/${j##*/}.json" 2>/dev/null; done
venue_get /sim/ledger >"$work/ledger.json" || fail "the venue's ledger cannot be read"
python3 "$here/demo_report.py" report "$work" "$out/demo.json" "$seconds"
