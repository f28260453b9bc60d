#include "pcap/tcp_frame.h"

#include "common/cursor.h"
#include "dataplane/net/csum.h"
#include "pcap/link.h"

enum { IPV4 = 0x0800, IPV6 = 0x86dd, PROTO_TCP = 6, FRAGMENT = 0x3fff };

static void mapped(u8 ip[16], const u8 *v4)
{
	memset(ip, 0, 10);
	memset(ip + 10, 0xff, 2);
	memcpy(ip + 12, v4, 4);
}

/* The bytes behind the header, as many as `total` says are the packet's. */
static err_t behind(struct rd *r, size_t header, size_t total, struct tcp_frame *f)
{
	if (total < header)
		return ERR_SYNTAX;
	f->cut = rd_left(r) < total - header;
	if (rd_left(r) > total - header)
		r->end = r->p + (total - header);
	return ERR_OK;
}

static err_t ipv4(struct rd *r, struct tcp_frame *f)
{
	size_t header = (size_t)(rd_u8(r) & 15) * 4;
	rd_skip(r, 1);
	u16 total = rd_u16(r);
	rd_skip(r, 2);
	u16 fragment = rd_u16(r);
	rd_skip(r, 1);
	u8 proto = rd_u8(r);
	rd_skip(r, 2);
	const u8 *from = rd_bytes(r, 4), *to = rd_bytes(r, 4);
	if (header < 20)
		return r->bad ? ERR_TRUNCATED : ERR_SYNTAX;
	rd_skip(r, header - 20);
	if (r->bad)
		return ERR_TRUNCATED;
	if (proto != PROTO_TCP || fragment & FRAGMENT)
		return ERR_UNSUPPORTED;
	mapped(f->from.ip, from);
	mapped(f->to.ip, to);
	return behind(r, header, total, f);
}

static err_t ipv6(struct rd *r, struct tcp_frame *f)
{
	rd_skip(r, 4);
	u16 payload = rd_u16(r);
	u8 next = rd_u8(r);
	rd_skip(r, 1);
	const u8 *from = rd_bytes(r, 16), *to = rd_bytes(r, 16);
	if (r->bad)
		return ERR_TRUNCATED;
	if (next != PROTO_TCP)
		return ERR_UNSUPPORTED;
	memcpy(f->from.ip, from, 16);
	memcpy(f->to.ip, to, 16);
	return behind(r, 0, payload, f);
}

static err_t segment(struct rd *r, struct tcp_frame *f)
{
	f->segment = (struct span){ .p = r->p, .n = rd_left(r) };
	f->from.port = rd_u16(r);
	f->to.port = rd_u16(r);
	f->seq = rd_u32(r);
	f->ack = rd_u32(r);
	size_t header = (size_t)(rd_u8(r) >> 4) * 4;
	f->flags = rd_u8(r);
	rd_skip(r, 6);
	if (!r->bad && header < 20)
		return ERR_SYNTAX;
	rd_skip(r, header - 20);
	if (r->bad)
		return ERR_TRUNCATED;
	f->payload = (struct span){ .p = r->p, .n = rd_left(r) };
	return ERR_OK;
}

err_t tcp_frame_parse(u16 link, struct span frame, struct tcp_frame *out)
{
	struct link_payload l;
	err_t e = link_payload(link, frame, &l);
	if (e != ERR_OK)
		return e;
	struct rd r = rd_of(l.data.p, l.data.n);
	switch (l.ethertype) {
	case IPV4: e = ipv4(&r, out); break;
	case IPV6: e = ipv6(&r, out); break;
	default: return ERR_UNSUPPORTED;
	}
	return e == ERR_OK ? segment(&r, out) : e;
}

bool tcp_frame_sum_ok(const struct tcp_frame *f)
{
	static const u8 mapped4[12] = { [10] = 0xff, [11] = 0xff };
	size_t skip = memcmp(f->from.ip, mapped4, sizeof mapped4) == 0 ? sizeof mapped4 : 0;
	u64 sum = csum_bytes(f->from.ip + skip, sizeof f->from.ip - skip) +
		  csum_bytes(f->to.ip + skip, sizeof f->to.ip - skip) + csum_word(PROTO_TCP) +
		  csum_word((u16)f->segment.n) + csum_bytes(f->segment.p, f->segment.n);
	return csum_finish(sum) == 0;
}
