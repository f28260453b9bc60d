#!/usr/bin/env python3
"""tidy.py [--root DIR] [--objects BUILD/VARIANT] - the rules of CONTRIBUTING.md that a program can check. Exit 1 where one is broken."""

import argparse
import os
import sys

import check_hot
import check_layers
import check_named
import check_proof
import check_size
import check_text
from tree import Tree

CHECKS = (check_layers, check_hot, check_size, check_proof, check_named, check_text)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--root", default=os.path.join(here, "..", ".."))
    args.add_argument("--objects", help="where the archives are, for the check on objects that are not const")
    opt = args.parse_args()
    tree = Tree(os.path.abspath(opt.root), opt.objects and os.path.abspath(opt.objects))
    offences = [o for c in CHECKS for o in c.check(tree)]
    for o in offences:
        print(o)
    for module, n, lines, density in check_proof.assert_density(tree):
        note = "" if density >= 10 else ", fewer than 10"
        print(f"tidy: {module}: {n} assertions in {lines} lines, {density:.1f} a thousand{note}")
    print(f"tidy: {len(tree.files)} files, {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
