#!/usr/bin/env bash
# Runs every executable tests/**/test_*.sh and tests/**/test_*.py, or those given, one after
# another. 77 means skipped, and the last line of output why. A script gets 180 s, or what it asks
# for by a line `# timeout: N s`.
set -u
cd "$(dirname "$0")/.."
. tests/counts.sh
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

if [ $# -gt 0 ]; then
	scripts=("$@")
else
	mapfile -t scripts < <(find tests -name 'test_*.sh' -perm -u+x -o -name 'test_*.py' -perm -u+x | sort)
fi
for s in "${scripts[@]}"; do
	log=$logs/$(basename "$s").log
	limit=$(sed -n '1,20s/^# timeout: \([0-9]*\) s.*/\1/p' "$s")
	run=("$s")
	[[ $s == *.py ]] && run=(/usr/bin/python3 "$s")
	begin=$SECONDS
	timeout --kill-after=10 "${limit:-180}" "${run[@]}" >"$log" 2>&1 </dev/null
	rc=$?
	took=$((SECONDS - begin))
	case $rc in
	0) pass=$((pass + 1)); printf '  ok    %s (%d s)\n' "$s" "$took" ;;
	77) skip=$((skip + 1)); printf '  skip  %s: %s\n' "$s" "$(tail -n 1 "$log")" ;;
	*)
		fail=$((fail + 1))
		[ $rc -eq 124 ] && why="no end after ${limit:-180} s" || why="exit $rc"
		printf '  FAIL  %s (%s)\n' "$s" "$why"
		tail -n 80 "$log"
		;;
	esac
done
done_with scripts
