# The peers: systems a user would otherwise run, beside Saker. They take C++, simdjson and Boost; a machine without
# these skips them by name.
PEERS_NEED := /usr/include/simdjson.h /usr/include/boost/beast/version.hpp
PEERS_LACK := $(filter-out $(wildcard $(PEERS_NEED)),$(PEERS_NEED))
PEERS_OBJS := $(patsubst %.c,$(B)/%.o,$(filter-out bench/peers/bench_%,$(wildcard bench/peers/*.c))) $(patsubst %.cc,$(B)/%.o,$(wildcard bench/peers/*.cc))
PEERS_WORLD := $(patsubst %.c,$(B)/%.o,$(filter-out bench/bench_%,$(wildcard bench/*.c)))
PEERS_BENCHES := $(patsubst %.c,$(B)/%,$(wildcard bench/peers/bench_*.c))

# -mpclmul: simdjson's code for AVX2 wants it beside what x86-64-v3 has.
# C++20: Beast's coroutines; with sanitizers gcc 12 takes Boost's optional for uninitialized.
CXXBASE = -std=c++20 -O3 -g -march=x86-64-v3 -mpclmul -I. -pthread -Wall -Wextra -Wshadow -Werror \
	-Wno-maybe-uninitialized $(filter -fsanitize% -fno-%,$(flags.$(BUILD)))
$(B)/bench/peers/%.o: bench/peers/%.cc bench/peers/module.mk
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D) && $(CXX) $(CXXBASE) -MMD -MP -c $< -o $@

$(PEERS_BENCHES): $(B)/%: $(B)/%.o $(PEERS_OBJS) $(PEERS_WORLD) $(call libs_of,$(call closure,gateway))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(filter -fsanitize%,$(flags.$(BUILD))) $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) $(call ext_of,$(call closure,gateway)) \
		-lssl -lcrypto -ljansson -lsimdjson -lm -o $@

ifeq ($(PEERS_LACK),)
BENCHES += $(PEERS_BENCHES)
else
.PHONY: peers-skipped
bench: peers-skipped
peers-skipped:
	@echo "  SKIP  peer.user, peer.kernel, peer.beast: $(PEERS_LACK) is missing (tuning/deps.sh bench)"
endif
