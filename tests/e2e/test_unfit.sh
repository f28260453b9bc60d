#!/usr/bin/env bash
# Live trading refused on a machine the doctor finds red, and the override.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
[ "$("$SAKER_BIN/hostctl" --json doctor --profile colocated --cores "$(($(nproc --all) - 1))" | jq .sum.red)" -gt 0 ] ||
	skip "this machine is fit for colocation"
export CONFIG_TEMPLATE=$out_dir/unfit.yaml.in SKIP_WAIT=1
sed 's/^mode: live$/mode: live\ndeployment: colocated/' "$root/appliance/demo.yaml.in" >"$CONFIG_TEMPLATE"
run_scenario "refused until overridden" "$root/tests/e2e/scenario_unfit.sh" &&
	check "the ledgers match" [ "$(report .ledger_match)" = true ]
finish
