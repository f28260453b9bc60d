#include "pcap/pcapng_body.h"

#include "pcap/order.h"
#include "pcap/stamp.h"

struct option {
	u16 code;
	struct span value;
};

/* The next option; false at the end of them, and where they are malformed (then r->bad). */
static bool next_option(struct rd *r, bool big, struct option *o)
{
	if (!rd_left(r))
		return false;
	o->code = ord_u16(r, big);
	o->value.n = ord_u16(r, big);
	o->value.p = rd_bytes(r, o->value.n);
	rd_skip(r, ord_pad(o->value.n));
	return !r->bad && o->code != PCAPNG_OPT_END;
}

/* The number in an option of `n` bytes; another size is a fault of the block. */
static u64 number_in(struct rd *r, const struct option *o, size_t n, bool big)
{
	struct rd v = rd_of(o->value.p, o->value.n);
	if (o->value.n != n) {
		r->bad = true;
		return 0;
	}
	return n == 1 ? rd_u8(&v) : n == 4 ? ord_u32(&v, big) : ord_u64(&v, big);
}

static err_t whole(const struct rd *r) { return r->bad ? ERR_SYNTAX : ERR_OK; }

static struct span padded(struct rd *r, u32 n)
{
	struct span s = { .p = rd_bytes(r, n), .n = n };
	rd_skip(r, ord_pad(n));
	return s;
}

err_t pcapng_body_section(struct pcapng_reader *r, struct rd body, struct pcapng_block *b)
{
	b->kind = PCAPNG_SECTION;
	for (struct option o; next_option(&body, r->big, &o);)
		switch (o.code) {
		case PCAPNG_SHB_HARDWARE: b->section.hardware = o.value; break;
		case PCAPNG_SHB_OS: b->section.os = o.value; break;
		case PCAPNG_SHB_USERAPPL: b->section.application = o.value; break;
		case PCAPNG_OPT_COMMENT: b->section.comment = o.value; break;
		}
	return whole(&body);
}

static err_t interface(struct pcapng_reader *r, struct rd *body, struct pcapng_if *i)
{
	*i = (struct pcapng_if){ .link = ord_u16(body, r->big), .tsresol = STAMP_MICROSECONDS };
	rd_skip(body, 2);
	i->snaplen = ord_u32(body, r->big);
	for (struct option o; next_option(body, r->big, &o);)
		switch (o.code) {
		case PCAPNG_IF_NAME: i->name = o.value; break;
		case PCAPNG_IF_DESCRIPTION: i->description = o.value; break;
		case PCAPNG_IF_TSRESOL: i->tsresol = (u8)number_in(body, &o, 1, r->big); break;
		case PCAPNG_IF_TSOFFSET: i->offset_s = (i64)number_in(body, &o, 8, r->big); break;
		}
	i->good = !body->bad;
	bool room = r->n_ifs < r->if_cap;
	if (room)
		r->ifs[r->n_ifs] = *i;
	r->n_ifs += r->n_ifs < UINT32_MAX;
	return i->good && !room ? ERR_TOO_LONG : whole(body);
}

static err_t look_up(const struct pcapng_reader *r, u32 id, const struct pcapng_if **i)
{
	if (id >= r->n_ifs)
		return ERR_SYNTAX;
	if (id >= r->if_cap)
		return ERR_TOO_LONG;
	*i = &r->ifs[id];
	return (*i)->good ? ERR_OK : ERR_SYNTAX;
}

static u64 ticks(struct rd *body, bool big)
{
	u64 high = ord_u32(body, big);
	return high << 32 | ord_u32(body, big);
}

/* What enhanced and obsolete packet blocks share: all from the stamp on. */
static err_t packet(struct pcapng_reader *r, struct rd *body, struct pcapng_packet *p)
{
	const struct pcapng_if *i;
	err_t e = look_up(r, p->if_id, &i);
	if (e != ERR_OK)
		return e;
	p->link = i->link;
	p->has_at = stamp_ns(ticks(body, r->big), i->tsresol, i->offset_s, &p->at_ns);
	u32 n = ord_u32(body, r->big);
	p->n_wire = ord_u32(body, r->big);
	p->data = padded(body, n);
	for (struct option o; next_option(body, r->big, &o);)
		if (o.code == PCAPNG_EPB_FLAGS)
			p->flags = (u32)number_in(body, &o, 4, r->big);
		else if (o.code == PCAPNG_EPB_DROPCOUNT)
			p->dropped = number_in(body, &o, 8, r->big);
	return whole(body);
}

