#!/usr/bin/env bash
# run-cov.sh DIR - line coverage by file, after the unit tests ran in the variant built in DIR.
set -eu
find "$1" -path "$1/tests" -prune -o -name '*.gcda' -print0 | xargs -0 -r gcov -n 2>/dev/null |
awk -F"[':% ]+" '/^File/ {f = $2} /^Lines executed/ && f ~ /^[a-z].*\.c$/ {n[f] = $5; hit[f] = $3 * $5 / 100; f = ""}
	END { for (f in n) { printf "%6.1f %%  %5d  %s\n", 100 * hit[f] / n[f], n[f], f | "sort -k4"; all += n[f]; h += hit[f] }
	      close("sort -k4"); if (all) printf "%6.1f %%  %5d  lines in all\n", 100 * h / all, all }'
