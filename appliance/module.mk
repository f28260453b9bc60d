libs.appliance := -lyaml -lcurl -ljansson -lsodium
# The commit: git knows it in a clone, tuning/packaging/stamp in an unpacked archive.
cflags.appliance = -DSAKER_BUILD='"$(BUILD) $(shell \
	sed -n '/^[0-9]/s/.* \(.\{12\}\).*/\1/p' tuning/packaging/stamp | grep . || \
	git describe --always --exclude='*' --abbrev=12 --dirty 2>/dev/null || echo unversioned)"'
