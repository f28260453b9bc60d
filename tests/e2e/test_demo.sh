#!/usr/bin/env bash
# timeout: 300 s
# The demo itself: on the real recording where it is at hand, on a generated market, split on two
# CPUs, over IPv6, and under the sanitizers.
set -u
. "$(dirname "$0")/demo_env.sh"
demo() { # name, seconds, variable assignments...
	local name=$1 seconds=$2; shift 2
	if env "$@" DEMO_SECONDS="$seconds" OUT="$out_dir" "$root/appliance/demo.sh" >"$out_dir/log" 2>&1; then
		ok "$name"
	else
		bad "$name"
		tail -n 40 "$out_dir/log"
		return 1
	fi
}
healthy() {
	check "$1: the ledgers match" [ "$(report .ledger_match)" = true ]
	check "$1: no allocation on a hot core" [ "$(report .allocations_after_seal)" = 0 ]
	check "$1: every drop is explained" [ "$(report '.drops.unexplained | length')" = 0 ]
	check "$1: every level equals the venue's" [ "$(report .book.wrong_levels)" = 0 ]
	check "$1: the book was compared, and VALID all through" [ "$(report '.book.compared > 0 and .book.valid_throughout')" = true ]
}
demo "generated market" 10 && healthy "generated"
if [ -r "$recording_file" ]; then
	if demo "real recording, 30 s" 30 "RECORDING=$recording_file"; then
		healthy "recording"
		check "over 1,000 ticks" [ "$(report .ticks)" -gt 1000 ]
		check "over 20 orders" [ "$(report .orders)" -gt 20 ]
		check "some fills" [ "$(report .fills)" -gt 0 ]
	fi
else
	echo "  skip  real recording: $recording_file is absent (SAKER_DATA)"
fi
[ "$(nproc --all)" -lt 2 ] || { demo "split" 8 LAYOUT=split && healthy "split"; }
demo "IPv6" 10 IP_VERSION=6 && healthy "IPv6"
asan=${SAKER_BIN%/release/bin}/asan/bin
if [ -x "$asan/saker" ]; then
	demo "address and undefined sanitizers" 10 "SAKER_BIN=$asan" ASAN_OPTIONS=detect_leaks=0 && healthy "asan"
else
	echo "  skip  sanitizers: $asan/saker is not built"
fi
finish
