#include "pcap/pcap_classic.h"

#include "pcap/order.h"
#include "pcap/stamp.h"

#define MICRO 0xa1b2c3d4U
#define NANO 0xa1b23c4dU

bool pcap_is_classic(u32 magic)
{
	u32 swapped = __builtin_bswap32(magic);
	return magic == MICRO || magic == NANO || swapped == MICRO || swapped == NANO;
}

/* Behind the version: time zone and accuracy, which nobody sets; snaplen; link type in 16 bits. */
err_t pcap_header(struct pcapng_reader *r, struct pcapng_block *b)
{
	u32 magic = rd_u32(&r->rd);
	r->classic = true;
	r->big = magic == MICRO || magic == NANO;
	assert(pcap_is_classic(magic));
	if (!r->big)
		magic = __builtin_bswap32(magic);
	u16 major = ord_u16(&r->rd, r->big), minor = ord_u16(&r->rd, r->big);
	rd_skip(&r->rd, 8);
	b->kind = PCAPNG_INTERFACE;
	b->interface.snaplen = ord_u32(&r->rd, r->big);
	b->interface.link = (u16)ord_u32(&r->rd, r->big);
	b->interface.tsresol = magic == NANO ? STAMP_NANOSECONDS : STAMP_MICROSECONDS;
	b->interface.good = true;
	if (r->rd.bad)
		return ERR_TRUNCATED;
	r->ifs[0] = b->interface;
	r->n_ifs = 1;
	return major == 2 && minor == 4 ? ERR_OK : ERR_UNSUPPORTED;
}

err_t pcap_record(struct pcapng_reader *r, struct pcapng_block *b)
{
	struct pcapng_packet *p = &b->packet;
	u64 whole_s = ord_u32(&r->rd, r->big), part = ord_u32(&r->rd, r->big);
	u32 n = ord_u32(&r->rd, r->big);
	b->kind = PCAPNG_PACKET;
	p->n_wire = ord_u32(&r->rd, r->big);
	p->link = r->ifs[0].link;
	p->data = (struct span){ .p = rd_bytes(&r->rd, n), .n = n };
	if (r->rd.bad)
		return ERR_TRUNCATED;
	p->has_at = stamp_ns(part, r->ifs[0].tsresol, (i64)whole_s, &p->at_ns);
	assert(p->has_at && "2^32 seconds and 2^32 parts fit");
	return ERR_OK;
}
