# jansson: the REST answers, on shared cores only. zlib: the recordings, in tests and benches only (left out by --as-needed elsewhere).
libs.dataplane/feed := -ljansson -lz
