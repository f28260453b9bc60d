# Sourced by the end-to-end tests: runs the demo in its namespace with a scenario of the test's own.
#   run_scenario NAME FILE   SCENARIO=FILE; SECONDS, RECORDING, CONFIG_TEMPLATE as in appliance/demo.sh
# A scenario runs inside demo.sh and has its functions: start_venue, start_saker, hostctl, field,
# wait_for, venue_get, venue_post, fail.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export SAKER_BIN=${SAKER_BIN:-$root/build/release/bin}
passed=0 failed=0
skip() { echo "SKIP: $1"; exit 77; }
unshare -Urn true 2>/dev/null || skip "user namespaces are not permitted here"
[ -c /dev/net/tun ] || skip "/dev/net/tun is missing"
recording_file=${SAKER_DATA:-/nonexistent}/binance/btcusdt_20240808.spot.hftbacktest.gz
out_dir=$(mktemp -d "${TMPDIR:-/tmp}/saker-e2e.XXXXXX")
trap 'rm -rf "$out_dir"' EXIT
ok() { passed=$((passed + 1)); echo "  ok    $1"; }
bad() { failed=$((failed + 1)); echo "  FAIL  $1"; }
check() { local what=$1; shift; if "$@"; then ok "$what"; else bad "$what: $*"; fi; }
run_scenario() {
	if OUT=$out_dir SCENARIO=$2 "$root/appliance/demo.sh" >"$out_dir/log" 2>&1; then
		ok "$1"
	else
		bad "$1"
		tail -n 40 "$out_dir/log"
		return 1
	fi
}
report() { jq -r "$1" "$out_dir/demo.json"; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; }
