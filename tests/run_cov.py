#!/usr/bin/env python3
"""
run_cov.py [--missing] DIR: line and branch coverage by folder, after the unit tests ran in the variant
built in DIR; --missing lists the lines that nothing reached.

Fails where fewer than GOAL percent of the lines of dataplane/ were reached. Functions that only
hardware reaches stand in cov_hardware.txt with the reason, and are not counted.
"""

import collections
import json
import os
import subprocess
import sys

GOAL = 95.0
MEASURED = "dataplane"
HARDWARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cov_hardware.txt")


def hardware():
    """{(file, function)}"""
    rows = [line.split(None, 2) for line in open(HARDWARE) if line.strip() and not line.startswith("#")]
    for row in rows:
        if len(row) != 3:
            sys.exit(f"{HARDWARE}: expected a file, a function and the reason: {row}")
    return {(row[0], row[1]) for row in rows}


def objects(folder):
    for root, dirs, files in os.walk(folder):
        dirs[:] = [d for d in dirs if os.path.join(root, d) != os.path.join(folder, "tests")]
        yield from (os.path.join(root, f) for f in files if f.endswith(".gcda"))


def measure(folder):
    """{file: {line: [function, hits, branches, branches taken]}}; a header is in many objects."""
    files = collections.defaultdict(dict)
    names = sorted(objects(folder))
    if not names:
        sys.exit(f"{folder}: nothing was measured there: make cov")
    out = subprocess.run(["gcov", "-b", "--json-format", "--stdout", *names], check=True, capture_output=True, text=True)
    for doc in filter(None, out.stdout.splitlines()):
        for file in json.loads(doc)["files"]:
            for line in file["lines"]:
                at = files[file["file"]].setdefault(line["line_number"], [line.get("function_name", ""), 0, [0] * len(line["branches"])])
                at[1] += line["count"]
                if len(at[2]) == len(line["branches"]):
                    at[2] = [a + b["count"] for a, b in zip(at[2], line["branches"])]
    return files


def main():
    missing = "--missing" in sys.argv
    folder = sys.argv[-1]
    known, left_out = hardware(), set()
    total = collections.defaultdict(lambda: [0, 0, 0, 0])  # lines, reached, branches, taken
    for file, lines in sorted(measure(folder).items()):
        if os.path.isabs(file) or file.startswith("tests/"):
            continue
        for number, (function, hits, branches) in sorted(lines.items()):
            if (file, function) in known:
                left_out.add((file, function))
                continue
            for key in {os.path.dirname(file), file.split("/")[0] + " in all"}:
                t = total[key]
                t[0] += 1
                t[1] += hits > 0
                t[2] += len(branches)
                t[3] += sum(b > 0 for b in branches)
            if missing and not hits:
                print(f"{file}:{number}: {function}")
    for name, (n, reached, branches, taken) in sorted(total.items()):
        print(f"{100 * reached / n:6.1f} % of {n:5d} lines  {100 * taken / max(branches, 1):6.1f} % of {branches:5d} branches  {name}")
    if known - left_out:
        sys.exit(f"{HARDWARE}: not found: {sorted(known - left_out)}")
    n, reached = total[MEASURED + " in all"][:2]
    print(f"{MEASURED}: {100 * reached / n:.1f} % of the lines reached, {GOAL} wanted; {len(left_out)} functions need hardware")
    sys.exit(100 * reached / n < GOAL)


if __name__ == "__main__":
    main()
