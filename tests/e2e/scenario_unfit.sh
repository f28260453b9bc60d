# Live on a machine the doctor finds red: not armed at start, refused by arm with what is red, until somebody
# with the right says why.
reconciled() { [ "$(field status .trading.reconciliation)" = DONE ] && [ "$(field status '.books[0].state')" = VALID ]; }
wait_for 20 "reconciliation" reconciled
manifest=$work/state/run.json
reds=$(jq '.doctor.red | length' "$manifest")
[ "$reds" -gt 0 ] || fail "this machine is fit for colocation: nothing to see"
[ "$(jq -r .doctor.profile "$manifest")" = colocated ] || fail "the manifest says another deployment"
[ "$(jq -r '.ports[1].capabilities.queues.used' "$manifest")" = true ] || fail "the manifest lacks the ports"
[ "$(jq -r .configuration.sha256 "$manifest")" = "$(sha256sum "$work/saker.yaml" | cut -d' ' -f1)" ] || fail "the manifest names another configuration"
[ "$(counter app doctor_red)" -eq "$reds" ] || fail "status and manifest disagree"
hostctl arm 2>"$work/refused" && fail "it was armed"
grep -q "$reds red for deployment colocated.*--override" "$work/refused" || fail "the refusal says: $(cat "$work/refused")"
hostctl arm --override '' 2>/dev/null && fail "an override without a reason"
sleep 1
[ "$(counter trade.core orders)" -eq 0 ] || fail "orders before it was armed"
hostctl arm --override "a test's machine" || fail "the override was refused"
hostctl audit -n 100 >"$work/audit"
for line in "doctor .*colocated: $reds red" "safety.arm_at_start" "arm override=a test's machine"; do
	grep -q "$line" "$work/audit" || fail "the audit log lacks: $line; $(cat "$work/audit")"
done
orders() { [ "$(counter trade.core orders)" -gt 0 ]; }
wait_for 20 "the first order" orders
sleep 2
compare_book
