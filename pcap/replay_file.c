#include "pcap/replay_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/msg.h"
#include "dataplane/nic/port.h"

#define IFS_MAX 16

static const char *const core_names[RECORD_CORES] = { "market-data core", "trading core" };

/* The core's turns end here. */
__attribute__((format(printf, 2, 3))) static void end(struct replay_core_file *c, const char *format, ...)
{
	va_list ap;
	if (c->ended)
		return;
	va_start(ap, format);
	vsnprintf(c->why, sizeof c->why, format, ap);
	va_end(ap);
	c->ended = true;
}

/* ---- growing tables ---- */

static void *grown(void *p, u64 n, u64 *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 1024;
	return realloc(p, *cap * size);
}

static bool add_item(struct replay_core_file *c, const struct replay_item *i)
{
	struct replay_item *p = grown(c->items, c->n_items, &c->item_cap, sizeof *p);
	if (!p)
		return false;
	c->items = p;
	c->items[c->n_items++] = *i;
	return true;
}

static bool add_turn(struct replay_core_file *c, const struct replay_item *i)
{
	struct replay_turn *p = grown(c->turns, c->n_turns, &c->turn_cap, sizeof *p);
	if (!p)
		return false;
	c->turns = p;
	struct replay_turn *t = &p[c->n_turns++];
	*t = (struct replay_turn){ .first = c->first, .n = c->n_items - c->first, .packet = i->packet };
	memcpy(&t->t, i->r.data.p, sizeof t->t);
	c->first = c->n_items;
	return true;
}

/* ---- stretches ---- */

static struct replay_stretch *last(const struct replay_file *f) { return &f->stretch[f->n_stretches - 1]; }

static void free_turns(struct replay_stretch *s)
{
	for (u32 k = 0; k < RECORD_CORES; k++) {
		free(s->core[k].items);
		free(s->core[k].turns);
	}
}

static err_t add_stretch(struct replay_file *f, const struct replay_stretch *s)
{
	struct replay_stretch *p = realloc(f->stretch, (f->n_stretches + 1) * sizeof *p);
	if (!p)
		return ERR_NO_MEMORY;
	f->stretch = p;
	p[f->n_stretches++] = *s;
	return ERR_OK;
}

/* Whether a core that has ended, or not begun, goes on from it. Losses just before it end one, too. */
static bool revives(struct replay_file *f, const struct checkpoint *k)
{
	bool any = false;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		struct replay_core_file *c = &last(f)->core[i];
		if (!(k->cores >> i & 1))
			continue;
		if (c->begun && (c->next_number != k->core[i].number || c->first != c->n_items))
			end(c, "%s: records are missing behind packet %llu", core_names[i],
			    (unsigned long long)f->n_packets);
		any |= c->ended || !c->begun;
	}
	return any;
}

/* One that no turn came before is of no use to anybody. */
static err_t take_checkpoint(struct replay_file *f, const char *name, const struct pcapng_custom *c)
{
	struct replay_stretch s = { .checkpoint = c->data,
				    .checkpoint_version = c->version,
				    .packet = f->n_packets,
				    .file = name };
	err_t e = checkpoint_read(&s.head, c->version, c->data);
	if (e != ERR_OK || !revives(f, &s.head))
		return e;
	if (!last(f)->core[RECORD_MD].begun && !last(f)->core[RECORD_TRADE].begun) {
		free_turns(last(f));
		f->n_stretches--;
	}
	return add_stretch(f, &s);
}

/* ---- one record ---- */

/* Whether the cores take such a message at all: what they never get they need not understand. */
static bool inbox_is_sound(const struct record_item *r)
{
	struct record_inbox m;
	memcpy(&m, r->data.p, sizeof m);
	if (m.inbox == RECORD_CTL)
		return m.type >= MSG_ENTROPY && m.type <= MSG_EPOCH;
	return m.inbox == RECORD_SLOW && m.type >= MSG_SESSION_READY && m.type <= MSG_SEND &&
	       SESSION_TAG_INDEX(m.tag) < (r->core == RECORD_MD ? 1u : 2u);
}

/* Keys and signed logons the configuration did not let the capture keep: the message is there, empty. */
static bool is_withheld(const struct record_item *r)
{
	struct record_inbox m;
	memcpy(&m, r->data.p, sizeof m);
	return !m.n && (m.type == MSG_TLS_KEYS || m.type == MSG_TLS_REFILL || m.type == MSG_SEND);
}

