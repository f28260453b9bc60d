# Of the appliance only its configuration is used: archives give what is referenced, --as-needed drops
# the libraries of the rest.
libs.hostctl := -ljansson -lncurses -ltinfo -lcurl -lmicrohttpd -lhiredis -lz -lssl -lcrypto
