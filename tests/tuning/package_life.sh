#!/usr/bin/env bash
# timeout: 600 s
# The package's life in a Debian 12 of its own: installed, configured by hand, upgraded, removed, installed again,
# purged; what lies on the disk before and after is compared. Then systemd boots there and the units trade (trial.sh).
# Then the package is made once more, of the unpacked archive of the sources in another folder: the same bytes.
#
# The Debian is kept in $O/debian, so that only the first run takes the minutes and the network that debootstrap
# needs; it is made anew where the package depends on something else.
set -u -o pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/debian.sh
. tests/debian.sh
make=${MAKE:-make} out=$(realpath -m "${O:-build}")
unset MAKEFLAGS MAKELEVEL
skip() { echo "$1"; exit 77; }
fail() { echo "FAIL: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "root is needed to install packages in a root of their own"
for tool in debootstrap unshare chroot dpkg-deb; do
	command -v $tool >/dev/null || skip "$tool is missing: tuning/deps.sh package"
done
unshare -mpf true 2>/dev/null || skip "mount and process namespaces are not permitted here"
[ ! -d .git ] && [ ! -f .git ] && skip "this is no clone: the archive is made from git's commit"

rm -f "$out"/saker_*.deb "$out"/saker-*.tar.xz
"$make" --no-print-directory O="$out" deb tarball >"$out/package.log" 2>&1 || { cat "$out/package.log"; fail "make deb tarball"; }
deb=$(ls "$out"/saker_*.deb)
base=$out/debian
tmp=$(mktemp -d "$out/package.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root

# shellcheck disable=SC2046
debian_make "$base" "$out/debian.log" $(debian_depends "$deb") iproute2 jq curl openssl procps ||
	skip "debootstrap or apt-get did not get what the Debian is made of: $(tail -n 1 "$out/debian.log")"
cp -a "$base" "$root"

# The next version, whose example configuration is another.
dpkg-deb -R "$deb" "$tmp/next"
sed -i 's/^\(Version: .*\)/\1+next/' "$tmp/next/DEBIAN/control"
echo '# a new remark' >>"$tmp/next/etc/saker/saker.yaml"
(cd "$tmp/next" && find usr etc -type f -print0 | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group --build "$tmp/next" "$root/next.deb" >/dev/null || fail "dpkg-deb"
cp "$deb" "$root/this.deb"

install() {
	debian_within "$root" dpkg --force-confdef --force-confold "$@" >>"$tmp/dpkg.log" 2>&1 ||
		{ cat "$tmp/dpkg.log"; fail "dpkg $*"; }
}
# Paths, kinds, modes and owners; not what dpkg and account tools keep for themselves.
theirs='^(proc|tmp|var/lib/dpkg|var/log|var/cache)/|^etc/(passwd|group|shadow|gshadow|subuid|subgid|\.pwd)|\.deb '
files() { (cd "$root" && find . -xdev -printf '%P %y %m %u:%g\n' | grep -vE "$theirs" | sort); }
there() { [ -e "$root/$1" ] || [ -L "$root/$1" ] || fail "$2: $1 is not there"; }
gone() { [ ! -e "$root/$1" ] && [ ! -L "$root/$1" ] || fail "$2: $1 is there"; }

files >"$tmp/before"
install -i /this.deb
there usr/bin/saker "installed"
grep -q ^saker: "$root/etc/passwd" || fail "installed: no user saker"
debian_within "$root" hostctl config help >/dev/null || fail "installed: hostctl does not run"
debian_within "$root" saker >/dev/null 2>&1; [ $? = 2 ] || fail "installed: saker does not say how it is used"

# What an operator and a running appliance leave.
echo '# mine' >>"$root/etc/saker/saker.yaml"
echo key >"$root/etc/saker/api-key"
mkdir -p "$root/var/lib/saker/saker" "$root/var/lib/saker-tune" "$root/etc/default/grub.d"
echo 1 >"$root/var/lib/saker/saker/journal"
debian_within "$root" systemctl -q enable saker@saker hostctl@saker
there etc/systemd/system/multi-user.target.wants/saker@saker.service "enabled"
mkdir -p "$root/etc/systemd/system/system.slice.d"
touch "$root"/etc/systemd/{system/system.slice.d/90-saker.conf,network/90-saker-0000:3b:00.0.link}
touch "$root"/var/lib/saker-tune/state "$root"/etc/{sysctl.d/90-saker.conf,tmpfiles.d/saker.conf,default/grub.d/90-saker.cfg}

install -i /next.deb
[[ $(debian_within "$root" dpkg-query -Wf '${Version}' saker) == *+next ]] || fail "upgraded: it is the old version still"
[ "$(tail -n 1 "$root/etc/saker/saker.yaml")" = '# mine' ] || fail "upgraded: the edited configuration is lost"
[ "$(tail -n 1 "$root/etc/saker/saker.yaml.dpkg-dist")" = '# a new remark' ] ||
	fail "upgraded: the new example is nowhere"
there var/lib/saker/saker/journal "upgraded"

install -r saker
gone usr/bin/saker "removed"
gone usr/lib/saker "removed"
there var/lib/saker/saker/journal "removed"
[ "$(tail -n 1 "$root/etc/saker/saker.yaml")" = '# mine' ] || fail "removed: the edited configuration is lost"
install -i /this.deb
[ "$(tail -n 1 "$root/etc/saker/saker.yaml")" = '# mine' ] || fail "installed again: the edited configuration is lost"
install -P saker

# Policy leaves what is not the package's: the operator's key, the folder it lies in, that of the boot options.
files >"$tmp/after"
cat >"$tmp/kept" <<-'KEPT'
	etc/default/grub.d d 755 root:root
	etc/saker d 755 root:root
	etc/saker/api-key f 644 root:root
KEPT
comm -23 "$tmp/before" "$tmp/after" >"$tmp/lost"
comm -13 "$tmp/before" "$tmp/after" | diff "$tmp/kept" - >"$tmp/left" || fail "purged, and left behind or lost: $(cat "$tmp/left")"
[ ! -s "$tmp/lost" ] || fail "purged, and lost: $(cat "$tmp/lost")"
echo "installed, upgraded, removed, purged: $(wc -l <"$tmp/before") files before; new after it:" $(cut -d' ' -f1 "$tmp/kept")

# systemd boots, and the units do what they are for.
boot() {
	install -i /this.deb
	command cp tests/tuning/trial.sh "$root/trial.sh"
	cat >"$root/etc/systemd/system/trial.service" <<-'UNIT'
		[Unit]
		After=basic.target
		SuccessAction=poweroff-force
		FailureAction=poweroff-force
		[Service]
		Type=oneshot
		ExecStart=/trial.sh
		StandardOutput=file:/trial.out
		StandardError=inherit
		TimeoutStartSec=180
	UNIT
	ln -sf multi-user.target "$root/usr/lib/systemd/system/default.target"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -sf ../trial.service "$root/etc/systemd/system/multi-user.target.wants/"
	timeout 240 systemd-nspawn --register=no --keep-unit -q --private-network --capability=CAP_IPC_LOCK \
		--rlimit=MEMLOCK=infinity -D "$root" -b >"$tmp/boot.log" 2>&1
	cat "$root/trial.out" 2>/dev/null
	tail -n 1 "$root/trial.out" 2>/dev/null | grep -qx 'trial: good' || { tail -n 30 "$tmp/boot.log"; fail "the units"; }
}
if ! command -v systemd-nspawn >/dev/null; then
	echo "not done: the units' trial; systemd-nspawn is missing (package systemd-container)"
elif [ ! -c /dev/net/tun ]; then
	echo "not done: the units' trial; /dev/net/tun is missing"
else
	boot
fi

mkdir "$tmp/src"
tar -C "$tmp/src" --strip-components=1 -xf "$out"/saker-*.tar.xz
(cd "$tmp/src" && umask 077 && TZ=Asia/Tokyo "$make" -j"$(nproc)" --no-print-directory deb O=elsewhere) >"$tmp/make.log" 2>&1 ||
	{ tail "$tmp/make.log"; fail "make deb in the unpacked archive"; }
if [ -z "$(git status --porcelain --untracked-files=no)" ]; then
	cmp "$deb" "$tmp"/src/elsewhere/saker_*.deb || fail "made of the archive in another folder, not the same bytes"
	echo "made of the archive in another folder: the same bytes"
else
	echo "not compared: what is not committed is not in the archive"
fi
