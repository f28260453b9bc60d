#!/usr/bin/python3
"""plots.py BENCH.json RAW-FOLDER OUT-FOLDER - draws what a run of `make bench` left as SVG, by gnuplot.

A plot whose lines are not in the file is left out, by name. Nothing is smoothed or cut off: a
percentile plot's last point is the maximum.
"""
import array
import json
import math
import os
import shutil
import subprocess
import sys

QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1]
LOST = 2**32 - 1
HEAD = """set terminal svg size 900,560 dynamic background "white" font "sans,13"
set output "{out}"
set title "{title}" noenhanced
set key left top noenhanced
set rmargin 8
set grid
set border 3
set tics nomirror
"""


def samples(raw, name):
    path = os.path.join(raw, name + ".bin")
    if not os.path.exists(path):
        return None
    values = array.array("I")
    with open(path, "rb") as f:
        values.frombytes(f.read())
    return sorted(values)


def at(values, q):
    return values[int(q * (len(values) - 1))]


def percentiles(raw, names):
    """Of each name: rows of -log10(1 - q) and nanoseconds; what never came is left out of the line."""
    lines = {}
    for name in names:
        values = samples(raw, name)
        if not values:
            continue
        rows = []
        for q in QUANTILES:
            x, most = nines(q, len(values)), nines(1, len(values))
            if x <= most and at(values, q) != LOST:
                rows.append((x, at(values, q)))
        lines[name] = rows
    return lines


def nines(q, n):
    return math.log10(n) if q == 1 else -math.log10(1 - q)


def counts(raw, names, step):
    """Of each name: how many samples in each step of nanoseconds, on a logarithmic axis."""
    lines = {}
    for name in names:
        values = samples(raw, name)
        if not values:
            continue
        bins = {}
        for v in values:
            width = max(step, 10 ** (len(str(v)) - 2))
            bins[v // width * width] = bins.get(v // width * width, 0) + 1
        lines[name] = [(max(k, 1), c) for k, c in sorted(bins.items())]
    return lines


def by_number(figures, prefix, key):
    """(x, figure) of the lines named prefix + number."""
    rows = []
    for name, line in figures.items():
        tail = name[len(prefix):]
        if name.startswith(prefix) and tail.isdigit() and key in line:
            rows.append((int(tail), line[key]))
    return sorted(rows)


def draw(out, name, title, axes, lines, style):
    lines = {k: v for k, v in lines.items() if v}
    if not lines:
        print(f"plots: {name}: no such lines in this run")
        return
    script = HEAD.format(out=os.path.join(out, name + ".svg"), title=title) + axes
    for i, rows in enumerate(lines.values()):
        script += f"$d{i} << EOD\n" + "".join(f"{x} {y}\n" for x, y in rows) + "EOD\n"
    script += "plot " + ", ".join(f'$d{i} using 1:2 with {style} title "{k}"' for i, k in enumerate(lines)) + "\n"
    done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"plots: {name}: {done.stderr}")
    print(f"plots: {os.path.join(out, name + '.svg')}")


PERCENTILES = """set logscale y
set xlabel "share of ticks"
set ylabel "ns"
set xtics ("0" 0, "50 %%" 0.301, "90 %%" 1, "99 %%" 2, "99.9 %%" 3, "99.99 %%" 4, "99.999 %%" 5)
"""
LOG_LOG = 'set logscale xy\nset xlabel "{x}"\nset ylabel "{y}"\nset format x "%.0f"\nset format y "%.0f"\n'


def main(argv):
    if len(argv) != 4:
        sys.exit("usage: plots.py BENCH.json RAW-FOLDER OUT-FOLDER")
    path, raw, out = argv[1:]
    if not shutil.which("gnuplot"):
        print("plots: skipped, gnuplot is missing (tuning/deps.sh bench)")
        return 0
    with open(path, encoding="utf-8") as f:
        figures = {line["name"]: line for line in map(json.loads, f)}
    os.makedirs(out, exist_ok=True)
    for layout in ("fused", "split"):
        ways = [f"{who}.{layout}{v}" for who in ("limit", "t2t") for v in ("", ".paced", ".cold")]
        draw(out, f"t2t_{layout}", f"Tick to trade, {layout}, and its limit", PERCENTILES, percentiles(raw, ways),
             "linespoints pt 7 ps 0.4")
        kinds = [f"t2t.{layout}{k}" for k in ("", ".depth20", ".trade", ".cancel", ".ack")]
        draw(out, f"kinds_{layout}", f"By kind of message, {layout}, back to back", PERCENTILES,
             percentiles(raw, kinds), "linespoints pt 7 ps 0.4")
        bursts = [f"t2t.{layout}.{o}" for o in ("open.10000", "open.100000", "open.1000000", "recorded")]
        draw(out, f"open_{layout}", f"From when a tick was due, {layout}, open loop", PERCENTILES,
             percentiles(raw, bursts), "linespoints pt 7 ps 0.4")
    draw(out, "size", "A message by its size, one session, all frames there",
         LOG_LOG.format(x="bytes", y="ns"), {"p50": by_number(figures, "size.", "p50"),
                                             "p99": by_number(figures, "size.", "p99")}, "linespoints pt 7")
    scales = {f"{w}: {k}": by_number(figures, f"scale.{w}.", k)
              for w in ("strategies", "instruments") for k in ("p50", "p99")}
    draw(out, "scale", "Tick to trade as more hangs on the cores", LOG_LOG.format(x="how many", y="ns"), scales,
         "linespoints pt 7")
    draw(out, "jitter", "Turns of a loop that does nothing, and of the idle core",
         LOG_LOG.format(x="ns", y="turns"), counts(raw, ("jitter.bare", "jitter.idle_core"), 10), "impulses lw 2")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
