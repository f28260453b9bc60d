#!/usr/bin/env bash
# What `make test-transport` does: the tests of dataplane/ with nothing shortened, against every peer.
set -u
cd "$(dirname "$0")/.."
. tests/steps.sh
make_step release BUILD=release TRANSPORT_FULL=1 all unit-dataplane
make_step asan BUILD=asan unit-dataplane
step peers tests/run-scripts.sh tests/peers/test_*.py tests/e2e/test_reconnect.sh
sum
