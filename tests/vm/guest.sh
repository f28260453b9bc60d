#!/bin/bash
# Inside the virtual machine, once a boot: what run.sh looks at afterwards goes to /report, what it shows now to the
# console as lines of `vm: `. Boots: 1 as installed, 2 tuned by hostctl, 3 by TuneD.
set -u -o pipefail
report=/report hot=1
mkdir -p $report
boot=$(($(cat $report/boot 2>/dev/null || echo 0) + 1))
echo $boot >$report/boot
. /vm/network # card=, cards=

say() { echo "vm: $*" >/dev/console; }
fail() {
	say "FAIL boot $boot: $*"
	journalctl --no-pager -b -n 200 >$report/journal.failed
	journalctl --no-pager -b -n 40 -u 'saker@*' -u 'hostctl@*' -o cat >/dev/console
	systemctl --force poweroff
	exit 1
}
# One run that fails leaves the others to be looked at.
miss() { # NAME WHY
	say "$1 FAILED: $2"
	journalctl --no-pager -u "saker@$1" -u "hostctl@$1" >$report/"$1"/journal
	systemctl kill -s KILL "saker@$1"
	systemctl stop "saker@$1" "hostctl@$1"
	[ ! -d /var/lib/saker/"$1"/captures ] || mv /var/lib/saker/"$1"/captures $report/"$1"/
	tc qdisc del dev "$nic" root 2>/dev/null
	exit 1
}
within() { # SECONDS WHAT COMMAND...
	local until=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || fail "waited in vain: $what"
		sleep 0.5
	done
}
isolation() {
	cp /proc/cmdline $report/cmdline.$boot
	cat /sys/devices/system/cpu/isolated >$report/isolated.$boot
	cat /sys/devices/system/cpu/nohz_full >$report/nohz_full.$boot
}
doctor() { hostctl --config /etc/saker/e1000e.yaml --json doctor >$report/doctor.$boot.json; }

# ---- what a run trades with: a card, a venue, an instance of its own ----
configure() { # NAME
	local name=$1 md trade port tx rx address=10.77.0.1 subnet=10.77.1 router=
	read -r md trade port tx rx < <(awk -v n="$name" '$1 == n { print $2, $3, $4, $5, $6 }' /vm/runs)
	case $name in netem*) address=10.99.0.1 subnet=10.78.1 router=", gateway: 10.78.0.10" ;; esac
	sed -e "s|@INSTANCE@|$name|; s|@LAYOUT@|fused|; s|@MD_CPU@|$hot|; s|@TRADE_CPU@|$hot|; s|@SHARED@|0|; s|@PORT@|$port|" \
		-e "s|@WORK@/ca.pem|/etc/saker/$name-ca.pem|; s|@WORK@/api-key|/etc/saker/api-key|; s|10.77.0.1,|$address,|" \
		-e "s|@WORK@/private.pem|/etc/saker/ed25519.pem|; s|no_huge: true|no_huge: false|; /^files:/d; /^capture:/d" \
		-e "s|^  md: .*|  md: {device: \"$md\", ip: $subnet.2/16$router, rx_checksum: $rx, tx_checksum: $tx}|" \
		-e "s|^  trade: .*|  trade: {device: \"$trade\", ip: $subnet.3/16$router, rx_checksum: $rx, tx_checksum: $tx}|" \
		-e 's|max_book_age_ms: .*|max_book_age_ms: 5000|' /usr/libexec/saker/demo.yaml.in >/etc/saker/"$name".yaml
	cat >>/etc/saker/"$name".yaml <<-YAML
		deployment: colocated
		session: {timeout_ms: 30000, idle_ms: 20000}
		capture: {dir: /var/lib/saker/$name/captures, secrets: all}
	YAML
	install -d -o saker -g saker -m 750 /var/lib/saker/"$name" /var/lib/saker/"$name"/captures
	hostctl config check /etc/saker/"$name".yaml || fail "the configuration of $name"
}

ctl() { hostctl --config /etc/saker/"$name".yaml "$@"; }
trading() { ctl --json status | jq -e '.trading.risk_state == "ACTIVE" and .books[0].state == "VALID"'; }
fills() { ctl --json position | jq -e "[.positions[].fills] | add >= $1"; }
# Commands go as the user it runs as.
ask() { runuser -u saker -- hostctl --config /etc/saker/"$name".yaml "$@"; }

impair() { tc qdisc replace dev "$nic" root netem delay 5ms 1ms loss 1% reorder 2% 50% corrupt 0.5%; }