static void check_inbox(struct replay_core_file *c, const struct replay_item *i, const char *core)
{
	if (is_withheld(&i->r))
		end(c, "%s: behind packet %llu a session's keys or logon are not in the capture (capture.secrets: all "
		       "keeps them)",
		    core, (unsigned long long)i->packet);
	else if (!inbox_is_sound(&i->r))
		end(c, "%s: behind packet %llu stands an inbox message of a kind it never gets", core,
		    (unsigned long long)i->packet);
}

/* Where the turns may begin: at the start of the process, or where the stretch's checkpoint was made. */
static bool is_beginning(const struct replay_stretch *s, const struct replay_item *i, u64 turn)
{
	const struct checkpoint_core *k = &s->head.core[i->r.core];
	if (s->head.cores >> i->r.core & 1)
		return i->r.number == k->number && turn == k->turn;
	return !s->head.cores && turn == 0 && i->r.number == 0 && !s->core[i->r.core].n_items;
}

static void start(struct replay_stretch *s, const struct replay_item *i)
{
	struct replay_core_file *c = &s->core[i->r.core];
	struct record_start r;
	memcpy(&r, i->r.data.p, sizeof r);
	bool goes_on = c->begun && i->r.number == c->next_number && c->first == c->n_items;
	if (!c->begun && is_beginning(s, i, r.turn))
		c->begun = true;
	else if (!c->begun)
		end(c, "begun behind packet %llu at turn %llu: the capture does not begin with the start of the process, "
		       "and what the core was made of by then is not in it",
		    (unsigned long long)i->packet, (unsigned long long)r.turn);
	else if (!goes_on)
		end(c, "behind packet %llu recording begins anew at turn %llu: the turns before it are missing",
		    (unsigned long long)i->packet, (unsigned long long)r.turn);
	c->next_number = i->r.number + 1;
	c->first = c->n_items;
}

static void check_number(struct replay_core_file *c, const struct replay_item *i, const char *core)
{
	u64 frames = 0;
	for (u64 k = c->n_items; k > c->first && !c->items[k - 1].r.numbered; k--)
		frames++;
	u64 want = c->next_number + frames;
	if (i->r.number != want)
		end(c, "%s: %lld records are missing before packet %llu%s", core,
		    (long long)(i->r.number - want), (unsigned long long)i->packet + 1,
		    c->n_turns || c->begun ? "" : ": the capture does not begin with the start of the process");
	c->next_number = i->r.number + 1;
}

static u32 frames_of_turn(const struct replay_core_file *c)
{
	u32 n = 0;
	for (u64 k = c->first; k < c->n_items; k++)
		n += c->items[k].r.type == RECORD_RX;
	return n;
}

static void check_turn(struct replay_core_file *c, const struct replay_item *i, const char *core)
{
	struct record_turn t;
	memcpy(&t, i->r.data.p, sizeof t);
	if (frames_of_turn(c) > PORT_BURST_MAX)
		end(c, "%s, turn %llu: more frames than one burst holds", core, (unsigned long long)t.turn);
	if (c->n_turns && t.turn <= c->turns[c->n_turns - 1].t.turn)
		end(c, "%s: turn %llu comes twice or out of order", core, (unsigned long long)t.turn);
	if (t.flags & RECORD_SLOW_FULL)
		end(c, "%s, turn %llu: the ring to the slow thread was full; what follows cannot be run again", core,
		    (unsigned long long)t.turn);
}

static err_t take(struct replay_file *f, const struct replay_item *i)
{
	struct replay_stretch *s = last(f);
	struct replay_core_file *c = &s->core[i->r.core];
	const char *core = core_names[i->r.core];
	if (c->ended)
		return ERR_OK;
	if (i->r.type == RECORD_START) {
		start(s, i);
		return ERR_OK;
	}
	if (i->r.numbered)
		check_number(c, i, core);
	if (i->r.type == RECORD_INBOX)
		check_inbox(c, i, core);
	if (i->r.type == RECORD_TURN)
		check_turn(c, i, core);
	if (c->ended)
		return ERR_OK;
	bool ok = i->r.type == RECORD_TURN ? add_turn(c, i) : add_item(c, i);
	return ok ? ERR_OK : ERR_NO_MEMORY;
}

