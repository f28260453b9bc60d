# DPDK's flags ask for -march=corei7, which would slow down what this folder compiles; -as-needed is in LDFLAGS already.
# DPDK's drivers are not linked: the EAL loads them at run time from its own folder.
cflags.dataplane/nic := $(filter-out -march=%,$(shell pkg-config --cflags libdpdk))
libs.dataplane/nic   := -lrte_ethdev -lrte_mbuf -lrte_mempool -lrte_eal
