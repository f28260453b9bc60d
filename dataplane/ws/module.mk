libs.dataplane/ws := -lcrypto
