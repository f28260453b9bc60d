#!/usr/bin/env bash
# timeout: 300 s
# The configuration of a trading demo changed while it runs, and by its next start; the capture of that run replayed.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
CAPTURE=true SECRETS=all KEEP=$out_dir/run \
	run_scenario "epochs of a configuration" "$root/tests/e2e/scenario_epochs.sh" &&
	check "replayed, with every change" "$SAKER_BIN/saker" replay "$out_dir"/run/captures/*.00000001.*.pcapng
finish
