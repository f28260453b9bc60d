# Where test_scripts finds its scripts when it is not run from the root of the tree.
$(B)/tests/dataplane/tcp/test_scripts.o: CFLAGS += -DSCRIPT_FOLDER='"$(abspath tests/dataplane/tcp)"'
