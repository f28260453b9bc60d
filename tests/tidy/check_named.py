"""What COMPLIANCE.md names as proof is there, and no requirement of RFC 9293's appendix B is left out."""

import os
import re

from tree import Offence

PAGE = "dataplane/tcp/COMPLIANCE.md"
TESTS = ("tests/dataplane/tcp", "tests/dataplane/net")
REQUIREMENTS = (("MUST", 69), ("SHLD", 31), ("MAY", 18), ("REC", 1))
TITLE = "## RFC 9293"


def _named(tree, line):
    """What is wrong with the scripts, programs and functions that a line names."""
    for name in re.findall(r"([\w-]+\.script)\b", line):
        if not tree.exists(f"{TESTS[0]}/{name}"):
            yield f"there is no {name} in {TESTS[0]}"
    for program, function in re.findall(r"\b((?:test|fuzz)_\w+)(?:: (test_\w+))?", line):
        yield from _program(tree, program, function)


def _program(tree, program, function):
    paths = [p for p in (f"{folder}/{program}.c" for folder in TESTS) if tree.exists(p)]
    if paths and function and not re.search(rf"\b{function}\b", tree.code(paths[0])):
        yield f"{paths[0]} has no {function}"
    elif not paths and not any(re.search(rf"\b{program}\(", tree.code(p)) for p in tree.having(".c", under=TESTS)):
        yield f"there is no {program} in {' or '.join(TESTS)}"


def _complete(tree, lines):
    """Each requirement has a row of its own; some have several, as in the appendix."""
    rows = [(n, row.split("|")[2]) for n, row in lines if row.startswith("|") and len(row.split("|")) > 4]
    for n, cell in rows:
        if len(re.findall(r"\d+", cell)) > 1:
            yield Offence(PAGE, n, "named", f"one line a requirement: {cell.strip()}")
    have = {cell.strip() for _, cell in rows}
    missing = [f"{kind}-{i}" for kind, n in REQUIREMENTS for i in range(1, n + 1) if f"{kind}-{i}" not in have]
    if missing:
        yield Offence(PAGE, lines[0][0], "named", f"requirements of RFC 9293 without a line: {', '.join(missing)}")


def check(tree):
    if not tree.exists(PAGE):
        return
    section = []
    for n, line in enumerate(tree.text(PAGE).splitlines(), 1):
        for what in _named(tree, line):
            yield Offence(PAGE, n, "named", what)
        if line.startswith("## ") and section:
            yield from _complete(tree, section)
            section = []
        elif line.startswith(TITLE) or section:
            section.append((n, line))
