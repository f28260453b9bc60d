#!/usr/bin/env bash
# timeout: 400 s
# The demo with something going wrong in the middle, one scenario after another; afterwards both
# ledgers must tell the same.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
for s in ${*:-venue_restart hostctl_killed saker_killed kill_word}; do
	run_scenario "$s" "$root/tests/e2e/scenario_$s.sh" || continue
	check "$s: the ledgers match" [ "$(report .ledger_match)" = true ]
	check "$s: no allocation on a hot core" [ "$(report .allocations_after_seal)" = 0 ]
	check "$s: the book equals the venue's" [ "$(report .book.wrong_levels)" = 0 ]
done
finish
