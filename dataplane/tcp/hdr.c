#include "dataplane/tcp/hdr.h"

struct hdr_sums hdr_make(u8 *f, const struct net *n, const struct hdr_addr *a)
{
	memset(f, 0, TCP_HDR_BYTES);
	memcpy(f, a->mac, 6);
	memcpy(f + ETH_OFF_SRC, n->cfg.mac, 6);
	put_be16(f + ETH_OFF_TYPE, ETH_IPV4);
	u8 *ip = f + ETH_BYTES, *tcp = ip + IP_BYTES;
	ip[0] = 0x45;
	put_be16(ip + IP_OFF_FRAG, IP_DF);
	ip[IP_OFF_TTL] = IP_TTL;
	ip[IP_OFF_PROTO] = IP_TCP;
	put_be32(ip + IP_OFF_SRC, n->ip);
	memcpy(ip + IP_OFF_DST, &a->rem_ip, 4);
	put_be16(tcp, ports_local(a->ports));
	put_be16(tcp + 2, ports_remote(a->ports));
	return (struct hdr_sums){
		.ip = (u32)csum_bytes(ip, IP_BYTES),
		.pseudo = (u32)(csum_bytes(ip + IP_OFF_SRC, 8) + csum_word(IP_TCP)),
	};
}
