#!/usr/bin/env bash
# Runs each cmocka program given, as many at a time as there are processors. Prints one line a
# program and, where one fails, what it said. Counts test functions; a program that dies without
# naming a failed test counts as one.
set -u
. "$(dirname "$0")/counts.sh"

run_one() {
	timeout --kill-after=5 300 "$1" >"$1.log" 2>&1 </dev/null
	echo $? >"$1.rc"
}

# "passed failed skipped" of one log
count() {
	awk -v rc="$2" '/^\[=+\] .* run\.$/ {exit} # a summary follows, which names some again
		/^\[       OK \]/ {ok++} /^\[  SKIPPED \] [a-z]/ {skip++} /^\[ RUN      \] / {run++}
		END { bad = run - ok - skip; if (rc && bad < 1) bad = 1; print ok + 0, bad + 0, skip + 0 }' "$1"
}

jobs_max=$(nproc)
for t in "$@"; do
	run_one "$t" &
	while [ "$(jobs -rp | wc -l)" -ge "$jobs_max" ]; do wait -n; done
done
wait

for t in "$@"; do
	rc=$(cat "$t.rc")
	read -r p f s < <(count "$t.log" "$rc")
	pass=$((pass + p)) fail=$((fail + f)) skip=$((skip + s))
	name=${t##*/tests/}
	if [ "$f" -eq 0 ]; then
		printf '  ok    %s (%d)\n' "$name" "$p"
	else
		printf '  FAIL  %s (exit %d)\n' "$name" "$rc"
		tail -n 60 "$t.log"
	fi
done
done_with unit
