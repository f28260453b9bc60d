/*
 * say.h - what the reader gives, as one line of text: blocks apart by " | ", the last word tells
 * how it ended, with offset and block number where that is an error.
 */
#ifndef SAKER_TESTS_PCAP_SAY_H
#define SAKER_TESTS_PCAP_SAY_H

#include <stdio.h>
#include <stdlib.h>

#include "pcap/pcapng_read.h"

enum { SAY_IFS = 4, SAY_MAX = 4096 };

#define SAY_TEXT(s) (int)(s).n, (const char *)(s).p
#define SAY_S(ns) (unsigned long long)((ns) / NS_PER_S), (unsigned long long)((ns) % NS_PER_S)

static inline int say_packet(char *to, size_t cap, const struct pcapng_packet *p)
{
	int n = snprintf(to, cap, "packet if%u link%u ", p->if_id, p->link);
	n += p->has_at ? snprintf(to + n, cap - n, "%llu.%09llu", SAY_S(p->at_ns)) : snprintf(to + n, cap - n, "?");
	n += snprintf(to + n, cap - n, " %zu/%u", p->data.n, p->n_wire);
	for (size_t i = 0; i < p->data.n; i++)
		n += snprintf(to + n, cap - n, "%s%02x", i ? "" : " ", p->data.p[i]);
	if (p->flags)
		n += snprintf(to + n, cap - n, " flags%x", p->flags);
	if (p->dropped)
		n += snprintf(to + n, cap - n, " dropped%llu", (unsigned long long)p->dropped);
	return n;
}

static inline int say_block(char *to, size_t cap, const struct pcapng_block *b)
{
	const struct pcapng_section *s = &b->section;
	switch (b->kind) {
	case PCAPNG_SECTION:
		return snprintf(to, cap, "section '%.*s' '%.*s' '%.*s' '%.*s'", SAY_TEXT(s->hardware), SAY_TEXT(s->os),
				SAY_TEXT(s->application), SAY_TEXT(s->comment));
	case PCAPNG_INTERFACE:
		return snprintf(to, cap, "if link%u snaplen%u res%x offset%lld '%.*s' '%.*s'", b->interface.link,
				b->interface.snaplen, b->interface.tsresol, (long long)b->interface.offset_s,
				SAY_TEXT(b->interface.name), SAY_TEXT(b->interface.description));
	case PCAPNG_PACKET: return say_packet(to, cap, &b->packet);
	case PCAPNG_STATS:
		return snprintf(to, cap, "stats if%u %llu.%09llu %lld %lld", b->stats.if_id, SAY_S(b->stats.at_ns),
				(long long)b->stats.received, (long long)b->stats.dropped);
	case PCAPNG_SECRETS: return snprintf(to, cap, "secrets %x '%.*s'", b->secrets.type, SAY_TEXT(b->secrets.data));
	case PCAPNG_CUSTOM:
		return snprintf(to, cap, "custom %u own%u.%u %zu", b->custom.pen, b->custom.own_type, b->custom.version,
				b->custom.data.n);
	case PCAPNG_OTHER: return snprintf(to, cap, "other %x", b->type);
	}
	abort();
}

/* Everything in `bytes`. An error of one block is said and passed over. */
static inline const char *say(struct span bytes, char to[SAY_MAX])
{
	struct pcapng_if ifs[SAY_IFS];
	struct pcapng_reader r;
	struct pcapng_block b;
	int n = 0;
	pcapng_read_init(&r, bytes, ifs, SAY_IFS);
	for (;;) {
		err_t e = pcapng_next(&r, &b);
		if (e == ERR_NOT_FOUND) {
			snprintf(to + n, SAY_MAX - n, "end");
			return to;
		}
		if (e == ERR_OK)
			n += say_block(to + n, SAY_MAX - n, &b);
		else
			n += snprintf(to + n, SAY_MAX - n, "%s @%llu #%llu", err_name(e),
				      (unsigned long long)r.offset, (unsigned long long)r.number);
		if (r.broken)
			return to;
		n += snprintf(to + n, SAY_MAX - n, " | ");
	}
}

#endif
