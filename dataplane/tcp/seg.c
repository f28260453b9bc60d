#include "dataplane/tcp/seg.h"

#include "dataplane/net/wire.h"

bool seg_parse(const struct net_seg *in, struct tcp_seg *out)
{
	assert(in->n >= TCP_BYTES);
	const u8 *p = in->p;
	u32 hdr = (p[12] >> 4) * 4u;
	if (hdr < TCP_BYTES || hdr > in->n)
		return false;
	*out = (struct tcp_seg){ .seq = be32(p + 4), .ack = be32(p + 8), .wnd = be16(p + 14) };
	out->rem = in->src;
	memcpy(&out->ports, p, 4);
	out->flags = p[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK);
	out->p = p + hdr;
	out->n = in->n - hdr;
	tcp_opts_parse(p + TCP_BYTES, hdr - TCP_BYTES, &out->opts);
	return true;
}
