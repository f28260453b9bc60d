#!/usr/bin/env bash
# run-fuzz.sh DIR TARGET... - runs each libFuzzer target for FUZZ_SECONDS, two at a time, from
# tests/<module>/corpus/<name>/ where that is. What is found stays under DIR/artifacts.
set -u
. "$(dirname "$0")/counts.sh"
dir=$1; shift
mkdir -p "$dir/artifacts"

run_one() {
	local t=$1 name corpus
	name=$(basename "$t")
	corpus=tests/${t#"$dir"/}; corpus=${corpus%/*}/corpus/$name
	local grown=$dir/corpus/$name
	mkdir -p "$grown"
	timeout --kill-after=5 $((FUZZ_SECONDS + 60)) "$t" -max_total_time="$FUZZ_SECONDS" -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$dir/artifacts/$name-" "$grown" $([ -d "$corpus" ] && echo "$corpus") >"$t.log" 2>&1 </dev/null
	echo $? >"$t.rc"
}

for t in "$@"; do
	run_one "$t" &
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
done
wait
for t in "$@"; do
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$t.log")
	if [ "$(cat "$t.rc")" -eq 0 ]; then
		pass=$((pass + 1)); printf '  ok    %-28s %s runs\n' "$(basename "$t")" "$runs"
	else
		fail=$((fail + 1)); printf '  FAIL  %s\n' "$(basename "$t")"
		grep -vE '^(#|INFO|[[:space:]]+NEW_FUNC|NEW)' "$t.log" | tail -n 40
		found=$(sed -n 's/.*Test unit written to //p' "$t.log" | tail -n 1)
		echo "  replay: $t ${found:-(no artifact)}"
	fi
done
done_with fuzz
