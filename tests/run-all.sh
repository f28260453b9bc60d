#!/usr/bin/env bash
# What `make test` does.
set -u
cd "$(dirname "$0")/.."
. tests/steps.sh
make_step release BUILD=release all unit
make_step asan BUILD=asan all unit
make_step tsan BUILD=tsan unit-threads
step scripts tests/run-scripts.sh
sum
