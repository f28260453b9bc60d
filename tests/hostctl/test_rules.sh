#!/usr/bin/env bash
# Prometheus' own tool on the rule file: well formed, and each fires on series that break it, and on no others.
set -eu
cd "$(dirname "$0")"
command -v promtool >/dev/null || { echo "promtool is not installed (tuning/deps.sh telemetry)"; exit 77; }
promtool check rules ../../hostctl/prometheus/saker.rules.yml
promtool test rules rules_test.yml
