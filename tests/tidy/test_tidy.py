#!/usr/bin/env python3
"""Each rule of tidy catches what it should and nothing else: bad/ is a small tree whose bad lines say `expect: <rule>`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from functions import functions  # noqa: E402
from tree import strip  # noqa: E402


def body(name, lines):
    return f"int {name}(int n);\nint {name}(int n)\n{{\n" + "\tn++;\n" * (lines - 4) + "\treturn n;\n}\n"


# What cannot carry a mark of its own: tables, and files made here so that nobody has to scroll through them.
GENERATED = {
    "common/functions.c": (body("seventy", 70) + body("one_more", 71), {(73, "size"), (1, "proof")}),
    "common/long.h": ("/*\n * long.h - lines.\n */\n" + "int x;\n" * 498, {(500, "size")}),
    "common/just_right.h": ("/*\n * just_right.h - lines.\n */\n" + "int x;\n" * 497, set()),
    "docs/notes.md": ("# TO" + "DO\n\nfix" + "me in lower case is a word\n\nFIX" + "ME\n", {(1, "text"), (5, "text")}),
    "docs/data.md": ("see .." + "/shared/data\n", {(1, "text")}),
    "Makefile": ("SAKER_DATA ?= .." + "/shared/data\nOTHER = .." + "/shared/x\n", {(2, "text")}),
}
TABLES = {
    "tests/tidy/hot.txt": {(4, "hot"), (5, "hot")},
    "tests/tidy/parsers.txt": {(2, "proof"), (3, "proof")},
}


def expected(root):
    want = set()
    for base, _, names in os.walk(root):
        for name in names:
            path = os.path.join(base, name)
            with open(path, encoding="utf-8") as f:
                for n, line in enumerate(f, 1):
                    want |= {(os.path.relpath(path, root), n, rule) for rule in re.findall(r"expect: (\w+)", line)}
    for path, (_, offences) in GENERATED.items():
        want |= {(path, n, rule) for n, rule in offences}
    for path, offences in TABLES.items():
        want |= {(path, n, rule) for n, rule in offences}
    return want


def archive(root, objects, module, *names):
    """What `make` leaves for the check on objects: an archive of the module."""
    os.makedirs(os.path.join(objects, "lib"), exist_ok=True)
    made = []
    for name in names:
        made.append(os.path.join(objects, name + ".o"))
        subprocess.run(["gcc", "-c", os.path.join(root, module, name + ".c"), "-o", made[-1]], check=True)
    subprocess.run(["ar", "rcs", os.path.join(objects, "lib", module.replace("/", "_") + ".a"), *made], check=True)


def tidy(root, objects=None):
    command = [sys.executable, os.path.join(HERE, "tidy.py"), "--root", root]
    return subprocess.run(command + (["--objects", objects] if objects else []), capture_output=True, text=True)


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory()
        self.addCleanup(self.tmp.cleanup)
        self.root = os.path.join(self.tmp.name, "tree")
        self.objects = os.path.join(self.tmp.name, "objects")

    def test_every_bad_line_and_no_other(self):
        shutil.copytree(os.path.join(HERE, "bad"), self.root, ignore=shutil.ignore_patterns("lint"))
        for path, (text, _) in GENERATED.items():
            with open(os.path.join(self.root, path), "w", encoding="utf-8") as f:
                f.write(text)
        archive(self.root, self.objects, "risk", "globals")
        said = tidy(self.root, self.objects)
        found = {(m.group(1), int(m.group(2)), m.group(3)) for m in re.finditer(r"^([^:\n]+):(\d+): (\w+):", said.stdout, re.M)}
        self.assertEqual(sorted(expected(self.root) - found), [], "not caught")
        self.assertEqual(sorted(found - expected(self.root)), [], "caught, but good")
        self.assertEqual(said.returncode, 1)

    def test_circle_and_gap_in_the_table_of_layers(self):
        os.makedirs(self.root)
        rows = {
            "uses.a := b\nuses.b := a\n": "use each other",
            "uses.a := b\nuses.b := c\nuses.c :=\n": "not what that uses: c",
            "uses.a := d\nuses.b :=\nuses.c :=\n": "is no module",
            "uses.a := $(uses.b) b\nuses.b :=\n": "0 offences",
            "uses.b := c\nuses.c :=\nuses.a := b $(uses.b)\n": "0 offences",
        }
        for text, want in rows.items():
            with open(os.path.join(self.root, "layers.mk"), "w", encoding="utf-8") as f:
                f.write("MODULES := a b \\\n\tc\n" + text)
            self.assertIn(want, tidy(self.root).stdout, text)

    def test_where_functions_begin_and_end(self):
        code = strip(
            "struct s { int a; };\n#define M(x) \\\n\tdo { x; } while (0)\nstatic const int t[] = { 1, 2 };\n"
            "int f(int a, int (*g)(int, int))\n{\n\tif (a) {\n\t}\n\treturn '{';\n}\n"
            'static inline void h(void) { puts("}"); }\nenum e { A, B };\nint declared(int a);\n'
            "void k(void) __attribute__((cold));\n"
        )
        self.assertEqual([tuple(f) for f in functions(code)], [("f", False, 5, 10, 2), ("h", True, 11, 11, 0)])

    def test_lint_catches(self):
        for name, why in (("leak", "Memory leak|unix.Malloc"), ("uninitialised", "garbage|Uninitialized"), ("overrun", "out of bounds")):
            command = [os.path.join(HERE, "lint.sh"), self.objects, f"tests/tidy/bad/lint/{name}.c"]
            said = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(said.returncode, 1, name)
            self.assertRegex(said.stdout + said.stderr, why)
        clean = subprocess.run([os.path.join(HERE, "lint.sh"), self.objects, "common/err.c"], capture_output=True, text=True)
        self.assertEqual((clean.returncode, clean.stdout), (0, "lint: clean\n"), clean.stderr)


if __name__ == "__main__":
    unittest.main()
