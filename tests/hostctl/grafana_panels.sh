# Sourced by the demo while its servers still run: every panel of every dashboard against them.
/usr/bin/python3 "$here/../tests/hostctl/grafana_panels.py" "$instance" || fail "a panel shows nothing"
