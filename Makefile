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

CC_FUZZ ?= clang-14
ifeq ($(BUILD),fuzz)
CC := $(CC_FUZZ)
else ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
SAKER_DATA ?= $(abspath ../shared/data)
SAKER_BIN  := $(abspath $(O)/release/bin)
export SAKER_DATA SAKER_BIN

WARN := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
BASE := -std=gnu11 -g -march=x86-64-v3 -D_GNU_SOURCE -I. -pthread $(WARN)
flags.release := -O2 -fno-plt
# What runs on hot cores is optimised across its files when a program or a bench is linked. The objects hold
# ordinary code as well: the tests, which are many, are linked from that.
# Two fields are never loaded as one vector: they were stored one by one just before, and a load wider than
# the store it reads from waits until everything up to there has retired.
lto.release   := -fno-tree-slp-vectorize -flto=auto -ffat-lto-objects
flags.debug   := -Og -DSAKER_DEBUG
flags.asan    := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -DSAKER_DEBUG
flags.tsan    := -O1 -fsanitize=thread -DSAKER_DEBUG
flags.cov     := -O0 --coverage -DSAKER_DEBUG
# clang-14 for libFuzzer; what it says about GNU C is meant.
flags.fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DSAKER_DEBUG \
	-Wno-unknown-warning-option -Wno-gnu-variable-sized-type-not-at-end
$(if $(flags.$(BUILD)),,$(error BUILD=$(BUILD): expected release, debug, asan, tsan, cov or fuzz))
COMPILE = $(CC) $(BASE) $(flags.$(BUILD)) $(cflags_here) $(CFLAGS)
LINK    = $(CC) $(filter -fsanitize% --coverage,$(flags.$(BUILD))) $(if $(lto.$(BUILD)),-fno-lto)
# Calls into libraries are bound at start, not when a hot core makes the first.
LINK_LTO = $(if $(lto.$(BUILD)),$(CC) $(BASE) $(filter-out -fno-plt,$(flags.$(BUILD))) $(lto.$(BUILD)) -z now,$(LINK))
LIBS    = -pthread -Wl,--as-needed $(LDFLAGS)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

include layers.mk
HOT := gateway $(uses.gateway)

