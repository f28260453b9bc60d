# Sourced by tests that need a Debian 12 of their own, in a folder.

# Programs run in a mount and process namespace of their own, where the root has a /proc.
debian_within() { # ROOT COMMAND...
	local r=$1
	shift
	unshare -mpf --kill-child bash -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$r" \
		env -i SYSTEMD_OFFLINE=1 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

# The names of the packages that a .deb depends on.
debian_depends() { dpkg-deb -f "$1" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/,//g'; } # DEB

# Makes it in DIR, unless it is there and of the same packages. The network is apt's alone: its sources and settings
# are this machine's. Says in LOG what it does.
debian_make() { # DIR LOG PACKAGES...
	local base=$1 log=$2
	shift 2
	[ "$(cat "$base/ready" 2>/dev/null)" != "$*" ] || return 0
	debian_make_anew "$base" "$@" >"$log" 2>&1
}

debian_make_anew() { # DIR PACKAGES...
	local base=$1
	shift
	rm -rf "$base"
	debootstrap --variant=minbase --include=systemd-sysv,dbus bookworm "$base" http://deb.debian.org/debian || return
	rm -f "$base"/etc/apt/sources.list
	cp -RL /etc/apt/sources.list.d /etc/apt/apt.conf.d "$base/etc/apt/" 2>/dev/null
	[ ! -s /etc/apt/sources.list ] || cp -L /etc/apt/sources.list "$base/etc/apt/"
	rm -f "$base"/etc/apt/apt.conf.d/{20packagekit,50appstream,70debconf} "$base"/etc/apt/sources.list.d/*nodesource*
	debian_within "$base" sh -c \
		'apt-get -q update && apt-get -q -y install --no-install-recommends "$@" && apt-get clean' sh "$@" &&
		echo "$*" >"$base/ready"
}
