#!/usr/bin/env bash
# The package in a virtual machine of QEMU without KVM: Debian 12 with its own kernel, GRUB, systemd, an emulated IOMMU
# and emulated cards. It boots as installed, is tuned by `hostctl tune`, restarts by what tune wrote, gives its cards to
# vfio-pci and trades through DPDK's own drivers against saker-venue, which runs outside the machine on this kernel's
# sockets, behind a bridge and TAP devices. guest.sh is what happens inside, report.py what is made of it.
#
#   O            folder with the package (make deb); what is left is in $O/vm
#   VM_SECONDS   how long the machine may run (540)
#
# Everything started here lives in namespaces of its own, and ends with them.
set -u -o pipefail
cd "$(dirname "$0")/../.."
out=$(realpath -m "${O:-build}") vm=$out/vm
limit=${VM_SECONDS:-540}
skip() { echo "skip: $1"; exit 77; }
fail() { echo "FAIL: $*"; exit 1; }
# shellcheck source=tests/debian.sh
. tests/debian.sh

packages="linux-image-cloud-amd64 initramfs-tools zstd grub-pc-bin grub2-common udev kmod chrony tuned driverctl
	pciutils librte-net-e1000-23 librte-net-virtio23 ethtool iproute2 jq curl openssl procps"

needs() {
	[ "$(id -u)" = 0 ] || skip "root is needed to make a Debian"
	local tool
	for tool in qemu-system-x86_64 debootstrap mke2fs debugfs unshare openssl ip; do
		command -v $tool >/dev/null || skip "$tool is missing: tuning/deps.sh package vm"
	done
	[ -c /dev/net/tun ] || skip "/dev/net/tun is missing"
	unshare -mnp --fork true 2>/dev/null || skip "namespaces are not permitted here"
	deb=$(ls "$out"/saker_*.deb 2>/dev/null) || skip "no package in $out: make deb"
}

# NAME MD TRADE PORT TX RX: cards 10 and 11 are e1000e, 12 and 13 virtio-net. QEMU's e1000e, where it fills in the IPv4
# header's checksum, takes the padding of a short frame for payload and changes the packet's length: it sends as Saker
# has summed.
write_runs() {
	cat >"$vm/runs" <<-'RUNS'
		e1000e 0000:00:10.0 0000:00:11.0 8441 false true
		virtio 0000:00:12.0 0000:00:13.0 8442 true true
		e1000e-soft 0000:00:10.0 0000:00:11.0 8443 false false
		virtio-soft 0000:00:12.0 0000:00:13.0 8444 false false
		netem 0000:00:10.0 0000:00:11.0 8445 false true
		netem-soft 0000:00:12.0 0000:00:13.0 8446 false false
	RUNS
	cat >"$vm/network" <<-'NETWORK'
		card=0000:00:05.0
		cards="0000:00:10.0 0000:00:11.0 0000:00:12.0 0000:00:13.0"
	NETWORK
}

make_network() {
	local i
	ip link set lo up
	ip link add br0 type bridge
	ip addr add 10.77.0.1/16 dev br0
	ip addr add 10.99.0.1/32 dev br0
	for i in 05 10 11 12 13; do
		ip tuntap add dev vm$i mode tap vnet_hdr
		ip link set vm$i master br0 up
	done
	ip link set br0 up
	ip route add 10.78.0.0/16 via 10.77.0.10
}

start_venues() {
	local name md trade port rest
	openssl genpkey -algorithm ed25519 -out "$vm/ed25519.pem" 2>/dev/null
	openssl pkey -in "$vm/ed25519.pem" -pubout -out "$vm/public.pem"
	while read -r name md trade port rest; do
		mkdir -p "$vm/venue/$name"
		"$out/release/bin/saker-venue" --listen "0.0.0.0:$port" --dir "$vm/venue/$name" \
			--state "$vm/venue/$name/state" --admin --api-key vm-key --public-key "$vm/public.pem" >"$vm/venue/$name/out" 2>"$vm/venue/$name/log" &
		echo $! >>"$vm/venue/pids"
		until grep -qs '^ready ' "$vm/venue/$name/out"; do
			kill -0 $! 2>/dev/null || fail "the venue: $(tail -n 3 "$vm/venue/$name/log")"
			sleep 0.1
		done
	done <"$vm/runs"
}

