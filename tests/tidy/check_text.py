"""What readers meet: header comments, links that lead somewhere, no notes to self."""

import os
import re

from tree import Offence, line_of

NOTES = re.compile(r"\b(?:%s)\b" % "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")))
SHARED = ".." + "/shared"
TEXT = (".c", ".h", ".def", ".py", ".sh", ".md", ".mk", ".yaml", ".txt")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


def _slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _links(tree, path):
    text = re.sub(r"^```.*?^```", lambda m: re.sub(r"[^\n]", " ", m.group(0)), tree.text(path), flags=re.S | re.M)
    for m in LINK.finditer(text):
        target, _, anchor = m.group(1).partition("#")
        if re.match(r"\w+:", target):
            continue
        file = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
        if not tree.exists(file):
            yield Offence(path, line_of(text, m.start()), "text", f"the link {m.group(1)} leads nowhere")
        elif anchor and file.endswith(".md"):
            slugs = {_slug(h) for h in re.findall(r"^#+ (.*)$", tree.text(file), re.M)}
            if anchor not in slugs:
                yield Offence(path, line_of(text, m.start()), "text", f"no heading {anchor} in {file}")


def _header(tree, path):
    m = re.match(r"/\*(.*?)\*/", tree.text(path), re.S)
    if not m or not re.search(rf"\b{re.escape(os.path.basename(path))} - \w", m.group(1)):
        yield Offence(path, 1, "text", f"a header begins with a comment `{os.path.basename(path)} - what it is`")


def check(tree):
    for path in tree.files:
        name = os.path.basename(path)
        if not path.endswith(TEXT) and name != "Makefile":
            continue
        for n, line in enumerate(tree.text(path).splitlines(), 1):
            m = NOTES.search(line)
            if m:
                yield Offence(path, n, "text", f"{m.group(0)}: do it, or leave it out")
            if SHARED in line and not (name == "Makefile" and line.startswith("SAKER_DATA ?=")):
                yield Offence(path, n, "text", f"{SHARED}: only the default of SAKER_DATA may name it")
        if path.endswith(".md"):
            yield from _links(tree, path)
    for path in tree.having(".h"):
        if not path.startswith(("tests/", "bench/")):
            yield from _header(tree, path)
