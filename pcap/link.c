#include "pcap/link.h"

#include "common/cursor.h"

enum { IPV4 = 0x0800, IPV6 = 0x86dd, VLAN = 0x8100, QINQ = 0x88a8, TAGS_MAX = 2 };

static err_t ethernet(struct rd *r, u16 *type)
{
	rd_skip(r, 12);
	*type = rd_u16(r);
	for (u32 i = 0; i < TAGS_MAX && (*type == VLAN || *type == QINQ); i++) {
		rd_skip(r, 2);
		*type = rd_u16(r);
	}
	return ERR_OK;
}

/* The address family of the machine that captured, in its byte order: 2 everywhere for IPv4. */
static err_t null_header(struct rd *r, u16 *type)
{
	u32 family = rd_u32(r);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2: *type = IPV4; return ERR_OK;
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */ *type = IPV6; return ERR_OK;
	default: return r->bad ? ERR_TRUNCATED : ERR_UNSUPPORTED;
	}
}

static err_t raw_ip(struct rd *r, u16 *type)
{
	if (!rd_left(r))
		return ERR_TRUNCATED;
	switch (*r->p >> 4) {
	case 4: *type = IPV4; return ERR_OK;
	case 6: *type = IPV6; return ERR_OK;
	default: return ERR_UNSUPPORTED;
	}
}

static err_t linux_cooked(struct rd *r, u16 *type)
{
	rd_skip(r, 14);
	*type = rd_u16(r);
	return ERR_OK;
}

static err_t linux_cooked2(struct rd *r, u16 *type)
{
	*type = rd_u16(r);
	rd_skip(r, 18);
	return ERR_OK;
}

static err_t header(u16 link, struct rd *r, u16 *type)
{
	switch (link) {
	case LINK_NULL: return null_header(r, type);
	case LINK_ETHERNET: return ethernet(r, type);
	case LINK_RAW_BSD:
	case LINK_RAW: return raw_ip(r, type);
	case LINK_LINUX_SLL: return linux_cooked(r, type);
	case LINK_LINUX_SLL2: return linux_cooked2(r, type);
	default: return ERR_UNSUPPORTED;
	}
}

err_t link_payload(u16 link, struct span frame, struct link_payload *out)
{
	struct rd r = rd_of(frame.p, frame.n);
	*out = (struct link_payload){ 0 };
	u16 type = 0;
	err_t e = header(link, &r, &type);
	if (e == ERR_OK && r.bad)
		e = ERR_TRUNCATED;
	if (e != ERR_OK)
		return e;
	assert(r.p <= r.end);
	*out = (struct link_payload){ .ethertype = type, .data = { .p = r.p, .n = rd_left(&r) } };
	return ERR_OK;
}
