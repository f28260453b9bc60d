#!/usr/bin/env bash
# deb.sh STAGE OUT - makes OUT/saker_VERSION_ARCH.deb of STAGE, which `make install DESTDIR=STAGE PREFIX=/usr` has
# filled. The same commit gives the same bytes, whoever builds it where and when.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022
cd "$(dirname "$0")/../.."
stage=$(realpath "$1") out=$(realpath "$2")
. tuning/packaging/stamp.sh
arch=$(dpkg --print-architecture)
here=tuning/packaging doc=$stage/usr/share/doc/saker

# The linker makes build ids from debug information, where the build's folder is named: here, from what is shipped.
build_id() { # FILE
	local note
	note=$(mktemp)
	objcopy --dump-section .note.gnu.build-id="$note" "$1"
	truncate -s 16 "$note" # the note's head
	truncate -s 36 "$note"
	objcopy --update-section .note.gnu.build-id="$note" "$1"
	truncate -s 16 "$note"
	printf "$(sha1sum "$1" | cut -c 1-40 | sed 's/../\\x&/g')" >>"$note"
	objcopy --update-section .note.gnu.build-id="$note" "$1"
	rm "$note"
}
find "$stage" -type f \( -path '*/bin/*' -o -name '*.so' \) -print | while read -r f; do
	strip --strip-unneeded -R .comment "$f"
	build_id "$f"
done

# What is the operator's from the first day on, and so never overwritten.
mkdir -p "$stage/etc/saker" "$stage/etc/tuned"
mv "$doc/example.yaml" "$stage/etc/saker/saker.yaml"
install -m 644 $here/tuned-variables.conf "$stage/etc/tuned/saker-variables.conf"

rm "$doc/LICENSE"
install -m 644 $here/copyright "$doc/copyright"
changed=$(date -uR -d "@$SOURCE_DATE_EPOCH")
maintainer=$(sed -n 's/^Maintainer: //p' $here/control.in)
printf 'saker (%s) unstable; urgency=medium\n\n  * Built from the sources of that commit.\n\n -- %s  %s\n' \
	"$VERSION" "$maintainer" "$changed" | gzip -9n >"$doc/changelog.gz"
[ ! -d "$stage/usr/share/man" ] || find "$stage/usr/share/man" -type f ! -name '*.gz' -exec gzip -9nf {} +

# Libraries by what the programs link; drivers are loaded by name at run time, and are of DPDK's version.
shlibs() {
	local work
	work=$(mktemp -d)
	mkdir "$work/debian"
	printf 'Source: saker\n\nPackage: saker\nArchitecture: any\n' >"$work/debian/control"
	(cd "$work" && dpkg-shlibdeps -O "$stage"/usr/bin/*) | sed -n 's/^shlibs:Depends=//p'
	rm -r "$work"
}
abi=$(readelf -d "$stage/usr/bin/saker" | sed -n 's/.*librte_eal\.so\.\([0-9]*\).*/\1/p')
drivers=$(printf 'librte-%s, ' bus-pci"$abi" bus-vdev"$abi" mempool-ring"$abi" net-af-xdp"$abi" net-tap"$abi")

mkdir "$stage/DEBIAN"
install -m 755 $here/scripts/* "$stage/DEBIAN/"
(cd "$stage" && find etc -type f -printf '/%p\n' | sort) >"$stage/DEBIAN/conffiles"
(cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
size=$(find "$stage" -type f -printf '%s\n' | awk '{ kb += int(($1 + 1023) / 1024) } END { print kb }')
libraries=$(shlibs)
sed -e "s/@VERSION@/$VERSION/; s/@ARCH@/$arch/; s/@SIZE@/$size/; s/@SHLIBS@/$libraries/; s/@DRIVERS@/${drivers%, }/" \
	$here/control.in >"$stage/DEBIAN/control"

find "$stage" -type d -exec chmod 755 {} +
find "$stage" -type f -exec chmod u=rwX,go=rX {} +
find "$stage" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
deb=$out/saker_${VERSION}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$stage" "$deb" >/dev/null
echo "$deb"
