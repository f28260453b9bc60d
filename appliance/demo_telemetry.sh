# shellcheck shell=bash disable=SC2154
# demo_telemetry.sh - sourced by demo.sh where TELEMETRY is set: Redis, InfluxDB and Prometheus in the demo's own
# namespace and folder, hostctl serve that feeds them, and at the end the proof that they hold the run's figures.
#
#   TELEMETRY_SCRIPT  a script sourced after that proof, while everything still runs (tests/hostctl)

telemetry_needs() {
	for p in redis-server influxd prometheus; do
		command -v $p >/dev/null || refuse "$p is missing: run tuning/deps.sh telemetry"
	done
}

telemetry_configure() {
	cat >>"$work/saker.yaml" <<-END
		telemetry:
		  interval_ms: 500
		  influxdb: {url: "http://127.0.0.1:8086", batch_ms: 1000}
		  redis: {host: 127.0.0.1}
	END
	cat >"$work/influxdb.toml" <<-END
		reporting-disabled = true
		bind-address = "127.0.0.1:8088"
		[meta]
		dir = "$work/influxdb/meta"
		[data]
		dir = "$work/influxdb/data"
		wal-dir = "$work/influxdb/wal"
		[monitor]
		store-enabled = false
		[http]
		bind-address = "127.0.0.1:8086"
		log-enabled = false
	END
	cat >"$work/prometheus.yml" <<-END
		global: {scrape_interval: 1s, evaluation_interval: 1s}
		scrape_configs: [{job_name: saker, static_configs: [{targets: ["127.0.0.1:9464"]}]}]
	END
}

# Each can be called again for a server that has ended (tests/e2e/scenario_telemetry_cost.sh).
start_redis() {
	taskset -c "$shared" redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$work" >>"$work/redis.log" 2>&1 &
	redis_pid=$! telemetry_pids="$! ${telemetry_pids:-}"
	wait_for 30 "Redis to answer" redis-cli ping
}
start_influxdb() {
	taskset -c "$shared" influxd run -config "$work/influxdb.toml" >>"$work/influxdb.log" 2>&1 &
	influxdb_pid=$! telemetry_pids="$! ${telemetry_pids:-}"
	wait_for 30 "InfluxDB to answer" curl -sf http://127.0.0.1:8086/ping
}
start_prometheus() {
	taskset -c "$shared" prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" \
		--web.listen-address=127.0.0.1:9090 >>"$work/prometheus.log" 2>&1 &
	prometheus_pid=$! telemetry_pids="$! ${telemetry_pids:-}"
	wait_for 30 "Prometheus to be ready" curl -sf http://127.0.0.1:9090/-/ready
}
start_serve() {
	taskset -c "$shared" "$bin/hostctl" --config "$work/saker.yaml" serve 2>>"$work/serve.log" &
	serve_pid=$! telemetry_pids="$! ${telemetry_pids:-}"
	wait_for 10 "hostctl serve to answer" curl -sf http://127.0.0.1:9464/metrics
}

telemetry_start() {
	telemetry_configure
	start_redis
	start_influxdb
	start_prometheus
	start_serve
}

# The appliance has ended: its segment stands still, and the next samples hold its last figures.
telemetry_check() {
	sleep 4
	python3 "$here/demo_telemetry.py" "$instance" "$out/demo.json" || fail "telemetry and $out/demo.json differ"
	if [ -n "${TELEMETRY_SCRIPT:-}" ]; then
		# shellcheck disable=SC1090
		. "$TELEMETRY_SCRIPT"
	fi
}
