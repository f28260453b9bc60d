include tests/peers/module.mk
