#include "dataplane/tcp/hdr.h"

#include "dataplane/net/eth.h"
#include "dataplane/net/ip6.h"

struct hdr_at hdr_place(const struct net *n, const struct ip_addr *rem)
{
	u32 ip = eth_bytes(&n->cfg), tcp = ip + (ip_addr_is_v4(rem) ? IP_BYTES : IP6_BYTES);
	return (struct hdr_at){ .ip = (u8)ip, .tcp = (u8)tcp };
}

static struct hdr_sums make_ip4(u8 *ip, const struct net *n, const struct ip_addr *rem)
{
	ip[0] = 0x45;
	put_be16(ip + IP_OFF_FRAG, IP_DF);
	ip[IP_OFF_TTL] = IP_TTL;
	ip[IP_OFF_PROTO] = IP_TCP;
	put_be32(ip + IP_OFF_SRC, n->ip);
	memcpy(ip + IP_OFF_DST, rem->b + 12, 4);
	return (struct hdr_sums){
		.ip = (u32)csum_bytes(ip, IP_BYTES),
		.pseudo = (u32)(csum_bytes(ip + IP_OFF_SRC, 8) + csum_word(IP_TCP)),
	};
}

static struct hdr_sums make_ip6(u8 *ip, const struct net *n, const struct ip_addr *rem)
{
	(void)ip6_put(ip, n, rem, IP_TCP, 0);
	u64 sum = ip6_pseudo(ip, IP_TCP, 0);
	return (struct hdr_sums){ .pseudo = csum_fold(sum) };
}

struct hdr_sums hdr_make(u8 *f, const struct net *n, const struct hdr_addr *a)
{
	struct hdr_at at = hdr_place(n, &a->rem);
	u8 *tcp = f + at.tcp;
	bool v4 = ip_addr_is_v4(&a->rem);
	memset(f, 0, hdr_bytes(at));
	(void)eth_put(f, &n->cfg, a->mac, v4 ? ETH_IPV4 : ETH_IPV6);
	put_be16(tcp, ports_local(a->ports));
	put_be16(tcp + 2, ports_remote(a->ports));
	return v4 ? make_ip4(f + at.ip, n, &a->rem) : make_ip6(f + at.ip, n, &a->rem);
}

u32 hdr_patch_other(u8 *f, struct hdr_var v, struct hdr_at at, u32 ports,
		    const struct hdr_sums *s, bool offload)
{
	return hdr_patch_at(f, &v, at, ports, s, offload);
}
