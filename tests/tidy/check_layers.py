"""Includes form a DAG: a file includes headers of its own folder or of what layers.mk lets its module use."""

import re

from tree import Offence, line_of

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
FREE = ("tests/", "bench/")  # may include anything


def _table(tree):
    for m, used in tree.uses.items():
        for u in used:
            if u not in tree.uses:
                yield Offence("layers.mk", 1, "layers", f"{m} uses {u}, which is no module")
            elif m in tree.uses[u] or u == m:
                yield Offence("layers.mk", 1, "layers", f"{m} and {u} use each other")
            elif not set(tree.uses[u]) <= set(used):
                missing = " ".join(sorted(set(tree.uses[u]) - set(used)))
                yield Offence("layers.mk", 1, "layers", f"{m} uses {u} but not what that uses: {missing}")


def _file(tree, path):
    module = tree.module_of(path)
    free = path.startswith(FREE)
    if not free and module is None:
        yield Offence(path, 1, "layers", "its folder is no module of layers.mk: nothing builds it")
        return
    text = tree.text(path)
    for m in INCLUDE.finditer(text):
        header, line = m.group(1), line_of(text, m.start())
        if not tree.exists(header):
            yield Offence(path, line, "layers", f'"{header}" does not exist; includes are written from the root')
            continue
        owner = tree.module_of(header)
        if not free and owner != module and owner not in tree.uses[module]:
            yield Offence(path, line, "layers", f'{module} may not include "{header}" (uses.{module} in layers.mk)')


def check(tree):
    yield from _table(tree)
    for path in tree.having(".c", ".h", ".def"):
        yield from _file(tree, path)
