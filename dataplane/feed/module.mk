# jansson: the REST answers, on shared cores only. zlib: the recordings, in tests and benches only.
libs.dataplane/feed := -ljansson -lz
