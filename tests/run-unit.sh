#!/usr/bin/env bash
# Runs each cmocka program given; prints one line a program and, where one fails, what it said. Ends with `N passed, N failed`.
set -u
pass=0 fail=0
for t in "$@"; do
	log=$t.log
	if timeout 300 "$t" >"$log" 2>&1; then
		pass=$((pass + 1)); printf '  ok    %s\n' "${t#*/tests/}"
	else
		fail=$((fail + 1)); printf '  FAIL  %s\n' "${t#*/tests/}"; tail -n 40 "$log"
	fi
done
echo "unit: $pass passed, $fail failed"
[ "$fail" -eq 0 ]
