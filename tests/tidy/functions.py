"""Where the functions of a C file begin and end, found by braces at the outermost level."""

import re
from collections import namedtuple

from tree import line_of

Function = namedtuple("Function", "name static first last params")


def _without_directives(code):
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)


def _params(head, at):
    """Number of parameters in the parenthesis that opens at `at`."""
    depth, commas, inside = 0, 0, ""
    for c in head[at:]:
        depth += c == "("
        depth -= c == ")"
        if depth == 0:
            break
        commas += c == "," and depth == 1
        inside += c
    return 0 if inside[1:].strip() in ("", "void") else commas + 1


def functions(code):
    code = _without_directives(code)
    depth, head_at, opened = 0, 0, None
    for m in re.finditer(r"[{};]", code):
        c, at = m.group(0), m.start()
        if c == "{":
            if depth == 0:
                head = code[head_at:at]
                name = re.search(r"(?!__attribute__)\b(\w+)\s*\(", head)
                is_function = name and head.rstrip().endswith(")") and "=" not in head
                first = head_at + len(head) - len(head.lstrip())
                opened = None
                if is_function:
                    static = re.search(r"\bstatic\b", head[: name.start()]) is not None
                    opened = (name.group(1), static, line_of(code, first), _params(head, name.end() - 1))
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                if opened:
                    name, static, first, params = opened
                    yield Function(name, static, first, line_of(code, at), params)
                opened, head_at = None, at + 1
        elif depth == 0:
            head_at = at + 1