# --- what a folder is made of: *.c is its library, *_main.c a program, tests/<folder>/ its tests and fuzz targets ---
srcs    = $(filter-out %_main.c,$(wildcard $(1)/*.c))
objs    = $(patsubst %.c,$(B)/%.o,$(1))
lib     = $(B)/lib/$(subst /,_,$(1)).a
closure = $(1) $(uses.$(1))
libs_of = $(foreach m,$(1),$(call lib,$(m)))
ext_of  = $(sort $(foreach m,$(1),$(libs.$(m))))
# `test_uses.<module>` in tests/<module>/module.mk names what its tests link besides what the module itself uses.
test_closure = $(call closure,$(1)) $(test_uses.$(1))
test_helpers = $(filter-out tests/$(1)/test_% tests/$(1)/fuzz_%,$(wildcard tests/$(1)/*.c))

-include $(foreach m,$(MODULES),$(m)/module.mk tests/$(m)/module.mk) tests/module.mk bench/module.mk bench/peers/module.mk

# Objects depend on their flags, archives on the list of their sources: a change of either is never
# missed. `same` leaves a file alone that says so already.
.PHONY: FORCE
same = mkdir -p $(@D) && printf '%s\n' '$(subst ','\'',$(strip $(1)))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(strip $(1)))' > $@
$(B)/flags: cflags_here = # not those of whichever object asks first
$(B)/flags: FORCE
	@$(call same,$(COMPILE) $(LINK_LTO) $(LDFLAGS))

define module_rules
$(call lib,$(1)): $(call objs,$(call srcs,$(1))) $(call lib,$(1)).list
	$$(call say,AR,$$@)
	$(Q)mkdir -p $$(@D) && rm -f $$@ && $(AR) rcsD $$@ $$(filter %.o,$$^)
$(call lib,$(1)).list: FORCE
	@$$(call same,$(call srcs,$(1)))
$(call lib,$(1)).flags: FORCE
	@$$(call same,$$(cflags.$(1)))
$(call objs,$(wildcard $(1)/*.c)): $(call lib,$(1)).flags
$(B)/$(1)/%.o: cflags_here = $(cflags.$(1)) $(if $(filter $(1),$(HOT)),$(lto.$(BUILD)))
endef
$(foreach m,$(MODULES),$(eval $(call module_rules,$(m))))

$(B)/%.o: %.c $(B)/flags | $(O)/have-headers
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c $< -o $@

# One look at the headers that come from packages, so that a bare machine gets one clear sentence.
HEADERS := rte_ethdev.h intel-ipsec-mb.h openssl/ssl.h jansson.h yaml.h curl/curl.h zlib.h sodium.h hiredis/hiredis.h microhttpd.h curses.h
$(O)/have-headers: tuning/packages/build.txt
	@mkdir -p $(@D); printf '#include <%s>\n' $(HEADERS) | \
	$(CC) $$(pkg-config --cflags libdpdk 2>/dev/null) -x c -E - -o /dev/null 2>$@.log && touch $@ || \
	{ grep -m1 -E 'error|not found' $@.log; echo "A compiler or a header is missing: run 'make deps'."; exit 1; } >&2

# --- programs: <module>/<name>_main.c becomes bin/<name>; module.mk may rename it by prog.<main> ---
MAINS := $(foreach m,$(MODULES),$(wildcard $(m)/*_main.c))
progname = $(or $(prog.$(1)),$(patsubst %_main.c,%,$(notdir $(1))))
link_libs = -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LIBS)
define program_rules
PROGRAMS += $(B)/bin/$(call progname,$(1))
$(B)/bin/$(call progname,$(1)): $(B)/$(1:.c=.o) $(call libs_of,$(call closure,$(2)))
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(LINK_LTO) $$< $(ldflags.$(2)) $(link_libs) $(call ext_of,$(call closure,$(2))) -o $$@
endef
$(foreach m,$(MAINS),$(eval $(call program_rules,$(m),$(patsubst %/,%,$(dir $(m))))))

# --- unit tests: tests/<module>/test_*.c, each a cmocka program linked with its module and what
# that uses; any other .c file there is a helper linked with each of them. test_*_threads.c is run
# under tsan, too. ---
define test_rules
TESTS += $(B)/$(2:.c=)
$(B)/$(2:.c=): $(B)/$(2:.c=.o) $(call objs,$(call test_helpers,$(1))) $(call libs_of,$(call test_closure,$(1)))
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(LINK) $$(filter %.o,$$^) $(ldflags.$(1)) $(link_libs) -lcmocka $(call ext_of,$(call test_closure,$(1))) -lm -o $$@
endef
$(foreach m,$(MODULES),$(foreach t,$(wildcard tests/$(m)/test_*.c),$(eval $(call test_rules,$(m),$(t)))))

# --- benches: bench/bench_*.c, each linked with the other files there and everything up to the gateway ---
$(B)/bench/%.o: cflags_here = $(lto.$(BUILD))
define bench_rules
BENCHES += $(B)/$(1:.c=)
$(B)/$(1:.c=): $(B)/$(1:.c=.o) $(call objs,$(filter-out bench/bench_%,$(wildcard bench/*.c))) $(objs.$(1)) $(call libs_of,$(call closure,gateway))
	$$(call say,LD,$$@)
	$(Q)mkdir -p $$(@D) && $(LINK_LTO) $$(filter %.o,$$^) $(link_libs) $(call ext_of,$(call closure,gateway)) $(libs.$(1)) -lm -o $$@
endef
$(foreach b,$(filter-out $(BENCH_LACK),$(wildcard bench/bench_*.c)),$(eval $(call bench_rules,$(b))))

# --- fuzz targets: tests/<module>/fuzz_*.c, with libFuzzer and sanitizers. They are built in the variant `fuzz`, by a make of its
# own where another variant asks for them. ---
define fuzz_rules
FUZZERS += $(patsubst tests/%.c,$(O)/fuzz/%,$(2))
$(patsubst tests/%.c,$(O)/fuzz/%,$(2)): $(B)/$(2:.c=.o) $(call libs_of,$(call test_closure,$(1)))
	$$(call say,FUZZ,$$@)
	$(Q)mkdir -p $$(@D) && $(LINK) -fsanitize=fuzzer $$< $(link_libs) $(call ext_of,$(call test_closure,$(1))) -lm -o $$@
endef
ifeq ($(BUILD),fuzz)
$(foreach m,$(MODULES),$(foreach t,$(wildcard tests/$(m)/fuzz_*.c),$(eval $(call fuzz_rules,$(m),$(t)))))
else ifneq ($(filter $(O)/fuzz/%,$(MAKECMDGOALS)),)
$(filter $(O)/fuzz/%,$(MAKECMDGOALS)) &: FORCE
	$(Q)$(MAKE) --no-print-directory BUILD=fuzz $(filter $(O)/fuzz/%,$(MAKECMDGOALS))
endif

-include $(shell test -d $(B) && find $(B) -name '*.d')

.PHONY: all deps demo test test-transport unit unit-threads asan tsan cov bench fuzz fuzz-smoke tidy install deb tarball test-package test-vm clean help
all: $(PROGRAMS) $(PLUGINS) ## build the programs and plug-ins

deps: ## install the Debian packages that are missing (sudo only if needed; starts no service)
	$(Q)tuning/deps.sh build run test

unit: $(TESTS) ## build and run the unit tests of this variant
	$(Q)tests/run-unit.sh $(TESTS)

unit-threads: $(filter %_threads,$(TESTS))
	$(Q)tests/run-unit.sh $(filter %_threads,$(TESTS))

asan: ## unit tests under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory BUILD=asan unit

tsan: ## the threaded unit tests under the thread sanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=tsan unit-threads

test: ## install what is missing; unit tests in release, asan and tsan, then the scripts; the last line sums up
	$(Q)tuning/deps.sh build run test telemetry package
	$(Q)MAKE='$(MAKE)' O='$(O)' tests/run-all.sh

.PHONY: unit-dataplane
unit-dataplane: $(filter $(B)/tests/dataplane/%,$(TESTS))
	$(Q)tests/run-unit.sh $(filter $(B)/tests/dataplane/%,$(TESTS))

test-transport: ## everything about TCP, TLS and WebSocket, nothing shortened, against every peer
	$(Q)MAKE='$(MAKE)' O='$(O)' tests/run-transport.sh

.PHONY: test-telemetry
test-telemetry: all ## what faults of Redis, InfluxDB and Prometheus cost trading, a quarter of an hour: [FAULTS=...]
	$(Q)tuning/deps.sh build run telemetry
	$(Q)FAULTS='$(FAULTS)' SAKER_BIN='$(abspath $(B)/bin)' tests/e2e/telemetry_cost.sh

# SECONDS means something to a shell: it travels as DEMO_SECONDS.
unexport SECONDS
demo: ## install what is missing, build, trade against the simulated venue: [SECONDS=30] [RECORDING=file] [TELEMETRY=1]
	$(Q)tuning/deps.sh build run $(if $(TELEMETRY),telemetry)
	$(Q)$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc)) all
	$(Q)DEMO_SECONDS='$(if $(filter command,$(origin SECONDS)),$(SECONDS),30)' RECORDING='$(RECORDING)' \
		TELEMETRY='$(TELEMETRY)' SAKER_BIN='$(abspath $(B)/bin)' appliance/demo.sh

.PHONY: benches
benches: $(BENCHES)

bench: $(BENCHES) ## run the benches; raw lines to $(O)/bench.json, a table at the end
	$(Q)tests/run-bench.sh $(O)/bench.json $(BENCHES)

.PHONY: example
example: all ## make pcap/example.pcapng anew, after a change that makes other bytes be sent
	$(Q)SAKER_LIBEXEC=appliance $(B)/bin/saker mkcap --layout fused --seconds 2 pcap/example.pcapng
	$(Q)$(B)/bin/saker replay pcap/example.pcapng

FUZZ_SECONDS ?= 10
ifeq ($(BUILD),fuzz)
fuzz-smoke: $(FUZZERS)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run-fuzz.sh $(O)/fuzz $^
fuzz: $(filter %/$(or $(TARGET),%),$(FUZZERS))
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run-fuzz.sh $(O)/fuzz $(or $^,$(error TARGET=$(TARGET): there is no such fuzz target))
else
fuzz-smoke: ## run each fuzz target for FUZZ_SECONDS (10)
	$(Q)$(MAKE) --no-print-directory BUILD=fuzz fuzz-smoke
fuzz: ## fuzz for longer: make fuzz [SECONDS=600] [TARGET=fuzz_tcp_rx]
	$(Q)$(MAKE) --no-print-directory BUILD=fuzz TARGET='$(TARGET)' \
		FUZZ_SECONDS='$(if $(filter command,$(origin SECONDS)),$(SECONDS),600)' fuzz
endif

tidy: $(foreach m,$(MODULES),$(call lib,$(m))) ## check the rules of CONTRIBUTING.md; cppcheck; clang-tidy
	$(Q)rc=0; /usr/bin/python3 tests/tidy/tidy.py --objects $(B) || rc=1; tests/tidy/lint.sh $(O)/tidy || rc=1; exit $$rc

cov: ## line and branch coverage of the unit tests, by folder; fails where dataplane/ has less than it wants
	$(Q)mkdir -p $(O)/cov && find $(O)/cov -name '*.gcda' -delete
	$(Q)$(MAKE) --no-print-directory BUILD=cov unit
	$(Q)/usr/bin/python3 tests/run_cov.py $(O)/cov

SHAREDIR = $(DESTDIR)$(PREFIX)/share
DOCDIR   = $(SHAREDIR)/doc/saker
LIBDIR   = $(DESTDIR)$(PREFIX)/lib
# What is not where it belongs by its name: FILE:FOLDER[/NAME] under PREFIX.
PLACES := $(patsubst %,%:libexec/saker,$(wildcard appliance/demo*)) \
	$(patsubst %,%:share/saker/prometheus,$(wildcard hostctl/prometheus/*)) \
	$(patsubst %,%:share/doc/saker/examples/systemd,$(wildcard tuning/packaging/dropins/*)) \
	$(patsubst %,%:share/doc/saker/docs,$(wildcard docs/*.md)) $(patsubst %,%:share/doc/saker,LICENSE appliance/example.yaml $(wildcard *.md)) \
	tuning/packaging/sysusers.conf:lib/sysusers.d/saker.conf tuning/packaging/udev.rules:lib/udev/rules.d/60-saker.rules \
	tuning/packaging/tuned.conf:lib/tuned/saker/tuned.conf $(patsubst %,%:share/man/man1,$(wildcard docs/man/*.1))
install: all ## install programs, plug-ins, units, pages and the completion under DESTDIR and PREFIX
	$(Q)install -d '$(DESTDIR)$(PREFIX)/bin' '$(LIBDIR)/saker' '$(LIBDIR)/systemd/system' '$(SHAREDIR)/saker'
	$(Q)$(if $(PROGRAMS),install -m 755 $(PROGRAMS) '$(DESTDIR)$(PREFIX)/bin/')
	$(Q)$(if $(PLUGINS),install -m 644 $(PLUGINS) '$(LIBDIR)/saker/')
	$(Q)for p in $(PLACES); do \
		from=$${p%:*} to='$(DESTDIR)$(PREFIX)'/$${p#*:}; case $${to##*/} in *.*) ;; *) to=$$to/$${from##*/};; esac; \
		install -D -m "$$(test -x "$$from" && echo 755 || echo 644)" "$$from" "$$to" || exit 1; done
	$(Q)umask 022; cp -R hostctl/grafana '$(SHAREDIR)/saker/'
	$(Q)umask 022; for u in tuning/packaging/units/*; do \
		sed 's|@BIN@|$(PREFIX)/bin|' "$$u" >'$(LIBDIR)/systemd/system/'"$${u##*/}" || exit 1; done
	$(Q)umask 022; mkdir -p '$(SHAREDIR)/man/man5' '$(SHAREDIR)/bash-completion/completions'
	$(Q)umask 022; $(B)/bin/hostctl manual hostctl >'$(SHAREDIR)/man/man1/hostctl.1'
	$(Q)umask 022; $(B)/bin/hostctl manual saker.yaml >'$(SHAREDIR)/man/man5/saker.yaml.5'
	$(Q)umask 022; $(B)/bin/hostctl completion bash >'$(SHAREDIR)/bash-completion/completions/hostctl'

