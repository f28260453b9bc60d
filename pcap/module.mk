libs.pcap := -lz
