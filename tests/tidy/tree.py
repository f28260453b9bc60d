"""The tree under examination: its files, their text, the module table, and what the checks say about them."""

import os
import re
from functools import lru_cache

SKIP_DIRS = {".git", "build", "__pycache__", "node_modules"}
SKIP_PATHS = {"tests/tidy/bad"}  # examples that must be caught, see test_tidy.py
HOT = ("dataplane", "strategy", "risk", "gateway")


class Offence(Exception):
    """One broken rule: where, which, and what to do about it."""

    def __init__(self, path, line, rule, text):
        super().__init__(f"{path}:{line}: {rule}: {text}")


class Tree:
    def __init__(self, root, objects=None):
        self.root = root
        self.objects = objects
        self.files = sorted(self._walk())
        self.uses = self._layers()

    def _walk(self):
        for base, dirs, names in os.walk(self.root):
            rel = os.path.relpath(base, self.root)
            rel = "" if rel == "." else rel + "/"
            dirs[:] = [d for d in dirs if d not in SKIP_DIRS and rel + d not in SKIP_PATHS]
            yield from (rel + n for n in names)

    def having(self, *endings, under=()):
        """Files with one of the endings, in one of the folders (all, if none is given)."""
        for f in self.files:
            if f.endswith(endings) and (not under or f.startswith(tuple(u.rstrip("/") + "/" for u in under))):
                yield f

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    @lru_cache(maxsize=None)
    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
            return f.read()

    @lru_cache(maxsize=None)
    def code(self, path):
        return strip(self.text(path))

    def table(self, path):
        """(line number, columns) of each row of a table file; the last column may hold blanks."""
        if not self.exists(path):
            return
        for n, line in enumerate(self.text(path).splitlines(), 1):
            line = line.split("#")[0].strip()
            if line:
                yield n, line.split(None, 2)

    def module_of(self, path):
        """The module whose folder holds the file, or None."""
        folder = os.path.dirname(path)
        while folder:
            if folder in self.uses:
                return folder
            folder = os.path.dirname(folder)
        return None

    def _layers(self):
        if not self.exists("layers.mk"):
            return {}
        text = self.text("layers.mk").replace("\\\n", " ")
        modules = re.search(r"^MODULES\s*:?=(.*)$", text, re.M).group(1).split()
        uses = {m: [] for m in modules}
        for m in re.finditer(r"^uses\.(\S+)\s*:?=(.*)$", text, re.M):
            words = []
            for w in m.group(2).split():
                ref = re.fullmatch(r"\$\(uses\.(.*)\)", w)
                words += uses.get(ref.group(1), []) if ref else [w]
            uses[m.group(1)] = sorted(set(words))
        return uses


@lru_cache(maxsize=None)
def strip(text):
    """C text with comments, and the insides of strings and characters, blanked; lines and columns stay."""

    def blank(m):
        s = m.group(0)
        if s[0] in "\"'":
            return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
        return re.sub(r"[^\n\t]", " ", s)

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def line_of(text, at):
    return text.count("\n", 0, at) + 1