deb: ## the Debian package, $(O)/saker_VERSION_ARCH.deb; the same commit gives the same bytes
	$(Q)rm -rf '$(O)/deb'
	$(Q)$(MAKE) --no-print-directory BUILD=release install DESTDIR='$(abspath $(O)/deb)' PREFIX=/usr
	$(Q)tuning/packaging/deb.sh '$(O)/deb' '$(O)'

tarball: ## the sources as committed, $(O)/saker-VERSION.tar.xz, likewise
	$(Q)mkdir -p '$(O)' && tuning/packaging/tarball.sh '$(O)'

test-package: ## install, upgrade, remove and purge the package in a Debian of its own (root; debootstrap)
	$(Q)tuning/deps.sh build package
	$(Q)MAKE='$(MAKE)' O='$(O)' tests/run-scripts.sh tests/tuning/package_life.sh

test-vm: ## boot, tune, restart and trade in a virtual machine with an IOMMU and cards on vfio-pci (root; QEMU, debootstrap)
	$(Q)tuning/deps.sh build run package vm
	$(Q)rm -f '$(O)'/saker_*.deb && $(MAKE) --no-print-directory O='$(O)' deb
	$(Q)O='$(O)' tests/vm/run.sh || [ $$? = 77 ]

clean: ## remove what was built
	$(Q)rm -rf '$(O)'

help: ## this list
	@echo "make TARGET [BUILD=release|debug|asan|tsan|cov] [O=build] [V=1]"
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n",$$1,$$2}' Makefile
