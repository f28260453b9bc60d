libs.gateway := -lcrypto -ljansson
