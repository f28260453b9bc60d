#!/bin/bash
# Inside a booted Debian with the package installed (package_life.sh): the units as they are shipped, with the drop-ins
# for TAP devices and encrypted credentials, trade against the simulated venue. The last line is `trial: good`, or says
# what failed.
set -u -o pipefail
config=/etc/saker/lab.yaml drop=/etc/systemd/system/saker@lab.service.d

fail() {
	echo "trial: $*"
	systemctl --no-pager --full status saker@lab hostctl@lab
	journalctl --no-pager -n 60 -u saker@lab -u hostctl@lab
	exit 1
}
within() { # SECONDS WHAT COMMAND...
	local until=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || fail "waited in vain: $what"
		sleep 0.2
	done
}
ctl() { hostctl --config $config "$@"; }
trading() { ctl --json status | jq -e '.trading.risk_state == "ACTIVE" and .books[0].state == "VALID"'; }
filled() { ctl --json orders --all | jq -e '[.orders[] | select((.filled | tonumber) > 0)] | length > 0'; }

# The container's /sys has no modules, and DPDK takes their absence for that of /sys.
mount -o remount,rw /sys && mkdir -p /sys/module /run/sys && mount -t sysfs -o ro sysfs /run/sys &&
	mount --bind /run/sys/module /sys/module && mount -o remount,ro /sys || fail "/sys/module"

ip link set lo up
for i in 0 1; do
	ip tuntap add dev saker$i mode tap multi_queue
	ip addr add 10.7$((7 + i)).0.1/24 dev saker$i
	ip link set saker$i up
done

mkdir /run/venue
cd /run/venue || exit 1
openssl genpkey -algorithm ed25519 -out private.pem
openssl pkey -in private.pem -pubout -out public.pem
saker-venue --listen 10.77.0.1:8443 --dir /run/venue --state /run/venue/state --api-key trial-key \
	--public-key public.pem >venue.out 2>venue.log &
within 20 "the venue" grep -q '^ready ' venue.out

# The keys lie encrypted on the disk; the running service alone sees them in the clear.
echo trial-key | systemd-creds encrypt --with-key=host --name=api-key - /etc/saker/lab.api-key.cred || fail "systemd-creds"
systemd-creds encrypt --with-key=host --name=ed25519 private.pem /etc/saker/lab.ed25519.cred || fail "systemd-creds"
install -m 644 ca.pem /etc/saker/lab-ca.pem
mkdir -p $drop
cp /usr/share/doc/saker/examples/systemd/{tap,credentials}.conf $drop/
sed -e "s|@INSTANCE@|lab|; s|@LAYOUT@|fused|; s|@MD_CPU@|0|; s|@TRADE_CPU@|$(($(nproc --all) - 1))|; s|@SHARED@|0|" \
	-e "s|@WORK@/ca.pem|/etc/saker/lab-ca.pem|; s|@WORK@/api-key|/run/credentials/saker@lab.service/api-key|" \
	-e "s|@WORK@/private.pem|/run/credentials/saker@lab.service/ed25519|; s|@PORT@|8443|" \
	-e '/^files:/d; /^capture:/d' /usr/libexec/saker/demo.yaml.in >$config
systemctl daemon-reload
systemctl start saker@lab hostctl@lab || fail "systemctl start"
within 30 "the appliance to trade" trading
within 60 "a fill" filled
within 10 "the daemon to answer" curl -sf http://127.0.0.1:9464/health
curl -s http://127.0.0.1:9464/metrics | grep '^saker_appliance_up{.*} 1' || fail "the daemon's metrics"

pid=$(systemctl show -P MainPID saker@lab)
is() { # WORD OF /proc/PID/status, VALUE
	local has
	has=$(awk -v w="$1:" '$1 == w { print $2 }' "/proc/$pid/status")
	[ "$has" = "$2" ] || fail "$1 $has, not $2"
}
[ "$(ps -o user= -p "$pid")" = saker ] || fail "not run by the user saker"
is CapEff 0000000000001000 # CAP_NET_ADMIN, of the drop-in, and no more
is NoNewPrivs 1
is Seccomp 2
unlocked=$(ctl --json counters app | jq '.counters[] | select(.counter == "memory_not_locked") | .value')
if ! grep -q '^Max locked memory *unlimited' "/proc/$pid/limits"; then
	echo "not shown: locked memory, as whoever runs this may not raise its limit"
elif [ "$unlocked" != 0 ]; then
	fail "its memory is not locked"
fi

runuser -u saker -- hostctl --config $config whoami | grep -q admin || fail "the user saker is no admin"

# Killed, it comes back by itself and trades again; stopped, it has cancelled everything and stays down.
kill -9 "$pid"
another() { local now; now=$(systemctl show -P MainPID saker@lab); [ "$now" != 0 ] && [ "$now" != "$pid" ]; }
within 30 "systemd to start it again" another
within 60 "the appliance to trade again" trading
systemctl stop saker@lab || fail "systemctl stop"
[ "$(systemctl show -P Result saker@lab)" = success ] || fail "it did not end in good order"
systemctl is-active -q hostctl@lab || fail "the daemon ended with the appliance"
echo "trial: good"