static err_t old_packet(struct pcapng_reader *r, struct rd *body, struct pcapng_packet *p)
{
	p->if_id = ord_u16(body, r->big);
	u16 dropped = ord_u16(body, r->big);
	p->dropped = dropped == UINT16_MAX ? 0 : dropped; /* all ones: not known */
	return packet(r, body, p);
}

/* It does not say how much was captured: all of the frame, unless the first interface cuts it. */
static err_t simple_packet(struct pcapng_reader *r, struct rd *body, struct pcapng_packet *p)
{
	const struct pcapng_if *i;
	err_t e = look_up(r, 0, &i);
	if (e != ERR_OK)
		return e;
	p->link = i->link;
	p->n_wire = ord_u32(body, r->big);
	p->data = padded(body, i->snaplen ? u32_min(p->n_wire, i->snaplen) : p->n_wire);
	return whole(body);
}

static err_t stats(struct pcapng_reader *r, struct rd *body, struct pcapng_stats *s)
{
	const struct pcapng_if *i;
	*s = (struct pcapng_stats){ .received = PCAPNG_UNKNOWN, .dropped = PCAPNG_UNKNOWN };
	s->if_id = ord_u32(body, r->big);
	err_t e = body->bad ? ERR_SYNTAX : look_up(r, s->if_id, &i);
	if (e != ERR_OK)
		return e;
	s->has_at = stamp_ns(ticks(body, r->big), i->tsresol, i->offset_s, &s->at_ns);
	for (struct option o; next_option(body, r->big, &o);)
		if (o.code == PCAPNG_ISB_IFRECV)
			s->received = number_in(body, &o, 8, r->big);
		else if (o.code == PCAPNG_ISB_IFDROP)
			s->dropped = number_in(body, &o, 8, r->big);
	return whole(body);
}

static err_t secrets(struct pcapng_reader *r, struct rd *body, struct pcapng_secrets *s)
{
	s->type = ord_u32(body, r->big);
	s->data = padded(body, ord_u32(body, r->big));
	return whole(body);
}

/* A custom block of our number without our magic is somebody else's who uses it as freely. */
static err_t custom(struct pcapng_reader *r, struct rd *body, struct pcapng_custom *c)
{
	c->pen = ord_u32(body, r->big);
	c->data = (struct span){ .p = body->p, .n = rd_left(body) };
	struct rd own = *body;
	if (body->bad || c->pen != PCAPNG_PEN || ord_u32(&own, r->big) != PCAPNG_MAGIC)
		return whole(body);
	c->own_type = ord_u16(&own, r->big);
	c->version = ord_u16(&own, r->big);
	c->data = padded(&own, ord_u32(&own, r->big));
	return c->own_type == PCAPNG_OWN_NONE ? ERR_SYNTAX : whole(&own);
}

err_t pcapng_body(struct pcapng_reader *r, struct rd body, struct pcapng_block *b)
{
	assert(!body.bad && rd_left(&body) % 4 == 0);
	switch (b->type) {
	case PCAPNG_TYPE_INTERFACE: b->kind = PCAPNG_INTERFACE; return interface(r, &body, &b->interface);
	case PCAPNG_TYPE_OLD_PACKET: b->kind = PCAPNG_PACKET; return old_packet(r, &body, &b->packet);
	case PCAPNG_TYPE_SIMPLE: b->kind = PCAPNG_PACKET; return simple_packet(r, &body, &b->packet);
	case PCAPNG_TYPE_PACKET:
		b->kind = PCAPNG_PACKET;
		b->packet.if_id = ord_u32(&body, r->big);
		return packet(r, &body, &b->packet);
	case PCAPNG_TYPE_STATS: b->kind = PCAPNG_STATS; return stats(r, &body, &b->stats);
	case PCAPNG_TYPE_SECRETS: b->kind = PCAPNG_SECRETS; return secrets(r, &body, &b->secrets);
	case PCAPNG_TYPE_CUSTOM:
	case PCAPNG_TYPE_CUSTOM_HERE: b->kind = PCAPNG_CUSTOM; return custom(r, &body, &b->custom);
	default: b->kind = PCAPNG_OTHER; return ERR_OK;
	}
}
