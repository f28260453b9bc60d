libs.appliance := -lyaml -lcurl -ljansson
cflags.appliance = -DSAKER_BUILD='"$(BUILD) $(shell git describe --always --dirty 2>/dev/null || echo unversioned)"'
