#!/usr/bin/env bash
# lint.sh OUT [FILE...] - cppcheck, then clang-tidy, on the files given or on all our C outside tests.
#
# cppcheck is quick and sees everything each time. clang-tidy takes a second a file: a file that was
# clean is not looked at again until it or a header changes (OUT keeps the record), and after
# LINT_SECONDS (90) the rest waits for the next run, newest first.
set -u
cd "$(dirname "$0")/../.."
out=$(realpath -m "$1"); shift
mkdir -p "$out/clean"
rc=0

if [ $# -gt 0 ]; then
	files=("$@")
else
	ours=(-name '*.c' -not -path './.*' -not -path './build/*' -not -path './tests/*')
	mapfile -t files < <(find . "${ours[@]}" -printf '%T@ %P\n' | sort -rn | cut -d' ' -f2)
fi

cppcheck -q -j2 --std=c11 --enable=warning,performance,portability --inline-suppr -I. --error-exitcode=1 \
	--suppress=missingIncludeSystem --suppressions-list=tests/tidy/cppcheck.txt \
	--template='{file}:{line}: cppcheck: {message} ({id})' "${files[@]}" || rc=1

export out headers flags
headers=$(find . \( -name '*.h' -o -name '*.def' -o -name .clang-tidy \) -not -path './build/*' -print0 |
	sort -z | xargs -0 cat | sha256sum)
flags="-std=gnu11 -I. -DSAKER_BUILD=\"lint\" -D_GNU_SOURCE -march=x86-64-v3 $(pkg-config --cflags libdpdk 2>/dev/null | sed 's/-march=[^ ]*//')"

look_at() {
	local key
	key=$({ echo "$headers"; cat "$1"; } | sha256sum | cut -d' ' -f1)
	[ -e "$out/clean/$key" ] && return 0
	[ "$(date +%s)" -ge "$until" ] && { echo "$1" >>"$out/waiting"; return 0; }
	# shellcheck disable=SC2086
	clang-tidy-14 --quiet "$1" -- $flags 2>"$out/stderr.$key" | sed "s|^$PWD/||" >"$out/said.$key"
	if [ "${PIPESTATUS[0]}" -eq 0 ]; then
		: >"$out/clean/$key"
	else
		grep -hE ' (fatal )?(error|warning): ' "$out/said.$key" "$out/stderr.$key" | sed 's/,-warnings-as-errors//'
		touch "$out/failed"
	fi
	rm -f "$out/said.$key" "$out/stderr.$key"
}
export -f look_at
rm -f "$out/waiting" "$out/failed"
until=$(($(date +%s) + ${LINT_SECONDS:-90})) xargs -P "$(nproc)" -I{} bash -c 'look_at {}' < <(printf '%s\n' "${files[@]}")
[ ! -e "$out/failed" ] || rc=1
[ ! -e "$out/waiting" ] || echo "lint: $(wc -l <"$out/waiting") of ${#files[@]} files wait for the next run (LINT_SECONDS=${LINT_SECONDS:-90})"
[ $rc -eq 0 ] && echo "lint: clean"
exit $rc
