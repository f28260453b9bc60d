#!/usr/bin/env bash
# The Debian package and the sources' archive: what is in them, what lintian and systemd-analyze say, and that making
# them again, with another time zone, locale and umask, gives the same bytes.
set -u
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
make=${MAKE:-make} out=${O:-build}
unset MAKEFLAGS MAKELEVEL
failed=0

skip() { echo "$1"; exit 77; }
fail() { echo "FAIL: $*"; failed=1; }
for tool in dpkg-deb dpkg-shlibdeps strip xz git; do
	command -v $tool >/dev/null || skip "$tool is missing: tuning/deps.sh package"
done
git rev-parse -q --verify HEAD >/dev/null 2>&1 || skip "this is no clone: the archive is made from git's commit"

make_both() { # LOG
	rm -f "$out"/saker_*.deb "$out"/saker-*.tar.xz
	"$make" --no-print-directory O="$out" deb tarball >"$1" 2>&1 || { cat "$1"; echo "FAIL: make deb tarball"; exit 1; }
}

make_both "$tmp/log"
deb=$(ls "$out"/saker_*.deb) tarball=$(ls "$out"/saker-*.tar.xz)
sha256sum "$deb" "$tarball" >"$tmp/sums"
(umask 077; export TZ=Asia/Tokyo LC_ALL=C.UTF-8 USER=nobody; make_both "$tmp/log") || exit 1
sha256sum --quiet -c "$tmp/sums" || fail "made twice, not the same bytes"

# Contents: nothing outside /etc and /usr, nothing that others may write.
root=$tmp/root
dpkg-deb -x "$deb" "$root"
[ "$(ls "$root" | xargs)" = "etc usr" ] || fail "folders: $(ls "$root" | xargs)"
for f in usr/bin/saker usr/bin/hostctl usr/bin/saker-venue usr/lib/saker/example.so usr/libexec/saker/demo.sh \
	etc/saker/saker.yaml etc/tuned/saker-variables.conf \
	usr/lib/systemd/system/saker@.service usr/lib/systemd/system/hostctl@.service usr/lib/sysusers.d/saker.conf \
	usr/lib/tuned/saker/tuned.conf usr/lib/udev/rules.d/60-saker.rules usr/share/doc/saker/docs/deploy.md \
	usr/share/saker/grafana/dashboards/overview.json usr/share/saker/prometheus/saker.rules.yml; do
	[ -s "$root/$f" ] || fail "not in the package: $f"
done
[ -z "$(find "$root" -perm /022 ! -type l)" ] || fail "others may write: $(find "$root" -perm /022 ! -type l)"
[ "$(dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./conffiles | sort | xargs)" = \
	"/etc/saker/saker.yaml /etc/tuned/saker-variables.conf" ] || fail "conffiles"
grep -rqF "$PWD" "$root" && fail "the build's folder is named in: $(grep -rlF "$PWD" "$root" | xargs)"
"$root/usr/bin/hostctl" config help >/dev/null || fail "hostctl of the package does not run"

# The archive holds what is committed, and knows which commit it is of.
mkdir "$tmp/src"
tar -C "$tmp/src" --strip-components=1 -xf "$tarball"
git ls-tree -r --name-only HEAD | sort >"$tmp/committed"
(cd "$tmp/src" && find . ! -type d -printf '%P\n' | sort) >"$tmp/archived"
diff "$tmp/committed" "$tmp/archived" || fail "the archive and the commit differ"
grep -qx "$(git log -1 --format='%ct %H')" "$tmp/src/tuning/packaging/stamp" || fail "the archive's stamp"

if command -v lintian >/dev/null; then
	lintian --no-cfg --allow-root --fail-on error "$deb" >"$tmp/lintian" 2>&1 || fail "lintian: $(cat "$tmp/lintian")"
else
	echo "not done: lintian is missing"
fi

# systemd reads the units: their programs are looked for in the unpacked package, all else on this machine.
if command -v systemd-analyze >/dev/null && [ -e /lib/systemd/system/sysinit.target ]; then
	mkdir "$tmp/units"
	cp "$root"/usr/lib/systemd/system/* "$tmp/units/"
	for d in "$root"/usr/share/doc/saker/examples/systemd/*.conf; do
		mkdir -p "$tmp/units/saker@.service.d"
		cp "$d" "$tmp/units/saker@.service.d/"
	done
	sed -i "s|^ExecStart=|&$root|" "$tmp"/units/*.service
	said=$(systemd-analyze verify --man=no "$tmp"/units/saker@.service "$tmp"/units/hostctl@.service 2>&1 | grep -F "$tmp/units")
	[ -z "$said" ] || fail "systemd-analyze verify: $said"
	for unit in saker hostctl; do
		rm -rf "$tmp/units/saker@.service.d"
		systemd-analyze security --offline=true --threshold=25 "$tmp/units/$unit@.service" >"$tmp/security" 2>&1 ||
			fail "systemd-analyze security: $(cat "$tmp/security")"
		grep -F 'Overall exposure' "$tmp/security"
	done
else
	echo "not done: systemd-analyze is missing"
fi
exit $failed
