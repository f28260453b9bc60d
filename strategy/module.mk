# strategy/plugins/<name>.c becomes strategy/<name>.so: one file, this tree's headers, and nothing linked in.
PLUGINS += $(patsubst strategy/plugins/%.c,$(B)/strategy/%.so,$(wildcard strategy/plugins/*.c))

$(B)/strategy/%.so: strategy/plugins/%.c
	$(call say,SO,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -fPIC -shared -fvisibility=hidden -MMD -MP $< -o $@

# What test_plugin opens: the example, and plug-ins that must be refused.
$(B)/tests/strategy/%.so: tests/strategy/plugins/%.c
	$(call say,SO,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -fPIC -shared -fvisibility=hidden -MMD -MP $< -o $@

$(B)/tests/strategy/test_plugin: | $(B)/strategy/example.so \
	$(patsubst tests/strategy/plugins/%.c,$(B)/tests/strategy/%.so,$(wildcard tests/strategy/plugins/*.c))