/* ---- one file ---- */

static void end_both(struct replay_file *f, const char *name, const struct pcapng_reader *r, err_t e)
{
	for (u32 k = 0; k < RECORD_CORES; k++)
		end(&last(f)->core[k], "%s: block %llu at byte %llu, behind packet %llu: %s", name,
		    (unsigned long long)r->number, (unsigned long long)r->offset,
		    (unsigned long long)f->n_packets, err_text(e));
}

static err_t take_block(struct replay_file *f, const char *name, const struct pcapng_reader *r,
			const struct pcapng_block *b)
{
	struct replay_item i = { .packet = f->n_packets };
	if (b->kind == PCAPNG_PACKET)
		i.packet = ++f->n_packets;
	if (b->kind == PCAPNG_CUSTOM && b->custom.own_type == PCAPNG_OWN_CONFIG && !f->config.p)
		f->config = b->custom.data;
	if (b->kind == PCAPNG_CUSTOM && b->custom.own_type == PCAPNG_OWN_BOOT && !f->boot.p) {
		f->boot = b->custom.data;
		f->boot_version = b->custom.version;
	}
	bool checkpoint = b->kind == PCAPNG_CUSTOM && b->custom.own_type == PCAPNG_OWN_CHECKPOINT;
	err_t e = checkpoint ? take_checkpoint(f, name, &b->custom) : record_read(b, &i.r);
	if (e == ERR_NO_MEMORY || (checkpoint && e == ERR_OK))
		return e;
	if (e == ERR_OK)
		return take(f, &i);
	if (e == ERR_NOT_FOUND)
		f->n_foreign += b->kind == PCAPNG_PACKET;
	else
		end_both(f, name, r, e);
	return ERR_OK;
}

err_t replay_file_add(struct replay_file *f, const char *name, struct span bytes)
{
	struct pcapng_if ifs[IFS_MAX];
	struct pcapng_reader r;
	struct pcapng_block b;
	err_t e = f->n_stretches ? ERR_OK : add_stretch(f, &(struct replay_stretch){ .file = name });
	pcapng_read_init(&r, bytes, ifs, IFS_MAX);
	f->n_packets = 0;
	f->n_files++;
	while (e == ERR_OK) {
		err_t got = pcapng_next(&r, &b);
		if (got == ERR_NOT_FOUND)
			return ERR_OK;
		if (got == ERR_OK) {
			e = take_block(f, name, &r, &b);
			continue;
		}
		if (r.number == 1 && r.broken)
			return ERR_UNSUPPORTED;
		end_both(f, name, &r, got);
		if (r.broken)
			return ERR_OK;
	}
	return e;
}

bool replay_file_ours(const struct replay_file *f)
{
	const struct replay_core_file *first = f->stretch[0].core;
	return f->config.p || f->boot.p || first[RECORD_MD].n_items || first[RECORD_TRADE].n_items ||
	       first[RECORD_MD].begun || first[RECORD_TRADE].begun || !f->n_packets;
}

bool replay_stretch_usable(const struct replay_stretch *s, char *why)
{
	bool alone = s->head.cores == 1u << RECORD_MD; /* the trading core's secrets are not kept */
	for (u32 k = 0; k < (alone ? 1 : RECORD_CORES); k++) {
		const struct replay_core_file *c = &s->core[k];
		if (c->begun && c->n_turns)
			continue;
		snprintf(why, REPLAY_TEXT, "%s: %.230s", core_names[k],
			 c->ended ? c->why : "no whole turn from its beginning, or from a checkpoint, on");
		return false;
	}
	return true;
}

bool replay_file_usable(const struct replay_file *f, char *why)
{
	const char *lacks = !f->config.p ? "the configuration" : !f->boot.p ? "the boot record" : NULL;
	if (lacks) {
		snprintf(why, REPLAY_TEXT, "%s is not in the capture: it was not made by saker, or by one too old",
			 lacks);
		return false;
	}
	for (u32 i = f->n_stretches; i--;)
		if (replay_stretch_usable(&f->stretch[i], why))
			return true;
	return false;
}

void replay_file_free(struct replay_file *f)
{
	for (u32 i = 0; i < f->n_stretches; i++)
		free_turns(&f->stretch[i]);
	free(f->stretch);
	memset(f, 0, sizeof *f);
}
