#!/usr/bin/python3
"""bench/compare tells a change from noise: a table of pairs of runs, each with what it must say."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPARE = os.path.join(ROOT, "bench", "compare")


def ns(blocks, **more):
    return {"name": "x", "unit": "ns", "p50": sorted(blocks)[len(blocks) // 2], "blocks": blocks, **more}


def figure(value, unit):
    return {"name": "x", "unit": unit, "value": value}


QUIET = [400, 400, 400, 410, 400, 400, 410, 400]
NOISY = [300, 400, 500, 350, 450, 420, 380, 610]
# remark, before, after, verdict, exit code
PAIRS = [
    ("nothing changed", ns(QUIET), ns(QUIET), "same", 0),
    ("one step of the counter is none", ns(QUIET), ns([v + 10 for v in QUIET]), "same", 0),
    ("well beyond a quiet run's spread", ns(QUIET), ns([v + 40 for v in QUIET]), "SLOWER", 1),
    ("and the other way", ns(QUIET), ns([v - 40 for v in QUIET]), "faster", 0),
    ("the same step within a noisy run's spread", ns(NOISY), ns([v + 40 for v in NOISY]), "same", 0),
    ("noise on one side is enough", ns(QUIET), ns([v + 20 for v in NOISY]), "same", 0),
    ("a batch's mean resolves less than a step", ns([20] * 8, batch=32), ns([23] * 8, batch=32), "SLOWER", 1),
    ("a ratio", {**ns([1.5] * 8), "unit": "ratio"}, {**ns([1.8] * 8), "unit": "ratio"}, "SLOWER", 1),
    ("bytes: more is worse", figure(1000, "bytes"), figure(1100, "bytes"), "SLOWER", 1),
    ("a rate: more is better", figure(1000, "messages a second"), figure(1100, "messages a second"), "faster", 0),
    ("a rate: less is worse", figure(1000, "messages a second"), figure(900, "messages a second"), "SLOWER", 1),
]


def run(folder, before, after):
    paths = []
    for name, text in (("a", before), ("b", after)):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8") as f:
            f.write(text)
    return subprocess.run([COMPARE, *paths], capture_output=True, text=True, check=False)


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for remark, before, after, verdict, code in PAIRS:
            r = run(folder, json.dumps(before) + "\n", json.dumps(after) + "\n")
            if r.returncode != code or not r.stdout.startswith(verdict):
                wrong.append(f"{remark}: exit {r.returncode}, {r.stdout or r.stderr}")
        r = run(folder, '{"name":"a","p50":1}\n', '{"name":"b","p50":1}\n')
        if r.returncode != 2 or "no line in common" not in r.stderr:
            wrong.append(f"nothing in common: exit {r.returncode}")
        r = run(folder, "{}\n", "{}\n")
        if r.returncode != 2 or "a:1: expected" not in r.stderr:
            wrong.append(f"a line without name: exit {r.returncode}, {r.stderr}")
        r = run(folder, '{"name":"a","p50":1}\n{"name":"b","p50":1}\n', '{"name":"a","p50":1}\n{"name":"c","p50":1}\n')
        if "gone    b" not in r.stdout or "new     c" not in r.stdout:
            wrong.append(f"lines that come and go: {r.stdout}")
    for w in wrong:
        print(w)
    print(f"{len(PAIRS) + 3 - len(wrong)} of {len(PAIRS) + 3} passed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
