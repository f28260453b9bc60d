#include "appliance/capture_save.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pcap/checkpoint.h"

/* ---- memory ---- */

u8 *capture_save_memory(size_t bytes)
{
	u8 *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	(void)mlock(p, bytes); /* without the right to it touched is all that can be had: app.memory_not_locked tells */
	(void)madvise(p, bytes, MADV_DONTDUMP);
	return p;
}

void capture_save_close(struct capture_save *s)
{
	for (u32 i = 0; i < RECORD_CORES; i++) {
		struct capture_save_core *c = &s->core[i];
		if (!c->memory)
			continue;
		explicit_bzero(c->memory, c->bytes);
		munmap(c->memory, c->bytes);
		c->memory = NULL;
	}
	free(s->event);
	s->event = NULL;
}

/* ---- asking ---- */

static void ask(struct capture_save *s, u32 core)
{
	struct capture_save_core *c = &s->core[core];
	c->recorder->saved.state = (struct state){ .to = c->memory, .cap = c->bytes };
	recorder_want(c->recorder, RECORDER_SAVE);
}

void capture_save_begin(struct capture_save *s)
{
	s->phase = SAVE_TRADE;
	ask(s, RECORD_TRADE);
}

static bool asked(const struct capture_save *s, u32 core)
{
	return core == RECORD_TRADE ? s->phase >= SAVE_TRADE : s->phase == SAVE_MD;
}

/* A RECORD_START that is seen before its core's having obeyed is this one, or an earlier one that may wait as well. */
bool capture_save_holds(const struct capture_save *s, u32 core, const struct ring_msg *m)
{
	const struct recorder *r = s->core[core].recorder;
	if (!asked(s, core))
		return false;
	return recorder_obeyed(r) ? m->tag >= r->saved.number : m->type == RECORD_START;
}

static bool reached(const struct capture_save *s, u32 core)
{
	const struct ring_msg *m;
	if (!recorder_obeyed(s->core[core].recorder))
		return false;
	m = ring_peek(s->core[core].from);
	return !m || capture_save_holds(s, core, m);
}

bool capture_save_step(struct capture_save *s)
{
	if (s->phase == SAVE_TRADE && recorder_obeyed(s->core[RECORD_TRADE].recorder)) {
		s->phase = SAVE_MD;
		ask(s, RECORD_MD);
	}
	return s->phase == SAVE_MD && reached(s, RECORD_TRADE) && reached(s, RECORD_MD);
}

/* ---- writing ---- */

/* What the trading core had still to read: those before the market-data core's place, as far as they are there. */
static u32 take_events(struct capture_save *s, u64 from, u64 upto)
{
	u32 n = 0;
	if (!s->event)
		s->event = malloc(s->tape->slots * sizeof *s->event);
	if (upto - from > s->tape->slots)
		from = upto - s->tape->slots;
	for (; s->event && from < upto; from++)
		n = tape_read(s->tape, from, &s->event[n]) == TAPE_OK ? n + 1 : 0;
	return n;
}

static void wipe(struct capture_save *s)
{
	for (u32 i = 0; i < RECORD_CORES; i++)
		if (s->core[i].memory)
			explicit_bzero(s->core[i].memory, s->core[i].recorder->saved.state.n);
}

u8 *capture_save_write(struct capture_save *s, size_t *n)
{
	struct checkpoint k = { .place = s->place, .n_places = s->n_places };
	bool all = true;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		const struct recorder_saved *saved = &s->core[i].recorder->saved;
		k.core[i] = (struct checkpoint_core){ saved->number, saved->turn, saved->tape };
		if (!s->core[i].memory)
			continue;
		all &= !saved->state.full;
		k.cores |= 1u << i;
		k.state[i] = (struct span){ saved->state.to, saved->state.n };
	}
	if (k.cores & 1u << RECORD_TRADE) {
		k.n_events = take_events(s, k.core[RECORD_TRADE].tape, k.core[RECORD_MD].tape);
		k.event = s->event;
	}
	u8 *payload = all ? checkpoint_write(&k, n) : NULL;
	wipe(s);
	return payload;
}

void capture_save_cost(const struct capture_save *s, u64 *tsc, u64 *bytes)
{
	*tsc = *bytes = 0;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		*tsc = u64_max(*tsc, s->core[i].recorder->saved.took_tsc);
		*bytes += s->core[i].recorder->saved.state.n;
	}
}
