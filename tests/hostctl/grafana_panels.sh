# shellcheck shell=bash disable=SC2154
# Sourced by the demo while its servers still run: every panel of every dashboard against them.
/usr/bin/python3 "$here/../tests/hostctl/grafana_panels.py" "$instance" || fail "a panel shows nothing"
