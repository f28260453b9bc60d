#!/usr/bin/env bash
# deps.sh PURPOSE... - installs the Debian packages of tuning/packages/PURPOSE.txt that are missing.
#
# With nothing missing it needs neither network nor root. It starts no service and changes none that runs.
set -euo pipefail
cd "$(dirname "$0")/packages"

die() { printf 'deps: %s\n' "$*" >&2; exit 1; }

[ $# -gt 0 ] || die "usage: tuning/deps.sh PURPOSE...; there are: $(ls | sed 's/\.txt//' | paste -sd' ')"
for purpose in "$@"; do
	[ -f "$purpose.txt" ] || die "no list packages/$purpose.txt"
done
mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "${@/%/.txt}" | sort -u)

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
	die "this is no Debian system; install by hand what corresponds to: ${wanted[*]}"

# dpkg-query fails where it knows nothing of a package, and says the rest all the same.
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/ installed$//p' || true)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(sort -u <<<"$installed"))
[ ${#missing[@]} -gt 0 ] || exit 0

echo "deps: installing ${missing[*]}"
root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || die "neither root nor sudo; as root: apt-get install ${missing[*]}"
	root=(sudo)
fi
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)

# While packages are unpacked, policy-rc.d answers "may this service start?" with no. One that exists already is left alone.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
if [ ! -e "$policy" ]; then
	trap '"${root[@]}" rm -f "$policy"' EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
	"${root[@]}" chmod 755 "$policy"
fi

"${apt[@]}" update </dev/null >/dev/null ||
	echo "deps: apt-get update failed; trying with the package lists at hand" >&2
"${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null ||
	die "apt-get could not install: ${missing[*]}
      Look at its message above. Usual remedies: check the network and /etc/apt/sources.list (Debian 12, main),
      run 'apt-get update', 'dpkg --configure -a' or 'apt-get -f install', then 'make deps' again."
