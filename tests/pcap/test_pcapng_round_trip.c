/*
 * Random blocks: what the writer is given comes out of the reader; and what a second, slow encoder
 * writes in either byte order, with any resolution, is read as meant.
 */
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "pcap/pcapng_read.h"
#include "pcap/pcapng_write.h"
#include "tests/cmocka_all.h"
#include "tests/pcap/encode.h"

enum { RUNS = 300, BLOCKS = 40, IFS = 8, FILE_MAX = 1 << 17, TEXT_MAX = 40 };

struct said {
	enum pcapng_kind kind;
	struct pcapng_section section;
	struct pcapng_if interface;
	struct pcapng_packet packet;
	struct pcapng_stats stats;
	struct pcapng_secrets secrets;
	struct pcapng_custom custom;
};

struct world {
	struct rng rng;
	u32 n_ifs, n;
	u16 link[IFS];
	struct said said[BLOCKS];
	u8 file[FILE_MAX], pool[4096];
};

static struct span any_bytes(struct world *w, u32 max)
{
	size_t n = rng_below(&w->rng, max + 1);
	return (struct span){ w->pool + rng_below(&w->rng, sizeof w->pool - n), n };
}

static bool equal(struct span a, struct span b) { return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n)); }

static u64 sometimes(struct world *w, u64 otherwise) { return rng_below(&w->rng, 2) ? rng_next(&w->rng) : otherwise; }

static void any_packet(struct world *w, struct pcapng_packet *p)
{
	p->if_id = (u32)rng_below(&w->rng, w->n_ifs);
	p->link = w->link[p->if_id];
	p->data = any_bytes(w, 1600);
	p->n_wire = (u32)(p->data.n + rng_below(&w->rng, 3) * 100);
	p->at_ns = rng_next(&w->rng);
	p->has_at = true;
	p->flags = (u32)sometimes(w, 0);
	p->dropped = sometimes(w, 0);
}

/* A section first, an interface second; then anything, with no more interfaces than the table holds. */
static struct said any_block(struct world *w)
{
	struct said s = { .kind = PCAPNG_INTERFACE + rng_below(&w->rng, 5) };
	if (w->n < 2)
		s.kind = w->n ? PCAPNG_INTERFACE : PCAPNG_SECTION;
	if (s.kind == PCAPNG_INTERFACE && w->n_ifs == IFS)
		s.kind = PCAPNG_PACKET;
	s.section = (struct pcapng_section){ any_bytes(w, TEXT_MAX), any_bytes(w, TEXT_MAX), any_bytes(w, TEXT_MAX),
					     any_bytes(w, TEXT_MAX) };
	s.interface = (struct pcapng_if){ .link = (u16)rng_next(&w->rng), .snaplen = (u32)rng_next(&w->rng),
					  .tsresol = 9, .good = true };
	s.interface.name = any_bytes(w, TEXT_MAX);
	s.interface.description = any_bytes(w, TEXT_MAX);
	if (s.kind == PCAPNG_INTERFACE)
		w->link[w->n_ifs++] = s.interface.link;
	if (w->n_ifs)
		any_packet(w, &s.packet);
	s.stats = (struct pcapng_stats){ s.packet.if_id, true, rng_next(&w->rng), sometimes(w, PCAPNG_UNKNOWN),
					 sometimes(w, PCAPNG_UNKNOWN) };
	s.secrets = (struct pcapng_secrets){ PCAPNG_SECRETS_TLS, any_bytes(w, 300) };
	s.custom = (struct pcapng_custom){ PCAPNG_PEN, (u16)(1 + rng_below(&w->rng, 4)), (u16)rng_next(&w->rng),
					   any_bytes(w, 300) };
	return s;
}

static err_t put(struct wr *out, const struct said *s)
{
	switch (s->kind) {
	case PCAPNG_SECTION: return pcapng_write_section(out, &s->section);
	case PCAPNG_INTERFACE: return pcapng_write_if(out, &s->interface);
	case PCAPNG_PACKET: return pcapng_write_packet(out, &s->packet);
	case PCAPNG_STATS: return pcapng_write_stats(out, &s->stats);
	case PCAPNG_SECRETS: return pcapng_write_secrets(out, &s->secrets);
	case PCAPNG_CUSTOM: return pcapng_write_own(out, s->custom.own_type, s->custom.version, s->custom.data);
	default: return ERR_INTERNAL;
	}
}

static bool same_packet(const struct pcapng_packet *a, const struct pcapng_packet *b)
{
	return a->if_id == b->if_id && a->link == b->link && a->has_at == b->has_at && a->at_ns == b->at_ns &&
	       a->flags == b->flags && a->dropped == b->dropped && a->n_wire == b->n_wire && equal(a->data, b->data);
}

static bool same_if(const struct pcapng_if *a, const struct pcapng_if *b)
{
	return a->link == b->link && a->snaplen == b->snaplen && a->tsresol == b->tsresol && a->good == b->good &&
	       a->offset_s == b->offset_s && equal(a->name, b->name) && equal(a->description, b->description);
}

