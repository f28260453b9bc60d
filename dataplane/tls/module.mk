libs.dataplane/tls := -lssl -lcrypto -lIPSec_MB
