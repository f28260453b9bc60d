/*
 * encode.h - an encoder of pcapng that shares nothing with the one under test: either byte order,
 * any resolution, values byte by byte. The caller sees that the room suffices.
 */
#ifndef SAKER_TESTS_PCAP_ENCODE_H
#define SAKER_TESTS_PCAP_ENCODE_H

#include "common/cursor.h"
#include "pcap/pcapng.h"

struct enc {
	struct wr w;
	bool big;
	u8 *block;
};

static inline void enc_n(struct enc *e, u64 v, int bytes)
{
	u8 *to = wr_room(&e->w, (size_t)bytes);
	for (int i = 0; to && i < bytes; i++)
		to[i] = (u8)(v >> 8 * (e->big ? bytes - 1 - i : i));
}

static inline void enc_span(struct enc *e, struct span s)
{
	wr_bytes(&e->w, s.p, s.n);
	while (wr_len(&e->w) % 4)
		wr_u8(&e->w, 0);
}

static inline void enc_begin(struct enc *e, u32 type)
{
	e->block = e->w.p;
	enc_n(e, type, 4);
	enc_n(e, 0, 4);
}

static inline void enc_end(struct enc *e)
{
	u32 n = (u32)(e->w.p - e->block) + 4;
	enc_n(e, n, 4);
	struct enc length = { .w = wr_of(e->block + 4, 4), .big = e->big };
	enc_n(&length, n, 4);
}

static inline void enc_section(struct enc *e, struct span os)
{
	enc_begin(e, 0x0a0d0d0a);
	enc_n(e, 0x1a2b3c4d, 4);
	enc_n(e, 1, 2);
	enc_n(e, 0, 2);
	enc_n(e, UINT64_MAX, 8);
	enc_n(e, 3, 2);
	enc_n(e, os.n, 2);
	enc_span(e, os);
	enc_end(e);
}

static inline void enc_if(struct enc *e, const struct pcapng_if *i)
{
	enc_begin(e, 1);
	enc_n(e, i->link, 2);
	enc_n(e, 0, 2);
	enc_n(e, i->snaplen, 4);
	enc_n(e, 14, 2);
	enc_n(e, 8, 2);
	enc_n(e, (u64)i->offset_s, 8);
	enc_n(e, 3, 2);
	enc_n(e, i->description.n, 2);
	enc_span(e, i->description);
	enc_n(e, 2, 2);
	enc_n(e, i->name.n, 2);
	enc_span(e, i->name);
	enc_n(e, 9, 2);
	enc_n(e, 1, 2);
	enc_span(e, (struct span){ &i->tsresol, 1 });
	enc_n(e, 0, 4);
	enc_end(e);
}

static inline void enc_packet(struct enc *e, const struct pcapng_packet *p, u64 ticks)
{
	enc_begin(e, 6);
	enc_n(e, p->if_id, 4);
	enc_n(e, ticks >> 32, 4);
	enc_n(e, ticks, 4);
	enc_n(e, p->data.n, 4);
	enc_n(e, p->n_wire, 4);
	enc_span(e, p->data);
	enc_n(e, 4, 2);
	enc_n(e, 8, 2);
	enc_n(e, p->dropped, 8);
	enc_n(e, 2, 2);
	enc_n(e, 4, 2);
	enc_n(e, p->flags, 4);
	enc_end(e);
}

/* Ticks of a second; the caller keeps below what 64 bits hold. */
static inline u64 enc_per_second(u8 tsresol)
{
	u64 v = 1;
	for (u32 i = 0; i < (tsresol & 0x7fU); i++)
		v *= tsresol & 0x80 ? 2 : 10;
	return v;
}

#endif
