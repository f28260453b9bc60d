# Where test_scripts finds its scripts when it is not run from the root of the tree.
$(B)/tests/dataplane/tcp/test_scripts.o: CFLAGS += -DSCRIPT_FOLDER='"$(abspath tests/dataplane/tcp)"'

# lwIP, a peer, and libpcap, for recordings: where they are installed. sys_now of the test stands in the place of lwIP's.
$(B)/tests/dataplane/tcp/lwip_host.o: CFLAGS += -isystem /usr/include/lwip
ldflags.dataplane/tcp := -Wl,--export-dynamic-symbol=sys_now -Wl,--as-needed $(if $(wildcard /usr/include/pcap.h),-lpcap)
