# A configuration changes while the demo trades: taken whole, refused whole, kept, taken back, followed by a replay.
says() { # what it must say, exit code, words of hostctl
	local what=$1 code=$2 rc=0
	shift 2
	hostctl "$@" >"$work/said" 2>&1 || rc=$?
	[ "$rc" = "$code" ] && grep -q -- "$what" "$work/said" && return
	cat "$work/said" >&2
	fail "hostctl $*: exit $rc, expected $code and: $what"
}
limit() { hostctl --json limits | jq -r ".limits[] | select(.limit == \"$1\") | .value"; }
param() { hostctl --json strategy show quotes | jq -r ".parameters[] | select(.parameter == \"$1\") | .value"; }
state() { hostctl --json strategy list | jq -r ".strategies[] | select(.name == \"$1\") | .state"; }
orders() { hostctl --json strategy list | jq -r ".strategies[] | select(.name == \"$1\") | .open_orders"; }
edited() { sed "$1" "$work/saker.yaml" >"$work/edited.yaml"; }

sleep 1
says "^# epoch 1, in force since .*; start $work/saker.yaml, by user $(id -u), role admin" 0 config show
says "nothing differs" 0 config diff
edited 's/max_open_orders: 10/max_open_orders: 8/; s/half_spread: 50/half_spread: 60/'
says "risk.max_open_orders *10 *8 *live" 0 config diff "$work/edited.yaml"
says "epoch 2 is in force" 0 config apply "$work/edited.yaml"
[ "$(limit max_open_orders | sort -u)" = 8 ] || fail "the limit is not in force"
[ "$(param half_spread)" = 60 ] || fail "the parameter is not in force"
says "nothing differs from what is in force, epoch 2" 0 config apply "$work/edited.yaml"

# ---- refused whole ----
edited 's/max_open_orders: 10/max_open_orders: 9/; s/recv_window_ms: 5000/recv_window_ms: 4000/'
says "cannot change while it runs: venue.recv_window_ms; nothing was changed: stop, and" 1 \
	config apply "$work/edited.yaml"
edited 's/max_open_orders: 10/max_open_orders: 9/; s/half_spread: 50/half_spread: 0/'
says "quotes: half_spread=0: expected an integer" 1 config apply "$work/edited.yaml"
[ "$(limit max_open_orders | sort -u)" = 8 ] || fail "half of a refused configuration is in force"
edited 's/max_open_orders: 10/max_open_orders: x/'
says "edited.yaml:[0-9]*: risk.max_open_orders: found" 4 config apply "$work/edited.yaml"

# ---- one strategy ----
says "epoch 3 is in force" 0 strategy set quotes half_spread=40
[ "$(param half_spread)" = 40 ] || fail "set is not in force"
says "epoch 4 is in force" 0 strategy stop quotes
no_orders() { [ "$(orders quotes)" = 0 ]; }
wait_for 5 "the stopped strategy's orders to go" no_orders
says "resumed" 0 resume
says "it is stopped" 1 strategy resume quotes
[ "$(state quotes)" = stopped ] || fail "a stopped strategy was resumed"
says "enabled: false" 0 config show
says "epoch 5 is in force" 0 strategy start quotes
[ "$(state quotes)" = running ] || fail "it was not started"
says "epoch 6 is in force" 0 config apply 1
[ "$(param half_spread) $(limit max_open_orders | sort -u)" = "50 10" ] || fail "epoch 1 is not in force again"
says "no strategy of that type is loaded" 1 strategy add other nonsense
says "more: instrument: must be given" 1 strategy add more maker
says "epoch 7 is in force" 0 strategy add more maker instrument=BTCUSDT half_spread=90 size=0.001 max_position=0.01
is_called() { [ "$(hostctl --json strategy list | jq '.strategies[] | select(.name == "more") | .calls')" -gt 0 ]; }
wait_for 10 "market data to reach the new strategy" is_called
says "90" 0 strategy show more
[ "$(hostctl --json config history | jq -r '[.epochs[].epoch] | join(" ")')" = "7 6 5 4 3 2 1" ] ||
	fail "the history is another"
says "strategies\[more\] .* maker .* live" 0 config diff 6 7
hostctl audit verify >/dev/null || fail "the audit log is not whole"
told=$(hostctl --json audit -n 100 | jq '[.audit[] | select(.what == "config" and (.text | startswith("epoch ")))] | length')
[ "$told" = 6 ] || fail "the audit log does not tell of each epoch"
trade_for 1

# ---- the next start: its file differs from what was in force ----
stop_saker
says "^# epoch 7, in force when it last ran" 0 --config "$work/saker.yaml" config show

# ---- begun by hostctl: it says how far it is, when it is ready, and what is wrong ----
export RUNTIME_DIRECTORY=$work
sed 's|ca.pem|none.pem|' "$work/saker.yaml" >"$work/edited.yaml"
says "did not start: saker: .*edited.yaml:[0-9]*: venue.ca_file: .*none.pem" 4 --config "$work/edited.yaml" start
says "$instance is ready, after" 0 --config "$work/saker.yaml" start
grep -q "waits for " "$work/said" || fail "start shows no progress"
says "$instance runs already" 1 --config "$work/saker.yaml" start
says "nothing is open" 0 stop
is_closed() { hostctl status 2>&1 | grep -q "has stopped in good order"; }
wait_for 20 "the instance to end" is_closed
start_saker
wait_for 60 "Saker to trade again" trading
says "^# epoch 8, in force since" 0 config show
sleep 1
compare_book
