# Saker. `make help` lists what can be asked for.
#
# Non-recursive: layers.mk lists the modules and who uses whom; each folder's module.mk says what is special there.
# BUILD=release|debug|asan|tsan|cov chooses the variant, O= where it is built, V=1 shows the commands.

BUILD ?= release
O     ?= build
B     := $(O)/$(BUILD)
V     ?= 0
Q     := $(if $(filter 1,$(V)),,@)
say   = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' '$(1)' '$(2)';)

CC      ?= gcc
CC_FUZZ ?= clang-14
PREFIX  ?= /usr/local
SAKER_DATA ?= $(abspath ../shared/data)
export SAKER_DATA

WARN := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
BASE := -std=gnu11 -g -march=x86-64-v3 -D_GNU_SOURCE -I. -pthread $(WARN)
flags.release := -O2 -fno-plt
flags.debug   := -Og -DSAKER_DEBUG
flags.asan    := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -DSAKER_DEBUG
flags.tsan    := -O1 -fsanitize=thread -DSAKER_DEBUG
flags.cov     := -O0 --coverage -DSAKER_DEBUG
$(if $(flags.$(BUILD)),,$(error BUILD=$(BUILD): expected release, debug, asan, tsan or cov))
CFLAGS  += $(BASE) $(flags.$(BUILD))
LDFLAGS += -pthread $(filter -fsanitize% --coverage,$(flags.$(BUILD))) -Wl,--as-needed

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

include layers.mk

# --- what a folder is made of: *.c is its library, *_main.c a program, tests/<folder>/ its tests and fuzz targets ---
srcs    = $(filter-out %_main.c,$(wildcard $(1)/*.c))
objs    = $(patsubst %.c,$(B)/%.o,$(1))
lib     = $(B)/lib/$(subst /,_,$(1)).a
closure = $(1) $(uses.$(1))
libs_of = $(foreach m,$(call closure,$(1)),$(call lib,$(m)))
ext_of  = $(sort $(foreach m,$(call closure,$(1)),$(libs.$(m))))

-include $(foreach m,$(MODULES) tests bench,$(m)/module.mk)

define module_rules
$(call lib,$(1)): $(call objs,$(call srcs,$(1)))
	$$(call say,AR,$$@)
	$(Q)mkdir -p $$(@D) && rm -f $$@ && $(AR) rcsD $$@ $$^
$(B)/$(1)/%.o: CFLAGS += $(cflags.$(1))
endef
$(foreach m,$(MODULES),$(eval $(call module_rules,$(m))))

$(B)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# --- programs: <module>/<name>_main.c becomes bin/<name>; module.mk may rename it by prog.<main> ---
MAINS := $(foreach m,$(MODULES),$(wildcard $(m)/*_main.c))
progname = $(or $(prog.$(1)),$(patsubst %_main.c,%,$(notdir $(1))))
define program_rules
PROGRAMS += $(B)/bin/$(call progname,$(1))
$(B)/bin/$(call progname,$(1)): $(B)/$(1:.c=.o) $(call libs_of,$(patsubst %/,%,$(dir $(1))))
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(CC) $$< $(ldflags.$(patsubst %/,%,$(dir $(1)))) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(call ext_of,$(patsubst %/,%,$(dir $(1)))) -o $$@
endef
$(foreach m,$(MAINS),$(eval $(call program_rules,$(m))))

# --- unit tests: tests/<module>/test_*.c, each a cmocka program linked with its module and what that uses ---
define test_rules
TESTS += $(patsubst tests/%.c,$(B)/tests/%,$(2))
$(patsubst tests/%.c,$(B)/tests/%,$(2)): $(B)/$(2:.c=.o) $(call libs_of,$(1))
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(CC) $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) -lcmocka $(call ext_of,$(1)) -lm -o $$@
endef
$(foreach m,$(MODULES),$(foreach t,$(wildcard tests/$(m)/test_*.c),$(eval $(call test_rules,$(m),$(t)))))

# --- benches: bench/bench_*.c, linked with everything ---
define bench_rules
BENCHES += $(B)/$(1:.c=)
$(B)/$(1:.c=): $(B)/$(1:.c=.o) $(call objs,$(filter-out bench/bench_%,$(wildcard bench/*.c))) $(call libs_of,gateway)
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(CC) $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(call ext_of,gateway) -lm -o $$@
endef
$(foreach b,$(wildcard bench/bench_*.c),$(eval $(call bench_rules,$(b))))

# --- fuzz targets: tests/<module>/fuzz_*.c, clang's libFuzzer with address and undefined sanitizers ---
FUZZ_FLAGS := $(BASE) -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DSAKER_DEBUG -Wno-unknown-warning-option
define fuzz_rules
FUZZERS += $(patsubst tests/%.c,$(O)/fuzz/%,$(2))
$(patsubst tests/%.c,$(O)/fuzz/%,$(2)): $(2) $(foreach m,$(call closure,$(1)),$(call srcs,$(m)) $(wildcard $(m)/*.h $(m)/*.def))
	$$(call say,FUZZ,$$@)
	$(Q)mkdir -p $$(@D) && $(CC_FUZZ) $(FUZZ_FLAGS) $(foreach m,$(call closure,$(1)),$(cflags.$(m))) $(2) $(foreach m,$(call closure,$(1)),$(call srcs,$(m))) -Wl,--as-needed $(call ext_of,$(1)) -o $$@
endef
$(foreach m,$(MODULES),$(foreach t,$(wildcard tests/$(m)/fuzz_*.c),$(eval $(call fuzz_rules,$(m),$(t)))))

-include $(shell test -d $(B) && find $(B) -name '*.d')

.PHONY: all deps demo test check unit bench fuzz-smoke tidy install clean help
all: $(PROGRAMS) $(PLUGINS) ## build the programs and plug-ins

deps: ## install the Debian packages that are missing (sudo only if needed; starts no service)
	$(Q)tuning/deps.sh build test

unit: $(TESTS) ## build and run the unit tests of this variant
	$(Q)tests/run-unit.sh $(TESTS)

clean: ## remove what was built
	$(Q)rm -rf $(O)

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n",$$1,$$2}' $(MAKEFILE_LIST) | sort -u
