#!/usr/bin/env bash
# The demo: a simulated Binance on the kernel's sockets, Saker on two DPDK TAP devices, in a network
# namespace of its own. Trades, then reports. Without arguments it makes the namespace (no root
# needed) and runs itself inside; `--inside` is the demo.
#
#   SAKER_BIN        where saker, saker-venue and hostctl are
#   OUT              folder for demo.json (build)
#   DEMO_SECONDS     how long it trades (30)
#   RECORDING        a gzip file of recorded market data; empty: a generated market
#   LAYOUT           fused or split; by default by the number of CPUs
#   IP_VERSION       4 (default) or 6: what Saker and the venue speak
#   SCENARIO         a script sourced once everything trades, instead of the wait (tests/e2e)
#   SKIP_WAIT        do not wait until everything trades (likewise)
#   CONFIG_TEMPLATE  in place of demo.yaml.in; VENUE_ARGS: more options of saker-venue
#   API_KEY          what Saker logs on with (the venue knows demo-key)
#   EXPECTED_DROPS   counters that a scenario makes rise
#   TELEMETRY        1: with Redis, InfluxDB, Prometheus and hostctl serve (demo_telemetry.sh)
#   CAPTURE          true: captures both cores from the start, into captures/; SECRETS: capture.secrets (market);
#                    FILE_MB: capture.file_mb
#   CAPTURE_TO       file that this capture becomes (saker mkcap); demo.json is then not kept
#   KEEP             where to copy logs, journal and ledger to
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${SAKER_BIN:?SAKER_BIN is not set: run it by make demo}" && pwd)
out=${OUT:-build}
seconds=${DEMO_SECONDS:-30}
recording=${RECORDING:-}
ip_version=${IP_VERSION:-4}
venue_listen=10.77.0.1 venue_address=10.77.0.1 versions=()
if [ "$ip_version" = 6 ]; then # demo.yaml.in is of IPv4
	venue_listen='[::]' venue_address='[::1]' # a TAP that goes down takes its IPv6 addresses along
	versions=(-e 's|ip: 10.7\([78]\).0.2/24|ip6: "fd7\1::2/64"|; s|gateway: 10.78.0.1|gateway6: "fd78::1"|'
		-e 's|address: 10.77.0.1|address: "fd77::1"|')
fi
if [ -z "${CAPTURE_TO:-}" ]; then
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
fi
[ -z "$recording" ] || recording=$(realpath "$recording")

refuse() { echo "demo: $*" >&2; exit 1; }

enter_namespace() {
	command -v unshare >/dev/null && command -v ip >/dev/null || refuse "unshare or ip is missing: run make deps"
	[ -c /dev/net/tun ] || refuse "/dev/net/tun is missing: load the kernel module (modprobe tun)"
	[ -z "$recording" ] || [ -r "$recording" ] || refuse "$recording: cannot be read"
	unshare -Urnpf --kill-child true 2>/dev/null ||
		refuse "user namespaces are not permitted here (sysctl kernel.unprivileged_userns_clone=1)"
	local proc=--mount-proc
	unshare -Urnpf --kill-child --mount-proc true 2>/dev/null || proc=
	export RECORDING=$recording OUT=$out SAKER_BIN=$bin DEMO_SECONDS=$seconds
	exec unshare -Urnpf --kill-child $proc bash "$here/demo.sh" --inside
}
if [ -n "${TELEMETRY:-}" ]; then
	# shellcheck source=appliance/demo_telemetry.sh
	. "$here/demo_telemetry.sh"
	telemetry_needs
fi
[ "${1:-}" = --inside ] || enter_namespace

# ---- inside: everything started here ends with the namespace ----
work=$(mktemp -d "${TMPDIR:-/tmp}/saker-demo.XXXXXX")
instance=demo$RANDOM$RANDOM
[ -z "${CAPTURE_TO:-}" ] || out=$work

end_process() { # politely, then not
	kill "$1" 2>/dev/null || return 0
	for _ in $(seq 50); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$1" 2>/dev/null || :
}
cleanup() {
	trap - EXIT INT TERM
	for p in ${telemetry_pids:-} ${saker_pid:-} ${venue_pid:-}; do end_process "$p"; done
	[ -z "${KEEP:-}" ] || cp -r "$work" "$KEEP"
	rm -rf "$work" /dev/shm/saker."$instance".*
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
	echo "demo: $*" >&2
	for f in "$work"/venue.log "$work"/saker.log "$work"/serve.log; do
		[ ! -s "$f" ] || { echo "--- ${f##*/}"; tail -n 15 "$f"; } >&2
	done
	exit 1
}
wait_for() { # seconds, what, command...
	local until=$(($(date +%s) + $1)) what=$2
	shift 2
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until" ] || fail "waited in vain: $what"
		sleep 0.1
	done
}

# The hot cores get the last CPUs, everything else the others; with one or two CPUs they share.
choose_cpus() {
	local cpus hot
	cpus=$(nproc --all)
	trade_cpu=$((cpus - 1))
	layout=${LAYOUT:-$([ "$cpus" -ge 4 ] && echo split || echo fused)}
	md_cpu=$trade_cpu hot=1
	[ "$layout" = fused ] || { md_cpu=$((cpus - 2)); hot=2; }
	shared=0
	[ "$cpus" -le $((hot + 1)) ] || shared=0-$((cpus - hot - 1))
}

