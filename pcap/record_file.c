#include "pcap/record_file.h"

#include <stdio.h>

#include "common/frame.h"
#include "gateway/journal.h"
#include "pcap/link.h"
#include "pcap/order.h"

/* CRC-32C of all that follows, core, type, two spare bytes, the record's number. */
#define HEAD_BYTES 16
#define STAMP_TEXT 120

/* epb_flags behind the direction. The last is ours: the format has no word for a wrong checksum. */
enum { CSUM_NOT_READY = 1 << 9, CSUM_GOOD = 1 << 10, CSUM_BAD = 1 << 12 };

static const char *const if_names[RECORD_IFS][2] = {
	{ "md rx", "market-data core, received; stamp: the receive burst, by the core's clock" },
	{ "md tx", "market-data core, sent; stamp: after the doorbell, by the core's clock" },
	{ "trade rx", "trading core, received; stamp: the receive burst, by the core's clock" },
	{ "trade tx", "trading core, sent; stamp: after the doorbell, by the core's clock" },
};

err_t record_write_ifs(struct wr *w)
{
	struct wr before = *w;
	for (u32 i = 0; i < RECORD_IFS; i++) {
		struct pcapng_if f = { .link = LINK_ETHERNET,
				       .name = pcapng_text(if_names[i][0]),
				       .description = pcapng_text(if_names[i][1]) };
		err_t e = pcapng_write_if(w, &f);
		if (e != ERR_OK) {
			*w = before;
			return e;
		}
	}
	return ERR_OK;
}

/* ---- writing ---- */

/* A device's stamp is of its own clock, whose unit and origin are the device's: told, not converted. */
static struct span say_stamp(char text[STAMP_TEXT], const struct record_frame *f, const char *clock)
{
	if (!(f->flags & FRAME_STAMPED))
		return (struct span){ 0 };
	snprintf(text, STAMP_TEXT, "device stamp %llu, clock of %.64s", (unsigned long long)f->device_stamp,
		 clock ? clock : "the device");
	return pcapng_text(text);
}

static err_t write_frame(struct wr *w, enum record_core core, const struct ring_msg *m,
			 const struct record_stamp *at)
{
	const struct record_frame *f = (const void *)m->data;
	bool tx = m->type == RECORD_TX;
	char text[STAMP_TEXT];
	if (m->n < sizeof *f || m->n - sizeof *f != f->n)
		return ERR_ARGUMENT;
	struct pcapng_packet p = { .if_id = record_if(core, tx),
				   .flags = tx ? PCAPNG_TX : PCAPNG_RX,
				   .n_wire = f->n,
				   .at_ns = at->at_ns,
				   .dropped = at->dropped,
				   .data = { .p = f->data, .n = f->n } };
	p.comment = say_stamp(text, f, at->clock);
	p.flags |= tx && at->tx_csum ? CSUM_NOT_READY : 0;
	p.flags |= f->flags & FRAME_CSUM_GOOD ? CSUM_GOOD : 0;
	p.flags |= f->flags & FRAME_CSUM_BAD ? CSUM_BAD : 0;
	return pcapng_write_packet(w, &p);
}

err_t record_write(struct wr *w, enum record_core core, const struct ring_msg *m,
		   const struct record_stamp *at)
{
	u8 head[HEAD_BYTES];
	struct wr h = wr_of(head, sizeof head);
	if (m->type < RECORD_RX || m->type >= RECORD_TYPES || core >= RECORD_CORES)
		return ERR_ARGUMENT;
	if (m->type <= RECORD_TX)
		return write_frame(w, core, m, at);
	wr_le32(&h, 0);
	wr_u8(&h, (u8)core);
	wr_u8(&h, (u8)m->type);
	wr_u16(&h, 0);
	wr_le64(&h, m->tag);
	h = wr_of(head, sizeof head);
	wr_le32(&h, crc32c(crc32c(0, head + 4, sizeof head - 4), m->data, m->n));
	return pcapng_write_own_head(w, PCAPNG_OWN_RECORD, RECORD_FILE_VERSION,
				 (struct span){ .p = head, .n = sizeof head },
				 (struct span){ .p = m->data, .n = m->n });
}

/* ---- reading ---- */

static err_t read_frame(const struct pcapng_packet *p, struct record_item *out)
{
	bool tx = p->if_id & 1;
	if (p->link != LINK_ETHERNET || p->if_id >= RECORD_IFS ||
	    (p->flags & PCAPNG_DIRECTION) != (tx ? PCAPNG_TX : PCAPNG_RX))
		return ERR_NOT_FOUND;
	if (p->data.n != p->n_wire || p->data.n < 14 || p->data.n > FRAME_MAX)
		return ERR_TRUNCATED;
	*out = (struct record_item){ .core = p->if_id / 2,
				     .type = tx ? RECORD_TX : RECORD_RX,
				     .data = p->data };
	out->flags |= p->flags & CSUM_GOOD ? FRAME_CSUM_GOOD : 0;
	out->flags |= p->flags & CSUM_BAD ? FRAME_CSUM_BAD : 0;
	return ERR_OK;
}

/* Whether a payload can be a record of its type: the fixed part is there, and what it says follows. */
static bool is_whole(enum record_type type, struct span s)
{
	static const u8 fixed[RECORD_TYPES] = {
		[RECORD_REFUSED] = sizeof(struct record_refused),
		[RECORD_INBOX] = sizeof(struct record_inbox),
		[RECORD_IMAGE] = sizeof(struct record_image),
		[RECORD_HOST] = sizeof(struct record_host),
		[RECORD_TURN] = sizeof(struct record_turn),
		[RECORD_START] = sizeof(struct record_start),
		[RECORD_LAP] = sizeof(struct record_lap),
	};
	u32 more = 0;
	if (s.n < fixed[type])
		return false;
	if (type == RECORD_INBOX)
		memcpy(&more, s.p + offsetof(struct record_inbox, n), sizeof more);
	else if (type == RECORD_IMAGE)
		memcpy(&more, s.p + offsetof(struct record_image, n), sizeof more);
	return s.n - fixed[type] == more;
}

static err_t read_own(const struct pcapng_custom *c, struct record_item *out)
{
	struct rd r = rd_of(c->data.p, c->data.n);
	if (c->version != RECORD_FILE_VERSION)
		return ERR_UNSUPPORTED;
	u32 crc = ord_u32(&r, false);
	if (r.bad || crc != crc32c(0, r.p, rd_left(&r)))
		return ERR_CHECKSUM;
	u8 core = rd_u8(&r), type = rd_u8(&r);
	rd_skip(&r, 2);
	u64 number = ord_u64(&r, false);
	if (r.bad || core >= RECORD_CORES || type <= RECORD_TX || type >= RECORD_TYPES)
		return ERR_SYNTAX;
	*out = (struct record_item){ .core = core,
				     .type = type,
				     .numbered = true,
				     .number = number,
				     .data = { .p = r.p, .n = rd_left(&r) } };
	return is_whole(type, out->data) ? ERR_OK : ERR_SYNTAX;
}

err_t record_read(const struct pcapng_block *b, struct record_item *out)
{
	if (b->kind == PCAPNG_PACKET)
		return read_frame(&b->packet, out);
	if (b->kind == PCAPNG_CUSTOM && b->custom.own_type == PCAPNG_OWN_RECORD)
		return read_own(&b->custom, out);
	return ERR_NOT_FOUND;
}
