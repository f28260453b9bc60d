prog.sim/venue_main.c := saker-venue
libs.sim := -lssl -lcrypto -ljansson -lz
