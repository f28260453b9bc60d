# What single benches take besides what all have: objs.<bench> and libs.<bench>.

# simdjson's code for AVX2 wants -mpclmul beside what x86-64-v3 has.
objs.bench/bench_scan.c := $(B)/bench/simd.o
libs.bench/bench_scan.c := -lsimdjson -lstdc++
$(B)/bench/simd.o: bench/simd.cc
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D) && $(CXX) -std=c++17 -O3 -g -march=x86-64-v3 -mpclmul -I. -Wall -Wextra -Wshadow -Werror \
		$(filter -fsanitize% -fno-%,$(flags.$(BUILD))) -MMD -MP -c $< -o $@

# DPDK's rings lie beside the tape; its flags ask for -march=corei7.
libs.bench/bench_tape.c := -lrte_ring -lrte_eal
$(B)/bench/bench_tape.o: cflags_here = $(filter-out -march=%,$(cflags.dataplane/nic))

ifeq ($(wildcard /usr/include/simdjson.h),)
BENCH_LACK := bench/bench_scan.c
.PHONY: scan-skipped
bench: scan-skipped
scan-skipped:
	@echo "  SKIP  bench_scan: simdjson.h is missing (tuning/deps.sh bench)"
endif
