#!/usr/bin/env bash
# tarball.sh OUT - makes OUT/saker-VERSION.tar.xz of the sources as committed; the same commit gives the same bytes.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
. tuning/packaging/stamp.sh
git rev-parse -q --verify HEAD >/dev/null || { echo "tarball: this is no clone: the archive is made from git's commit" >&2; exit 1; }
tar=$1/saker-$SOURCE_VERSION.tar
git archive --format=tar --prefix="saker-$SOURCE_VERSION/" -o "$tar" HEAD
xz -9 -T1 -f "$tar"
echo "$tar.xz"
