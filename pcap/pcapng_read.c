#include "pcap/pcapng_read.h"

#include "pcap/order.h"
#include "pcap/pcap_classic.h"
#include "pcap/pcapng_body.h"

enum { FRAME = 12, SECTION_MIN = 28 }; /* type and two lengths; with byte order, version and length */

void pcapng_read_init(struct pcapng_reader *r, struct span bytes, struct pcapng_if *ifs, u32 if_cap)
{
	assert(if_cap >= 1);
	*r = (struct pcapng_reader){ .rd = rd_of(bytes.p, bytes.n), .start = bytes.p };
	r->ifs = ifs;
	r->if_cap = if_cap;
}

static err_t broken(struct pcapng_reader *r, err_t e)
{
	assert(e != ERR_OK);
	return r->broken = e;
}

/* A section's byte order is told behind its length, so it is looked at first. */
static err_t byte_order(struct pcapng_reader *r)
{
	struct rd ahead = r->rd;
	rd_skip(&ahead, 8);
	u32 order = rd_u32(&ahead);
	if (ahead.bad)
		return ERR_TRUNCATED;
	r->big = order == PCAPNG_BYTE_ORDER;
	return r->big || order == __builtin_bswap32(PCAPNG_BYTE_ORDER) ? ERR_OK : ERR_SYNTAX;
}

/* Takes one block out of the chain: both its lengths agree, and `body` is what is between them. */
static err_t take(struct pcapng_reader *r, u32 type, struct rd *body)
{
	struct rd at = r->rd;
	rd_skip(&at, 4);
	u32 n = ord_u32(&at, r->big);
	if (at.bad)
		return ERR_TRUNCATED;
	if (n % 4 || n < (type == PCAPNG_TYPE_SECTION ? SECTION_MIN : FRAME))
		return ERR_SYNTAX;
	*body = rd_sub(&at, n - FRAME);
	u32 again = ord_u32(&at, r->big);
	if (at.bad)
		return ERR_TRUNCATED;
	assert((size_t)(at.p - r->rd.p) == n);
	r->rd = at;
	return again == n ? ERR_OK : ERR_SYNTAX;
}

/* 1.2 is what some writers called 1.0. The section's length is not needed. */
static err_t section(struct pcapng_reader *r, struct rd body, struct pcapng_block *b)
{
	rd_skip(&body, 4);
	u16 major = ord_u16(&body, r->big), minor = ord_u16(&body, r->big);
	rd_skip(&body, 8);
	assert(!body.bad && "a section has SECTION_MIN bytes");
	r->n_ifs = 0;
	if (major != 1 || (minor != 0 && minor != 2))
		return broken(r, ERR_UNSUPPORTED);
	return pcapng_body_section(r, body, b);
}

static err_t block(struct pcapng_reader *r, struct pcapng_block *b)
{
	struct rd body, ahead = r->rd;
	b->type = ord_u32(&ahead, r->big);
	if (ahead.bad)
		return broken(r, ERR_TRUNCATED);
	err_t e = b->type == PCAPNG_TYPE_SECTION ? byte_order(r) : ERR_OK;
	if (e == ERR_OK)
		e = take(r, b->type, &body);
	if (e != ERR_OK)
		return broken(r, e);
	return b->type == PCAPNG_TYPE_SECTION ? section(r, body, b) : pcapng_body(r, body, b);
}

/* What kind of file it is, and its first block. */
static err_t first(struct pcapng_reader *r, struct pcapng_block *b)
{
	struct rd ahead = r->rd;
	u32 magic = rd_u32(&ahead);
	if (ahead.bad)
		return broken(r, ERR_TRUNCATED);
	if (magic == PCAPNG_TYPE_SECTION)
		return block(r, b);
	if (!pcap_is_classic(magic))
		return broken(r, ERR_UNSUPPORTED);
	err_t e = pcap_header(r, b);
	return e == ERR_OK ? e : broken(r, e);
}

err_t pcapng_next(struct pcapng_reader *r, struct pcapng_block *b)
{
	*b = (struct pcapng_block){ 0 };
	if (r->broken)
		return r->broken;
	if (r->number && !rd_left(&r->rd))
		return ERR_NOT_FOUND;
	r->offset = (u64)(r->rd.p - r->start);
	if (r->number++ == 0)
		return first(r, b);
	if (!r->classic)
		return block(r, b);
	err_t e = pcap_record(r, b);
	return e == ERR_OK ? e : broken(r, e);
}
