"""Every source file has a test, every parser of outside bytes a fuzz target, every protocol module its assertions."""

import os
import re

from functions import functions
from tree import Offence

EXCUSES = "tests/tidy/excuses.txt"
PARSERS = "tests/tidy/parsers.txt"
DENSE = ("dataplane/tcp", "dataplane/tls", "dataplane/ws", "dataplane/feed", "dataplane/book")
OUTSIDE = ("dataplane", "gateway", "pcap")  # where bytes of strangers arrive


def _words(tree, path):
    return set(re.findall(r"\w+", tree.code(path)))


def _exported(code):
    """Functions, and tables such as the names of counters."""
    return {f.name for f in functions(code) if not f.static} | set(re.findall(r"^const\b[^=;({]*?(\w+)\s*\[", code, re.M))


def _reached(tree, kind):
    """
    The files that tests (or fuzz targets) of their folder drive: named after them, including their
    header or calling what they export; then whatever those call within the same folder.
    """
    other = {"test": "fuzz_", "fuzz": "test_"}[kind]
    by_folder = {}
    for path in tree.having(".c"):
        by_folder.setdefault(os.path.dirname(path), []).append(path)
    reached = set()
    for folder, paths in by_folder.items():
        exported = {p: _exported(tree.code(p)) for p in paths}
        tests = [t for t in tree.having(".c", ".h", under=["tests/" + folder]) if not os.path.basename(t).startswith(other)]
        used = set().union(*(_words(tree, t) for t in tests))
        direct = "\n".join(tests) + "\n" + "\n".join(tree.text(t) for t in tests)
        stem = {p: os.path.splitext(os.path.basename(p))[0] for p in paths}
        named = {p: rf'/{kind}_{stem[p]}(?:_\w+)?\.c$|"{folder}/{stem[p]}\.h"' for p in paths}
        now = {p for p in paths if exported[p] & used or re.search(named[p], direct, re.M)}
        while now:
            reached |= now
            used = set().union(*(_words(tree, p) for p in now))
            now = {p for p in paths if p not in reached and exported[p] & used}
    return reached


def _tests(tree):
    excuses, reached = {}, _reached(tree, "test")
    for line, cols in tree.table(EXCUSES):
        if len(cols) < 2 or not tree.exists(cols[0]):
            yield Offence(EXCUSES, line, "proof", "expected: an existing file and the reason")
        excuses[cols[0]] = line
    for path in tree.having(".c"):
        if path.startswith(("tests/", "bench/")) or path.endswith("_main.c"):
            continue
        if path in excuses and path in reached:
            yield Offence(EXCUSES, excuses[path], "proof", f"{path} has a test now")
        elif path not in excuses and path not in reached:
            folder = os.path.dirname(path)
            yield Offence(path, 1, "proof", f"no test in tests/{folder} reaches it, and {EXCUSES} has no reason")


def _fuzz(tree):
    listed, reached = set(), _reached(tree, "fuzz")
    for line, cols in tree.table(PARSERS):
        listed.add(cols[0])
        if len(cols) != 2 or not all(tree.exists(c) for c in cols):
            yield Offence(PARSERS, line, "proof", "expected: an existing parser and its existing fuzz target")
        elif "LLVMFuzzerTestOneInput" not in tree.text(cols[1]):
            yield Offence(PARSERS, line, "proof", f"{cols[1]} is no fuzz target")
    for path in tree.having(".c", under=OUTSIDE):
        if re.search(r"\brd_of\s*\(", tree.code(path)) and path not in listed | reached:
            yield Offence(path, 1, "proof", f"reads outside bytes; no fuzz target reaches it, and {PARSERS} names none")


def assert_density(tree):
    """(module, assertions, lines, per thousand) of the protocol modules."""
    for module in DENSE:
        files = [f for f in tree.having(".c", ".h", under=[module])]
        lines = sum(len(tree.text(f).splitlines()) for f in files)
        n = sum(len(re.findall(r"\b(?:static_)?assert\s*\(", tree.code(f))) for f in files)
        if lines:
            yield module, n, lines, 1000 * n / lines


def check(tree):
    yield from _tests(tree)
    yield from _fuzz(tree)
