# shellcheck shell=bash disable=SC2154
# What Redis, InfluxDB and Prometheus cost trading when they fail: sourced by the demo with TELEMETRY=1. Around each
# fault a phase that is well; telemetry_cost.py compares the three. A fault that looks dear is tried again, three
# times at most.
#
#   FAULTS         <server>_<fault> ...; what there is, is below
#   PHASE_SECONDS  of each phase (20); LOOKS in each (10), windows lie between them
cost=$work/cost
phase_s=${PHASE_SECONDS:-20} looks=${LOOKS:-10}
pause_s=$(awk "BEGIN { print $phase_s / $looks }")
faults=${FAULTS:-redis_killed redis_restarted redis_stopped redis_slowed redis_full
	influxdb_killed influxdb_restarted influxdb_stopped influxdb_slowed influxdb_full spool_full
	prometheus_killed prometheus_restarted prometheus_stopped prometheus_slowed prometheus_full hot_cpu}
crawl=4000 # bytes a second of a server that is slowed: less than a sample takes
redis_relay=6380 influxdb_relay=8087 prometheus_relay=9465

judge() { taskset -c "$shared" /usr/bin/python3 "$root/tests/e2e/telemetry_cost.py" "$@"; }
snap() { judge snap "$cost" "$1" "$bin/hostctl" "$instance" "$serve_pid"; }

# ---- the same servers, but behind relays, and on disks that can be filled ----

relay() { # name, from, to
	taskset -c "$shared" /usr/bin/python3 "$root/tests/e2e/throttle.py" $crawl "$2:$3" >"$work/$1.relay" &
	eval "$1_relay_pid=$!"
	telemetry_pids="$! $telemetry_pids"
	wait_for 10 "the relay of $1" grep -q ready "$work/$1.relay"
}
disks=/mnt # in our own mount namespace: goes with it
small_disk() { # name, megabytes
	mkdir -p "$disks/$1"
	mount -t tmpfs -o "size=$2m" none "$disks/$1" || fail "no small disk can be mounted in this namespace"
}
end_now() { kill -9 "$1"; wait "$1" 2>/dev/null || :; }
rearrange() {
	relay redis $redis_relay 6379
	relay influxdb $influxdb_relay 8086
	relay prometheus $prometheus_relay 9464
	end_now "$serve_pid"; end_now "$influxdb_pid"; end_now "$prometheus_pid"
	rm -rf "$work/influxdb" "$work/prometheus"
	mount -t tmpfs none $disks
	small_disk influxdb 64
	small_disk prometheus 64
	small_disk spool 8
	ln -s $disks/influxdb $disks/prometheus $disks/spool "$work"
	sed -i -e "s|redis: {host: 127.0.0.1|&, port: $redis_relay|; s|127.0.0.1:8086\"|127.0.0.1:$influxdb_relay\"|" \
		-e "s|batch_ms: 1000|&, spool_dir: $work/spool|" "$work/saker.yaml"
	sed -i "s|127.0.0.1:9464|127.0.0.1:$prometheus_relay|" "$work/prometheus.yml"
	start_influxdb; start_prometheus; start_serve
}

# ---- faults: begun and ended ----

fill() { dd if=/dev/zero of="$1/filled" bs=1M 2>/dev/null || :; }
clear_disk() { rm -f "$1/filled"; }
pid_of() { eval "echo \$$1_pid"; }

begin() {
	local server=${1%_*}
	case $1 in
	redis_full) redis-cli config set maxmemory 1 >/dev/null ;; # noeviction is the default policy
	spool_full) fill "$work/spool"; end_now "$influxdb_pid" ;;
	*_full) fill "$work/$server" ;;
	*_killed) end_now "$(pid_of "$server")" ;;
	*_restarted) end_now "$(pid_of "$server")"; "start_$server" ;;
	*_stopped) kill -STOP "$(pid_of "$server")" ;;
	*_slowed) kill -USR1 "$(pid_of "${server}_relay")" ;;
	hot_cpu) taskset -c "$trade_cpu" gzip -9 </dev/urandom >/dev/null 2>&1 & hog_pid=$! ;;
	*) fail "$1: no such fault" ;;
	esac
}
end() {
	local server=${1%_*}
	case $1 in
	redis_full) redis-cli config set maxmemory 0 >/dev/null ;;
	spool_full) clear_disk "$work/spool"; start_influxdb ;;
	influxdb_full) # 1.6 goes on refusing, room or not, until it is started anew
		clear_disk "$work/influxdb"; end_now "$influxdb_pid"; start_influxdb ;;
	*_full) clear_disk "$work/$server" ;;
	*_killed) "start_$server" ;;
	*_stopped) kill -CONT "$(pid_of "$server")" ;;
	*_slowed) kill -USR2 "$(pid_of "${server}_relay")" ;;
	hot_cpu) end_now "$hog_pid" ;;
	esac
}

# ---- phases ----

phase() { # name
	snap "$1"
	for _ in $(seq "$looks"); do
		sleep "$pause_s"
		snap "$1"
	done
}
trial() { # fault, number; whether it looks dear
	begin "$1"
	phase "$1.$2"
	end "$1"
	judge caught-up "$cost" "$1.$2" "$instance" || fail "$1: telemetry did not catch up"
	phase "well.$1.$2"
	dear=$(judge compare "$cost" "$1.$2") || fail "$1: the phases cannot be compared"
	[ "$dear" = yes ]
}

rearrange
judge caught-up "$cost" start "$instance" || fail "telemetry did not begin"
phase well.start
for fault in $faults; do
	for n in 1 2 3; do
		trial "$fault" $n || break
	done
done
judge report "$cost" "$instance" "$work/saker.yaml" | tee "$out/telemetry_cost.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || fail "telemetry is not as it should be: the table above says where"
