#include "pcap/pcapng_write.h"

#include "pcap/order.h"

/* A block being written: where it began, so that its length can be filled in, or it be taken back. */
struct block {
	struct wr *w;
	u8 *start;
	bool unsayable;
};

static struct block block_begin(struct wr *w, u32 type)
{
	struct block b = { .w = w, .start = w->p };
	assert(!w->bad && "a writer that failed belongs to somebody else");
	wr_le32(w, type);
	wr_le32(w, 0);
	return b;
}

static err_t block_end(struct block *b)
{
	struct wr *w = b->w;
	u32 total = (u32)(w->p - b->start) + 4;
	wr_le32(w, total);
	if (w->bad || b->unsayable) {
		w->p = b->start;
		w->bad = false;
		return b->unsayable ? ERR_ARGUMENT : ERR_FULL;
	}
	assert(total % 4 == 0 && total >= 12);
	struct wr length = wr_of(b->start + 4, 4);
	wr_le32(&length, total);
	return ERR_OK;
}

static void padded(struct block *b, struct span s, size_t max)
{
	static const u8 zero[4];
	if (s.n > max) {
		b->unsayable = true;
		return;
	}
	wr_bytes(b->w, s.p, s.n);
	wr_bytes(b->w, zero, ord_pad(s.n));
}

static void option(struct block *b, u16 code, struct span value)
{
	wr_le16(b->w, code);
	wr_le16(b->w, (u16)value.n);
	padded(b, value, PCAPNG_TEXT_MAX);
}

static void text_option(struct block *b, u16 code, struct span text)
{
	if (text.n)
		option(b, code, text);
}

static void u64_option(struct block *b, u16 code, u64 v)
{
	wr_le16(b->w, code);
	wr_le16(b->w, 8);
	wr_le64(b->w, v);
}

static void options_end(struct block *b) { wr_le32(b->w, PCAPNG_OPT_END); }

static void stamp(struct block *b, u64 at_ns)
{
	wr_le32(b->w, (u32)(at_ns >> 32));
	wr_le32(b->w, (u32)at_ns);
}

err_t pcapng_write_section(struct wr *w, const struct pcapng_section *s)
{
	struct block b = block_begin(w, PCAPNG_TYPE_SECTION);
	wr_le32(w, PCAPNG_BYTE_ORDER);
	wr_le16(w, 1);
	wr_le16(w, 0);
	wr_le64(w, UINT64_MAX); /* its length is not known yet */
	text_option(&b, PCAPNG_SHB_HARDWARE, s->hardware);
	text_option(&b, PCAPNG_SHB_OS, s->os);
	text_option(&b, PCAPNG_SHB_USERAPPL, s->application);
	text_option(&b, PCAPNG_OPT_COMMENT, s->comment);
	options_end(&b);
	return block_end(&b);
}

err_t pcapng_write_if(struct wr *w, const struct pcapng_if *i)
{
	static const u8 nanoseconds = 9;
	struct block b = block_begin(w, PCAPNG_TYPE_INTERFACE);
	wr_le16(w, i->link);
	wr_le16(w, 0);
	wr_le32(w, i->snaplen);
	text_option(&b, PCAPNG_IF_NAME, i->name);
	text_option(&b, PCAPNG_IF_DESCRIPTION, i->description);
	option(&b, PCAPNG_IF_TSRESOL, (struct span){ .p = &nanoseconds, .n = 1 });
	options_end(&b);
	return block_end(&b);
}

err_t pcapng_write_packet(struct wr *w, const struct pcapng_packet *p)
{
	struct block b = block_begin(w, PCAPNG_TYPE_PACKET);
	b.unsayable = p->data.n > p->n_wire;
	wr_le32(w, p->if_id);
	stamp(&b, p->at_ns);
	wr_le32(w, (u32)p->data.n);
	wr_le32(w, p->n_wire);
	padded(&b, p->data, PCAPNG_DATA_MAX);
	if (p->flags) {
		wr_le16(w, PCAPNG_EPB_FLAGS);
		wr_le16(w, 4);
		wr_le32(w, p->flags);
	}
	if (p->dropped)
		u64_option(&b, PCAPNG_EPB_DROPCOUNT, p->dropped);
	text_option(&b, PCAPNG_OPT_COMMENT, p->comment);
	if (p->flags || p->dropped || p->comment.n)
		options_end(&b);
	return block_end(&b);
}

err_t pcapng_write_stats(struct wr *w, const struct pcapng_stats *s)
{
	struct block b = block_begin(w, PCAPNG_TYPE_STATS);
	wr_le32(w, s->if_id);
	stamp(&b, s->at_ns);
	if (s->received != PCAPNG_UNKNOWN)
		u64_option(&b, PCAPNG_ISB_IFRECV, s->received);
	if (s->dropped != PCAPNG_UNKNOWN)
		u64_option(&b, PCAPNG_ISB_IFDROP, s->dropped);
	options_end(&b);
	return block_end(&b);
}

err_t pcapng_write_secrets(struct wr *w, const struct pcapng_secrets *s)
{
	struct block b = block_begin(w, PCAPNG_TYPE_SECRETS);
	wr_le32(w, s->type);
	wr_le32(w, (u32)s->data.n);
	padded(&b, s->data, PCAPNG_DATA_MAX);
	return block_end(&b);
}

/* The payload's length is written, too: a custom block itself tells it only with its padding. */
err_t pcapng_write_own_head(struct wr *w, enum pcapng_own_type type, u16 version, struct span head,
			    struct span payload)
{
	struct block b = block_begin(w, PCAPNG_TYPE_CUSTOM_HERE);
	b.unsayable = type == PCAPNG_OWN_NONE || (u32)type > UINT16_MAX || head.n % 4;
	wr_le32(w, PCAPNG_PEN);
	wr_le32(w, PCAPNG_MAGIC);
	wr_le16(w, (u16)type);
	wr_le16(w, version);
	wr_le32(w, (u32)(head.n + payload.n));
	wr_bytes(w, head.p, head.n);
	padded(&b, payload, PCAPNG_DATA_MAX);
	return block_end(&b);
}

err_t pcapng_write_own(struct wr *w, enum pcapng_own_type type, u16 version, struct span payload)
{
	return pcapng_write_own_head(w, type, version, (struct span){ 0 }, payload);
}
