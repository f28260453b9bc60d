#!/usr/bin/env bash
# run-bench.sh OUT BENCH... - runs each bench in turn, keeps the JSON lines they print in OUT, and
# prints them as a table.
set -eu
out=$1; shift
mkdir -p "$(dirname "$out")"
: >"$out"
rc=0
for b in "$@"; do
	echo "  RUN   $(basename "$b")"
	"$b" >"$b.out" </dev/null || { echo "  FAIL  $b (exit $?)"; rc=1; }
	grep '^{' "$b.out" >>"$out" || { echo "  FAIL  $b printed no figures"; rc=1; }
done
/usr/bin/python3 - "$out" <<'PY'
import json, sys
cols = ["name", "unit", "n", "min", "p50", "p90", "p99", "p999", "max"]
text = lambda v: f"{v:.2f}" if isinstance(v, float) else str(v)
rows = [cols] + [[text(r.get(c, "")) for c in cols] for r in map(json.loads, open(sys.argv[1]))]
width = [max(len(r[i]) for r in rows) for i in range(len(cols))]
for r in rows:
    print("  ".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(r, width))).rstrip())
PY
exit $rc
