#!/usr/bin/env bash
# timeout: 300 s
# The demo with encrypted keys; nothing of them in the segment, a core dump, the state folder, the log.
set -u
. "$(dirname "$0")/demo_env.sh"
export root
run_scenario secrets "$root/tests/e2e/scenario_secrets.sh" && grep '^secrets: ' "$out_dir/log"
finish
