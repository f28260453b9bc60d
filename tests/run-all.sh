#!/usr/bin/env bash
# What `make test` does. Each step leaves its counts in a file; one that leaves none (it did not
# build) counts as one failure.
set -u
cd "$(dirname "$0")/.."
. tests/counts.sh
results=$O/results
rm -rf "$results"
mkdir -p "$results"

jobs=-j$(nproc)
[[ ${MAKEFLAGS:-} == *jobserver* ]] && jobs=
make_step() {
	local name=$1; shift
	echo "== $name"
	RESULT=$(realpath "$results")/$name $MAKE $jobs --no-print-directory O="$O" "$@"
	[ -f "$results/$name" ] || echo "0 1 0" >"$results/$name"
}

make_step release BUILD=release all unit
make_step asan BUILD=asan all unit
make_step tsan BUILD=tsan unit-threads
echo "== scripts"
RESULT=$results/scripts tests/run-scripts.sh
[ -f "$results/scripts" ] || echo "0 1 0" >"$results/scripts"

echo "== sum"
for f in "$results"/*; do
	read -r p s_fail s <"$f"
	printf '  %-8s %d passed, %d failed, %d skipped\n' "$(basename "$f")" "$p" "$s_fail" "$s"
	pass=$((pass + p)) fail=$((fail + s_fail)) skip=$((skip + s))
done
echo "$pass passed, $fail failed, $skip skipped"
[ "$fail" -eq 0 ]
