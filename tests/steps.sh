# Sourced by run-all.sh and run-transport.sh: steps that each leave their counts in a file, and the
# sum. A step that leaves none (it did not build) counts as one failure. MAKE and O come from make.
. "$(dirname "${BASH_SOURCE[0]}")/counts.sh"
results=$O/results
rm -rf "$results"
mkdir -p "$results"

jobs=-j$(nproc)
[[ ${MAKEFLAGS:-} == *jobserver* ]] && jobs=

step() { # NAME COMMAND...
	local name=$1
	shift
	echo "== $name"
	RESULT=$(realpath "$results")/$name "$@"
	[ -f "$results/$name" ] || echo "0 1 0" >"$results/$name"
}

make_step() { # NAME MAKE'S ARGUMENTS...
	local name=$1
	shift
	step "$name" "$MAKE" $jobs --no-print-directory O="$O" "$@"
}

sum() {
	echo "== sum"
	local p f s
	for r in "$results"/*; do
		read -r p f s <"$r"
		printf '  %-8s %d passed, %d failed, %d skipped\n' "$(basename "$r")" "$p" "$f" "$s"
		pass=$((pass + p)) fail=$((fail + f)) skip=$((skip + s))
	done
	echo "$pass passed, $fail failed, $skip skipped"
	[ "$fail" -eq 0 ]
}
