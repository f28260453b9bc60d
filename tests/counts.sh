# Sourced by the runners: counts, and the file they leave them in for tests/run-all.sh.

pass=0 fail=0 skip=0

# done_with NAME: prints the counts, keeps them in $RESULT where that is set, and fails where something failed.
done_with() {
	[ -z "${RESULT:-}" ] || echo "$pass $fail $skip" >"$RESULT"
	echo "$1: $pass passed, $fail failed, $skip skipped"
	[ "$fail" -eq 0 ]
}
