# The mock device has our TCP behind it.
test_uses.dataplane/nic := dataplane/net dataplane/tcp
$(B)/tests/dataplane/nic/test_nic_mock.o: CFLAGS += $(cflags.dataplane/nic)
