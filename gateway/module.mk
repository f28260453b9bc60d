libs.gateway := -lcrypto