run() { # NAME
	local name=$1 out=$report/$1 begin=$SECONDS pid
	mkdir -p "$out"
	case $name in netem*) impair || fail "netem" ;; esac
	systemctl start "saker@$name" "hostctl@$name" || fail "$name: systemctl start"
	within 40 "$name: the appliance to trade" trading
	ask capture start >"$out/capture.start" || fail "$name: hostask capture start: $(cat "$out/capture.start")"
	[ "$(systemctl show -P User "saker@$name")" = saker ] || fail "$name: not run by the user saker"
	pid=$(systemctl show -P MainPID "saker@$name")
	grep -E '^(CapEff|NoNewPrivs|Seccomp|VmLck|HugetlbPages):' "/proc/$pid/status" >"$out/process"
	find "/proc/$pid/fd" -printf '%l\n' | grep vfio | sort | uniq -c >"$out/vfio"
	within 60 "$name: two fills" fills 2
	sleep 5
	curl -sf http://127.0.0.1:9464/metrics | grep '^saker_appliance_up{.*} 1' >"$out/metrics" ||
		fail "$name: the daemon's metrics"
	ctl --json capture status >"$out/capture.json"
	ask capture stop >"$out/capture.stop" || fail "$name: hostask capture stop"
	ctl --json status >"$out/status.json"
	ctl --json session >"$out/session.json"
	systemctl stop "saker@$name" || fail "$name: systemctl stop"
	[ "$(systemctl show -P Result "saker@$name")" = success ] || fail "$name: it did not end in good order"
	systemctl is-active -q "hostctl@$name" || fail "$name: the daemon ended with the appliance"
	for verb in position counters latency; do ctl --json $verb >"$out/$verb.json" 2>/dev/null; done
	for j in /var/lib/saker/"$name"/journal.*; do ctl --json journal "$j" >"$out/${j##*/}.json" 2>/dev/null; done
	mv /var/lib/saker/"$name"/captures "$out/"
	systemctl stop "hostctl@$name"
	tc -s -j qdisc show dev "$nic" >"$out/qdisc.json"
	tc qdisc del dev "$nic" root 2>/dev/null
	journalctl --no-pager -u "saker@$name" -u "hostctl@$name" >"$out/journal"
	sync
	say "$name: traded for $((SECONDS - begin)) s"
}

bind() { # the way of docs/deploy.md; driverctl does it again at each start
	local d
	for d in $cards; do driverctl set-override "$d" vfio-pci || fail "driverctl set-override $d"; done
}
drivers() {
	local d at group
	for d in $cards; do
		at=/sys/bus/pci/devices/$d group=$(basename "$(readlink "$at/iommu_group")")
		echo "$d $(basename "$(readlink "$at/driver")") group $group $(stat -c %G:%a "/dev/vfio/$group")"
	done >$report/drivers
	cat /sys/module/vfio/parameters/enable_unsafe_noiommu_mode >$report/noiommu 2>/dev/null ||
		echo absent >$report/noiommu
	! grep -qv ' vfio-pci ' $report/drivers || fail "not on vfio-pci: $(cat $report/drivers)"
}

# One address for the kernel's own traffic, one as the router of the impaired runs, whose both ways go through this
# interface.
within 60 "the card of the kernel's own traffic" test -e /sys/bus/pci/devices/$card/virtio*/net
nic=$(basename /sys/bus/pci/devices/$card/virtio*/net/*)
ip addr add 10.77.0.10/16 dev "$nic" && ip addr add 10.78.0.10/16 dev "$nic" && ip link set "$nic" up || fail "the network"
sysctl -q net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 "net.ipv4.conf.$nic.send_redirects=0"
ip route add 10.99.0.1/32 via 10.77.0.1

say "boot $boot: $(cut -d' ' -f3- /proc/cmdline)"
isolation
case $boot in
1)
	for name in $(awk '{ print $1 }' /vm/runs); do configure "$name"; done
	doctor
	hostctl --config /etc/saker/e1000e.yaml tune plan >$report/tune.plan
	hostctl --config /etc/saker/e1000e.yaml tune apply >$report/tune.apply
	# An interrupt that its driver has pinned cannot be moved; all else can be written.
	! grep ' FAILED ' $report/tune.apply | grep -v '^/proc/irq/' || fail "tune apply"
	bind
	update-grub >$report/update-grub 2>&1 || fail "update-grub: $(tail -n 3 $report/update-grub)"
	systemctl reboot
	;;
2)
	hostctl --config /etc/saker/e1000e.yaml tune verify >$report/tune.verify
	# Interrupts that drivers have placed since.
	hostctl --config /etc/saker/e1000e.yaml tune apply >$report/tune.again
	hostctl --json jitter --cores $hot --seconds 3 >$report/jitter.json || fail "jitter"
	drivers
	doctor
	for name in $(awk '{ print $1 }' /vm/runs); do (fail() { miss "$name" "$*"; }; run "$name"); done
	# What is left of it are interrupts that could not be moved either.
	hostctl --config /etc/saker/e1000e.yaml tune revert >$report/tune.revert 2>&1
	[ ! -e /etc/default/grub.d/90-saker.cfg ] || fail "tune revert: $(cat $report/tune.revert)"
	sed -i "s/^hot_cores=.*/hot_cores=$hot/" /etc/tuned/saker-variables.conf
	systemctl enable -q --now tuned || fail "tuned does not start"
	tuned-adm profile saker || fail "tuned-adm profile saker"
	update-grub >>$report/update-grub 2>&1 || fail "update-grub after TuneD"
	systemctl reboot
	;;
3)
	within 60 "TuneD to rule" sh -c 'tuned-adm active | grep -q saker'
	tuned-adm active >$report/tuned.active
	tuned-adm verify >$report/tuned.verify 2>&1
	doctor
	say "done"
	systemctl poweroff
	;;
esac
