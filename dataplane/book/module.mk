# For the tests, which read the recordings by themselves; left out elsewhere by --as-needed.
libs.dataplane/book := -ljansson -lz
