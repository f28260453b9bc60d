#!/usr/bin/env bash
# run-bench.sh OUT BENCH... - runs each bench in turn, keeps the JSON lines they print in OUT and the
# raw samples in a folder beside it, prints a table, draws the plots. BENCH_BLOCKS=3 makes
# it short.
set -eu
out=$1; shift
export BENCH_RAW=${out%.json}
mkdir -p "$BENCH_RAW"
: >"$out"
rc=0
for b in "$@"; do
	SECONDS=0
	"$b" >"$b.out" </dev/null || { echo "  FAIL  $b (exit $?)"; rc=1; }
	grep '^{' "$b.out" >>"$out" || { echo "  FAIL  $b printed no figures"; rc=1; }
	echo "  RUN   $(basename "$b") ($SECONDS s)"
done
/usr/bin/python3 - "$out" <<'PY'
import json, sys
cols = ["name", "unit", "n", "min", "p50", "p90", "p99", "p999", "p9999", "max", "value"]
text = lambda v: f"{v:.2f}" if isinstance(v, float) else str(v)
rows = [cols] + [[text(r.get(c, "")) for c in cols] for r in map(json.loads, open(sys.argv[1]))]
width = [max(len(r[i]) for r in rows) for i in range(len(cols))]
for r in rows:
    print("  ".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(r, width))).rstrip())
PY
"$(dirname "$0")/../bench/plots.py" "$out" "$BENCH_RAW" "$(dirname "$out")/plots"
exit $rc