# An emulated processor promises no invariant time-stamp counter, but this one is the host's. Its rate is measured here,
# as a busy host makes the machine's own measurement wrong by far.
boot_options() {
	gcc -O2 -x c - -o "$vm/tsc" <<-'TSC' || fail "gcc"
		#include <stdio.h>
		#include <time.h>
		#include <x86intrin.h>
		int main(void)
		{
			struct timespec a, b, pause = { .tv_nsec = 500000000 };
			clock_gettime(CLOCK_MONOTONIC, &a);
			unsigned long long from = __rdtsc();
			nanosleep(&pause, NULL);
			clock_gettime(CLOCK_MONOTONIC, &b);
			unsigned long long ticks = __rdtsc() - from;
			double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
			printf("%.0f\n", 1e6 * (double)ticks / ns);
		}
	TSC
	echo "console=ttyS0 tsc=reliable tsc_early_khz=$("$vm/tsc")"
}

fill_root() { # ROOT
	local root=$1 name rest kernel options
	options=$(boot_options)
	cp "$deb" "$root/saker.deb"
	debian_within "$root" dpkg --force-confdef -i /saker.deb >"$vm/dpkg.log" 2>&1 || { cat "$vm/dpkg.log"; fail "dpkg"; }
	install -d "$root/vm"
	install tests/vm/guest.sh "$vm/runs" "$vm/network" "$root/vm/"
	echo vm-key >"$root/etc/saker/api-key"
	cp "$vm/ed25519.pem" "$root/etc/saker/"
	debian_within "$root" sh -c 'cd /etc/saker && chown saker:saker api-key ed25519.pem && chmod 600 api-key ed25519.pem'
	while read -r name rest; do cp "$vm/venue/$name/ca.pem" "$root/etc/saker/$name-ca.pem"; done <"$vm/runs"
	rm -f "$root"/etc/systemd/system/*.wants/tuned.service # until its turn comes
	echo vm >"$root/etc/hostname"
	echo '/dev/vda1 / ext4 defaults 0 1' >"$root/etc/fstab"
	cp tests/vm/guest.service "$root/etc/systemd/system/vm.service"
	ln -sf multi-user.target "$root/usr/lib/systemd/system/default.target"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/boot/grub"
	ln -sf ../vm.service "$root/etc/systemd/system/multi-user.target.wants/"
	for name in systemd-logind e2scrub_reap getty@tty1 serial-getty@ttyS0; do
		ln -sf /dev/null "$root/etc/systemd/system/$name.service"
	done
	cat >"$root/etc/default/grub" <<-GRUB
		GRUB_TIMEOUT=0
		GRUB_TERMINAL=serial
		GRUB_DISABLE_LINUX_UUID=true
		GRUB_DISABLE_OS_PROBER=true
		GRUB_CMDLINE_LINUX="$options"
	GRUB
	printf '%s\n' virtio_pci virtio_blk ext4 >"$root/etc/initramfs-tools/modules"
	sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
	debian_within "$root" update-initramfs -u >"$vm/initramfs.log" 2>&1 ||
		fail "update-initramfs: $(tail -n 1 "$vm/initramfs.log")"
	kernel=$(ls "$root/lib/modules")
	# The first start, as update-grub would write it without what tune adds; the later ones are update-grub's own.
	cat >"$root/boot/grub/grub.cfg" <<-GRUB
		linux /boot/vmlinuz-$kernel root=/dev/vda1 ro $options
		initrd /boot/initrd.img-$kernel
		boot
	GRUB
}

# A disk as grub-install would leave it, without the loop devices and mounts that takes: boot sector, GRUB in the gap
# behind it, one partition from 1 MB on.
make_disk() { # ROOT DISK
	local root=$1 disk=$2 sectors=4000000
	debian_within "$root" grub-mkimage -O i386-pc -o /core.img -p '(hd0,msdos1)/boot/grub' \
		biosdisk part_msdos ext2 normal linux serial search echo gzio || fail "grub-mkimage"
	mv "$root/core.img" "$vm/core.img"
	truncate -s $(((2048 + sectors) * 512)) "$disk"
	mke2fs -q -t ext4 -O ^metadata_csum_seed,^orphan_file -E offset=1048576 -d "$root" "$disk" \
		$((sectors / 2))k || fail "mke2fs"
	dd if="$root/usr/lib/grub/i386-pc/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
	dd if="$vm/core.img" of="$disk" bs=512 seek=1 conv=notrunc status=none
	/usr/bin/python3 - "$disk" $sectors <<-'TABLE'
		import struct, sys
		entry = struct.pack("<8BII", 0x80, 0, 0, 0, 0x83, 0, 0, 0, 2048, int(sys.argv[2]))
		with open(sys.argv[1], "r+b") as f:
		    f.seek(446)
		    f.write(entry + bytes(48) + b"\x55\xaa")
	TABLE
}

card() { # DEVICE SLOT MORE
	echo -netdev "tap,id=n$2,ifname=vm$2,script=no,downscript=no,vnet_hdr=on" \
		-device "$1,netdev=n$2,bus=pcie.0,addr=0x$2,mac=52:54:00:00:00:$2,romfile=$3"
}
start_machine() { # DISK
	local virtual=,disable-legacy=on,iommu_platform=on
	# shellcheck disable=SC2046
	qemu-system-x86_64 -accel tcg,thread=multi -cpu max -machine q35,kernel-irqchip=split -m 1536 -smp 2 \
		-nodefaults -display none -serial "file:$vm/console" -device intel-iommu,intremap=on,aw-bits=48 -rtc clock=host \
		-drive "if=none,id=disk,file=$1,format=raw,cache=unsafe" -device virtio-blk-pci,drive=disk \
		$(card virtio-net-pci 05 '') $(card e1000e 10 '') $(card e1000e 11 '') \
		$(card virtio-net-pci 12 $virtual) $(card virtio-net-pci 13 $virtual) >"$vm/qemu.log" 2>&1 &
	machine=$!
}

# On a busy host QEMU was seen to hang before its kernel says a word.
start_again() {
	local until=$((SECONDS + 60))
	until [ -s "$vm/console" ] || ! kill -0 $machine 2>/dev/null; do
		sleep 1
		[ $SECONDS -lt $until ] && continue
		echo "  QEMU has started nothing within 60 s: once more"
		kill -9 $machine
		wait $machine
		start_machine "$vm/disk"
		return
	done
}

# Shows what the machine says, until it ends.
watch_machine() {
	local seen=0 lines until=$((SECONDS + limit))
	while kill -0 $machine 2>/dev/null; do
		lines=$(tr -d '\r' <"$vm/console" | grep -a '^vm: ' | tail -n +$((seen + 1)))
		if [ -n "$lines" ]; then
			printf '%s\n' "$lines" | sed "s/^vm: /  $SECONDS s  /"
			seen=$((seen + $(wc -l <<<"$lines")))
		fi
		if [ $SECONDS -gt $until ]; then
			kill $machine
			break
		fi
		sleep 1
	done
	wait $machine
	tr -d '\r' <"$vm/console" | grep -aqx 'vm: done' && return
	echo "--- the machine's last words"
	tr -d '\r' <"$vm/console" | tail -n 40
	tail -n 5 "$vm/qemu.log"
	return 1
}

inside() {
	make_network || fail "the network"
	start_venues
	cp -a "$vm/debian" "$vm/root"
	fill_root "$vm/root"
	make_disk "$vm/root" "$vm/disk"
	rm -rf "$vm/root"
	touch "$vm/console"
	start_machine "$vm/disk"
	start_again
	# A sleeping processor of QEMU has been seen to miss its timer; a frame now and then wakes it.
	while sleep 0.2; do echo >/dev/udp/10.77.0.10/9; done 2>/dev/null &
	echo $! >>"$vm/venue/pids"
	watch_machine
	local rc=$?
	# shellcheck disable=SC2046
	kill $(cat "$vm/venue/pids")
	wait
	e2fsck -fp "$vm/disk?offset=1048576" >"$vm/e2fsck.log" 2>&1
	debugfs -R "rdump /report $vm" "$vm/disk?offset=1048576" >"$vm/debugfs.log" 2>&1
	nstat -az TcpInCsumErrors TcpInErrs TcpRetransSegs TcpOutSegs TcpInSegs >"$vm/report/host.nstat" 2>/dev/null
	return $rc
}

if [ "${1:-}" = --inside ]; then
	deb=$(ls "$out"/saker_*.deb)
	inside
	exit
fi
needs
mkdir -p "$vm"
rm -rf "$vm"/{report,venue,root,disk,console,qemu.log}
# shellcheck disable=SC2046,SC2086
debian_make "$vm/debian" "$vm/debian.log" $packages $(debian_depends "$deb") ||
	skip "debootstrap or apt-get did not get what the Debian is made of: $(tail -n 1 "$vm/debian.log")"
write_runs
O=$out unshare -mnp --fork --kill-child --mount-proc "$PWD/tests/vm/run.sh" --inside
rc=$?
rm -rf "$vm/root" "$vm/disk"
/usr/bin/python3 tests/vm/report.py "$vm" || rc=1
exit $rc
