#!/usr/bin/env bash
# timeout: 240 s
# The short form of telemetry_cost.sh: what is lost is counted and caught up with, and memory stays bounded. Its
# phases are too short to say anything about latencies.
FAULTS="redis_killed influxdb_killed prometheus_stopped" PHASE_SECONDS=3 LOOKS=3 exec "$(dirname "$0")/telemetry_cost.sh"