static bool same(const struct said *s, const struct pcapng_block *b)
{
	if (s->kind != b->kind)
		return false;
	switch (s->kind) {
	case PCAPNG_SECTION:
		return equal(s->section.hardware, b->section.hardware) && equal(s->section.os, b->section.os) &&
		       equal(s->section.application, b->section.application) &&
		       equal(s->section.comment, b->section.comment);
	case PCAPNG_INTERFACE: return same_if(&s->interface, &b->interface);
	case PCAPNG_PACKET: return same_packet(&s->packet, &b->packet);
	case PCAPNG_STATS:
		return s->stats.if_id == b->stats.if_id && s->stats.at_ns == b->stats.at_ns && b->stats.has_at &&
		       s->stats.received == b->stats.received && s->stats.dropped == b->stats.dropped;
	case PCAPNG_SECRETS: return s->secrets.type == b->secrets.type && equal(s->secrets.data, b->secrets.data);
	case PCAPNG_CUSTOM:
		return s->custom.pen == b->custom.pen && s->custom.own_type == b->custom.own_type &&
		       s->custom.version == b->custom.version && equal(s->custom.data, b->custom.data);
	default: return false;
	}
}

static void begin(struct world *w, u64 seed)
{
	rng_seed(&w->rng, seed);
	w->n = w->n_ifs = 0;
	for (size_t i = 0; i < sizeof w->pool; i++)
		w->pool[i] = (u8)rng_next(&w->rng);
}

static void read_back(struct world *w, size_t n, u64 seed)
{
	struct pcapng_if ifs[IFS];
	struct pcapng_reader r;
	struct pcapng_block b;
	pcapng_read_init(&r, (struct span){ w->file, n }, ifs, IFS);
	for (u32 i = 0; i < w->n; i++) {
		err_t e = pcapng_next(&r, &b);
		if (e != ERR_OK || !same(&w->said[i], &b))
			fail_msg("seed %llu, block %u of kind %d: %s", (unsigned long long)seed, i, w->said[i].kind, err_name(e));
	}
	assert_int_equal(pcapng_next(&r, &b), ERR_NOT_FOUND);
}

static void test_written(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	(void)state;
	for (u64 seed = 1; seed <= RUNS; seed++) {
		begin(w, seed);
		struct wr out = wr_of(w->file, sizeof w->file);
		for (; w->n < BLOCKS; w->n++) {
			w->said[w->n] = any_block(w);
			assert_int_equal(put(&out, &w->said[w->n]), ERR_OK);
		}
		read_back(w, wr_len(&out), seed);
	}
	free(w);
}

/* Resolutions whose ticks say `at_ns` exactly: what is expected is known without a division. */
static void encoded_if(struct world *w, struct enc *e, struct said *s)
{
	static const u8 resolutions[] = { 9, 6, 3, 0, 0x80, 0x81, 0x89, 12 };
	s->interface.tsresol = resolutions[rng_below(&w->rng, ARRAY_LEN(resolutions))];
	s->interface.offset_s = (i64)rng_below(&w->rng, 2000) - 1000;
	enc_if(e, &s->interface);
}

static void encoded_packet(struct world *w, struct enc *e, struct said *s, const struct said *about)
{
	u64 whole_s = 2000 + rng_below(&w->rng, 1000000), per_s = enc_per_second(about->interface.tsresol);
	u64 part = rng_below(&w->rng, 2) ? 0 : per_s / 2; /* half a second: exact in each, or 0 */
	u64 half_ns = part ? NS_PER_S / (per_s / part) : 0;
	s->packet.at_ns = (whole_s + (u64)about->interface.offset_s) * NS_PER_S + half_ns;
	enc_packet(e, &s->packet, whole_s * per_s + part);
}

static void test_encoded(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	(void)state;
	for (u64 seed = 1; seed <= RUNS; seed++) {
		begin(w, seed);
		u32 ifs[IFS];
		struct enc e = { .w = wr_of(w->file, sizeof w->file), .big = seed % 2 };
		while (w->n < BLOCKS) {
			struct said *s = &w->said[w->n];
			*s = any_block(w);
			if (s->kind == PCAPNG_SECTION)
				enc_section(&e, s->section.os);
			else if (s->kind == PCAPNG_INTERFACE)
				encoded_if(w, &e, s), ifs[w->n_ifs - 1] = w->n;
			else if (s->kind == PCAPNG_PACKET)
				encoded_packet(w, &e, s, &w->said[ifs[s->packet.if_id]]);
			else
				continue;
			if (s->kind == PCAPNG_SECTION)
				s->section = (struct pcapng_section){ .os = s->section.os };
			w->n++;
		}
		assert_false(e.w.bad);
		read_back(w, wr_len(&e.w), seed);
	}
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_written), cmocka_unit_test(test_encoded) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
