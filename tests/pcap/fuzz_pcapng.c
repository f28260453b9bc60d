/*
 * Fuzz target: a hostile capture file. What the reader gives lies within the file, it ends, and what
 * it gives of packets survives the writer.
 */
#include <stdlib.h>
#include <string.h>

#include "pcap/link.h"
#include "pcap/pcapng_read.h"
#include "pcap/pcapng_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IFS = 3, FRAME_LEAST = 12, CAP = 1 << 16 };

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void within(struct span outer, struct span inner)
{
	check(!inner.n || (inner.p >= outer.p && inner.n <= outer.n && inner.p + inner.n <= outer.p + outer.n));
}

static void again(const struct pcapng_packet *p)
{
	static u8 out[CAP];
	struct pcapng_if ifs[1], about = { .link = p->link };
	struct pcapng_packet copy = *p;
	struct wr w = wr_of(out, sizeof out);
	struct pcapng_reader r;
	struct pcapng_block b;
	copy.if_id = 0;
	check(pcapng_write_section(&w, &(struct pcapng_section){ .os = p->data }) == ERR_OK);
	check(pcapng_write_if(&w, &about) == ERR_OK);
	check(pcapng_write_packet(&w, &copy) == (p->data.n > p->n_wire ? ERR_ARGUMENT : ERR_OK));
	if (p->data.n > p->n_wire)
		return;
	pcapng_read_init(&r, (struct span){ out, wr_len(&w) }, ifs, 1);
	for (int i = 0; i < 3; i++)
		check(pcapng_next(&r, &b) == ERR_OK);
	check(b.packet.at_ns == p->at_ns && b.packet.n_wire == p->n_wire && b.packet.flags == p->flags &&
	      b.packet.dropped == p->dropped && b.packet.link == p->link && b.packet.data.n == p->data.n);
	check(!p->data.n || !memcmp(b.packet.data.p, p->data.p, p->data.n));
}

static void packet(struct span file, const struct pcapng_packet *p)
{
	struct link_payload payload;
	within(file, p->data);
	if (link_payload(p->link, p->data, &payload) == ERR_OK)
		within(p->data, payload.data);
	if (p->data.n < CAP / 4)
		again(p);
}

static void look(struct span file, const struct pcapng_block *b)
{
	switch (b->kind) {
	case PCAPNG_SECTION:
		within(file, b->section.hardware);
		within(file, b->section.os);
		within(file, b->section.application);
		within(file, b->section.comment);
		break;
	case PCAPNG_INTERFACE:
		within(file, b->interface.name);
		within(file, b->interface.description);
		break;
	case PCAPNG_PACKET: packet(file, &b->packet); break;
	case PCAPNG_SECRETS: within(file, b->secrets.data); break;
	case PCAPNG_CUSTOM: within(file, b->custom.data); break;
	default: break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = { data, size };
	struct pcapng_if ifs[IFS];
	struct pcapng_reader r;
	struct pcapng_block b;
	u64 calls = 0;
	pcapng_read_init(&r, file, ifs, IFS);
	for (err_t e; (e = pcapng_next(&r, &b)) != ERR_NOT_FOUND && !r.broken;) {
		check(++calls <= size / FRAME_LEAST && r.offset < size && r.number == calls);
		if (e == ERR_OK)
			look(file, &b);
	}
	check(size == 0 || r.number <= size / FRAME_LEAST + 1);
	return 0;
}
