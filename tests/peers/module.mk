# The client that the scripts of this folder drive against peers we did not write. It is built with the unit tests.
PEER_CLIENT  := $(B)/tests/peers/peer_client
peer_modules := common dataplane/tls dataplane/ws
unit unit-dataplane: $(PEER_CLIENT)

$(PEER_CLIENT): $(call objs,$(wildcard tests/peers/*.c)) $(call libs_of,$(peer_modules))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(LINK) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(LIBS) $(call ext_of,$(peer_modules)) -lz -o $@
