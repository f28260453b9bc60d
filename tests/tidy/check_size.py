"""Sizes a reader can hold: files, functions, parameters, lines, nesting."""

import re

from functions import functions
from tree import Offence

FILE_LINES = 500
FUNCTION_LINES = 70
PARAMETERS = 6
COLUMNS = 120
NESTING = 4
FOREIGN = {"on_request"}  # callbacks whose parameters a library chose: libmicrohttpd's
LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')
CONTROL = re.compile(r"^(\t+)(?:if|for|while|do|switch|\} else)\b")


def _c_file(tree, path):
    code = tree.code(path)
    for f in functions(code):
        n = f.last - f.first + 1
        if n > FUNCTION_LINES:
            yield Offence(path, f.first, "size", f"{f.name}: {n} lines, at most {FUNCTION_LINES}")
        if f.params > PARAMETERS and f.name not in FOREIGN:
            yield Offence(path, f.first, "size", f"{f.name}: {f.params} parameters, at most {PARAMETERS}")
    for n, line in enumerate(code.splitlines(), 1):
        m = CONTROL.match(line)
        if m and len(m.group(1)) > NESTING:
            yield Offence(path, n, "size", f"nested {len(m.group(1))} deep, at most {NESTING}")


def check(tree):
    for path in tree.having(".c", ".h", ".def", ".py", ".sh", ".mk"):
        lines = tree.text(path).splitlines()
        if len(lines) > FILE_LINES:
            yield Offence(path, FILE_LINES, "size", f"{len(lines)} lines, at most {FILE_LINES}")
        for n, line in enumerate(lines, 1):
            width = len(LITERAL.sub('""', line).expandtabs(8))  # text is not broken to fit
            if width > COLUMNS and not path.endswith(".mk"):
                yield Offence(path, n, "size", f"{width} columns, at most {COLUMNS}")
        if path.endswith((".c", ".h")):
            yield from _c_file(tree, path)