make_network() {
	ip link set lo up
	for i in 0 1; do
		ip tuntap add dev saker$i mode tap multi_queue
		if [ "$ip_version" = 6 ]; then
			ip addr add fd7$((7 + i))::1/64 dev saker$i nodad
		else
			ip addr add 10.7$((7 + i)).0.1/24 dev saker$i
		fi
		ip link set saker$i up
	done
}

make_keys() {
	openssl genpkey -algorithm ed25519 -out "$work/private.pem" 2>/dev/null
	openssl pkey -in "$work/private.pem" -pubout -out "$work/public.pem"
	echo "${API_KEY:-demo-key}" >"$work/api-key"
	chmod 600 "$work/private.pem" "$work/api-key"
}

start_venue() {
	# shellcheck disable=SC2086
	taskset -c 0 "$bin/saker-venue" --listen "$venue_listen:${venue_port:-0}" --dir "$work" --state "$work/venue" \
		--admin --api-key demo-key --public-key "$work/public.pem" \
		${recording:+--recording "$recording"} ${VENUE_ARGS:-} >"$work/venue.out" 2>>"$work/venue.log" &
	venue_pid=$!
	wait_for 30 "the venue to be ready" grep -q '^ready ' "$work/venue.out"
	venue_port=$(sed -n 's/^ready .*:\([0-9]*\)$/\1/p' "$work/venue.out")
}

configure() {
	sed -e "s|@INSTANCE@|$instance|g; s|@WORK@|$work|g; s|@PORT@|$venue_port|g; s|@LAYOUT@|$layout|g" \
		-e "s|@CAPTURE@|${CAPTURE:-false}|g; s|@SECRETS@|${SECRETS:-market}|g; s|@FILE_MB@|${FILE_MB:-1024}|g" \
		"${versions[@]}" -e "s|@MD_CPU@|$md_cpu|g; s|@TRADE_CPU@|$trade_cpu|g; s|@SHARED@|$shared|g" \
		"${CONFIG_TEMPLATE:-$here/demo.yaml.in}" >"$work/saker.yaml"
}

start_saker() {
	RUNTIME_DIRECTORY=$work "$bin/saker" --config "$work/saker.yaml" >>"$work/saker.log" 2>&1 &
	saker_pid=$!
}

# ---- what scenarios ask and say ----
hostctl() { "$bin/hostctl" --instance "$instance" "$@"; }
field() { hostctl --json "$1" 2>/dev/null | jq -r "$2" 2>/dev/null; }
counter() { # region, name
	hostctl --json counters "$1" 2>/dev/null |
		jq -r --arg r "$1" --arg c "$2" '.counters[] | select(.region == $r and .counter == $c) | .value'
}
trading() { [ "$(field status .trading.risk_state)" = ACTIVE ] && [ "$(field status '.books[0].state')" = VALID ]; }
venue_ask() {
	curl -sf --cacert "$work/ca.pem" --resolve "venue.test:$venue_port:$venue_address" "$@"
}
venue_get() { venue_ask "https://venue.test:$venue_port$1"; }
venue_post() { venue_ask -X POST ${2:+--data-binary "$2"} "https://venue.test:$venue_port$1"; }
report() { python3 "$here/demo_report.py" "$@"; }

# One comparison of our book with the venue's at the same update id, level by level.
compare_book() {
	hostctl --json book BTCUSDT -n 100000 >"$work/book.json" 2>/dev/null || return 0
	venue_get "/sim/book?updateId=$(jq -r .ladder.update_id "$work/book.json")" >"$work/venue-book.json" || return 0
	report compare-book "$work/book.json" "$work/venue-book.json" >>"$work/books.jsonl"
}

trade_for() { # seconds
	for n in $(seq "$1"); do
		sleep 1
		kill -0 $saker_pid 2>/dev/null || fail "Saker ended by itself"
		compare_book
		if [ $((n % 5)) -eq 0 ]; then
			report progress "$(hostctl --json status)" "$(hostctl --json position)"
		fi
	done
}

stop_saker() {
	local rc=0
	hostctl stop >/dev/null || fail "stop was not confirmed"
	wait $saker_pid || rc=$?
	saker_pid=
	[ $rc -eq 0 ] || fail "Saker ended with code $rc"
}

# What both sides say at the end, for the report; the segment outlives the process.
collect() {
	for verb in position counters latency; do
		hostctl --json $verb >"$work/$verb.json" 2>/dev/null
	done
	for j in "$work/state"/journal.*; do
		hostctl --json journal "$j" >"$work/${j##*/}.json" 2>/dev/null
	done
	venue_get /sim/ledger >"$work/ledger.json" || fail "the venue's ledger cannot be read"
}

choose_cpus
make_network
make_keys
mkdir -p "$work/venue"
start_venue
configure
[ -z "${TELEMETRY:-}" ] || telemetry_start
start_saker
if [ -z "${SKIP_WAIT:-}" ]; then
	wait_for 30 "Saker to trade (the last lines of its log follow)" trading
	echo "demo: $layout, hot on CPU $md_cpu, $trade_cpu of $(nproc --all); market: ${recording:-generated}"
fi
if [ -n "${SCENARIO:-}" ]; then
	# shellcheck disable=SC1090
	. "$SCENARIO"
else
	trade_for "$seconds"
fi
hostctl --json status >"$work/status.json"
stop_saker
collect
report report "$work" "$out/demo.json" "$seconds"
if [ -n "${CAPTURE_TO:-}" ]; then
	cat "$work"/captures/*.pcapng >"$CAPTURE_TO"
	echo "  captured: $CAPTURE_TO (secrets of both cores' sessions included)"
fi
[ -z "${TELEMETRY:-}" ] || telemetry_check
