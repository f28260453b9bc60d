#include "appliance/replay_app.h"

#include <stdio.h>
#include <string.h>

#define REPLAY_ARENA (1536ull << 20) /* address space, as app.c takes */

/* ---- from the capture ---- */

static const char *refusal(err_t e)
{
	switch (e) {
	case ERR_UNSUPPORTED: return "was made by another build, whose structs differ; replay it with that build";
	case ERR_CHECKSUM: return "has changed since it was written";
	default: return "is damaged";
	}
}

static err_t take_boot(struct app *a, const struct replay_file *f, struct boot_record *b, char *error)
{
	err_t e = f->boot_version == BOOT_RECORD_VERSION ? boot_record_read(b, f->boot) : ERR_UNSUPPORTED;
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR, "the boot record %s%s%s", refusal(e), b->build[0] ? ": " : "", b->build);
		return e;
	}
	a->clock = b->clock;
	a->boot = b->boot;
	a->n_instruments = b->n_instruments;
	memcpy(a->instrument, b->instrument, sizeof a->instrument);
	memcpy(a->tcp_secret, b->tcp_secret, sizeof a->tcp_secret);
	a->recovered = b->recovered;
	return ERR_OK;
}

static err_t take_config(struct app *a, const struct replay_file *f, char *error)
{
	char why[CONFIG_ERROR];
	err_t e = config_parse(&a->cfg, "the capture's configuration", (const char *)f->config.p, f->config.n, why);
	if (e != ERR_OK)
		snprintf(error, APP_ERROR, "%s", why);
	return e;
}

static void make_port(struct port *p, struct replay_port *r, const struct boot_port *b)
{
	replay_port_init(r, p); /* its counters are there already */
	p->out.tx_csum = b->tx_csum;
	p->caps = b->caps;
	p->mtu = b->mtu;
	memcpy(p->mac, b->mac, sizeof p->mac);
}

/* The trading core's own tape and images: what it reads is put there turn by turn. */
static err_t own_market(struct replay_app *r, char *error)
{
	struct app *a = &r->app;
	void *tape = arena_alloc(&a->arena, tape_bytes(a->cfg.tape_slots), CACHE_LINE);
	for (u32 i = 0; i < a->n_instruments && tape; i++) {
		void *image = arena_alloc(&a->arena, book_image_bytes(a->cfg.book_depth), CACHE_LINE);
		if (!image)
			tape = NULL;
		else
			r->replay.image[i] = book_image_init(image, a->cfg.book_depth);
		a->trade_links.image[i] = r->replay.image[i];
	}
	if (!tape) {
		snprintf(error, APP_ERROR, "out of memory for the tape");
		return ERR_NO_MEMORY;
	}
	r->replay.trade_tape = tape_init(tape, a->cfg.tape_slots);
	a->trade_links.tape = r->replay.trade_tape;
	return ERR_OK;
}

/* ---- running ---- */

static void on_text(void *user, const u8 *p, u32 n)
{
	struct replay_app *r = user;
	r->n_texts++;
	if (r->plain_to)
		replay_plain_sent(&r->plain, p, n, r->app.trade.now);
	if (r->text)
		r->text(r->user, p, n);
}

static void pace(void *user, u64 tsc)
{
	struct replay_app *r = user;
	r->now_tsc = tsc;
	if (r->pace)
		replay_pace_wait(&r->pacer, &r->app.clock, &r->app.io.clock, tsc);
}

static void empty(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r));)
		ring_release(r, m);
}

/* What the other threads would take: here only times are made of it. */
static void after(void *user, enum record_core core)
{
	struct app *a = &((struct replay_app *)user)->app;
	struct app_rings *rings = core == RECORD_MD ? &a->md_rings : &a->trade_rings;
	io_measure(&a->io);
	empty(rings->to_ctl);
	empty(rings->to_slow);
	empty(a->journal);
}

/* Behind a turn of the md core: everything of the trading core is the stand-in's. */
static void after_market(void *user, enum record_core core)
{
	struct replay_app *r = user;
	(void)core;
	empty(r->app.md_rings.to_ctl);
	empty(r->app.md_rings.to_slow);
	paper_market(r->paper, r->now_tsc);
}

static void link_core(struct replay_app *r, enum record_core core, const struct app_rings *rings)
{
	struct replay_core *c = &r->replay.core[core];
	c->recorder = r->app.recorder[core];
	c->records = r->app.records[core];
	c->in[RECORD_CTL] = rings->from_ctl;
	c->in[RECORD_SLOW] = rings->from_slow;
}

static void link_replay(struct replay_app *r, const struct replay_stretch *s)
{
	struct app *a = &r->app;
	struct replay *p = &r->replay;
	p->stretch = s;
	p->md = &a->md, p->trade = &a->trade;
	p->md_tape = a->md_links.tape;
	p->kill = a->seg.kill;
	p->journal = a->journal;
	p->after = r->paper ? after_market : after;
	p->user = r;
	p->before = pace;
	link_core(r, RECORD_MD, &a->md_rings);
	link_core(r, RECORD_TRADE, &a->trade_rings);
	a->recorder[RECORD_TRADE]->text = on_text;
	a->recorder[RECORD_TRADE]->text_user = r;
}

/* The recorded ports, and the trading core's own market; or a stand-in's. */
static err_t make_surroundings(struct replay_app *r, const struct boot_record *b, char *error)
{
	struct app *a = &r->app;
	make_port(&a->md_port, &r->replay.core[RECORD_MD].port, &b->port[RECORD_MD]);
	if (r->paper)
		return paper_open(r->paper, a, error);
	make_port(&a->trade_port, &r->replay.core[RECORD_TRADE].port, &b->port[RECORD_TRADE]);
	return own_market(r, error);
}

/* Its venue's clock is the one this machine had as the process began. */
static void configure_paper(struct replay_app *r, const struct replay_stretch *s, const struct boot_record *b)
{
	u64 first_tsc = s->core[RECORD_MD].turns[0].t.tsc;
	r->paper->cfg.wall_offset_ns = (i64)(b->wall_ns - clock_ns(&b->clock, first_tsc));
	paper_configure(r->paper, &r->app.cfg);
}

static err_t check_paper(const struct replay_app *r, const struct replay_stretch *s, char *error)
{
	const struct config *t = r->paper ? r->paper->cfg.trading : NULL;
	if (r->paper && s->head.cores) {
		snprintf(error, APP_ERROR, "%s begins at a checkpoint: strategies of another run want a capture from the "
			 "start of the process", s->file);
		return ERR_UNSUPPORTED;
	}
	return t ? paper_check_instruments(t, r->app.instrument, r->app.n_instruments, false, error) : ERR_OK;
}

/* Where the stretch begins with a checkpoint: both cores as that one found them. */
static err_t restore(struct replay_app *r, const struct replay_stretch *s, char *error)
{
	struct state_place here[APP_PLACES_MAX];
	struct app *a = &r->app;
	if (!s->head.cores)
		return ERR_OK;
	err_t e = checkpoint_open(&r->checkpoint, s->checkpoint_version, s->checkpoint);
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR, "%s: the checkpoint behind packet %llu %s", s->file,
			 (unsigned long long)s->packet, refusal(e));
		return e;
	}
	a->io.tape_next = s->head.core[RECORD_MD].tape;
	if (replay_restore(&r->replay, &r->checkpoint, here, app_places(a, here)))
		return ERR_OK;
	a->md_up = a->trade_up = false;
	snprintf(error, APP_ERROR, "%s, behind packet %llu: %s", s->file, (unsigned long long)s->packet,
		 r->replay.why);
	return ERR_UNSUPPORTED;
}

err_t replay_app_open(struct replay_app *r, const struct replay_file *f, const struct replay_stretch *s, char *error)
{
	static struct boot_record b;
	struct app *a = &r->app;
	a->replay = true;
	a->io.journal_fd = -1;
	err_t e = take_boot(a, f, &b, error);
	if (e != ERR_OK || (e = take_config(a, f, error)) != ERR_OK || (e = check_paper(r, s, error)) != ERR_OK)
		return e;
	if (r->paper)
		configure_paper(r, s, &b);
	if ((e = app_make_private_segment(a, error)) != ERR_OK ||
	    (e = arena_open(&a->arena, REPLAY_ARENA)) != ERR_OK ||
	    (e = tls_crypto_init(&a->crypto, true)) != ERR_OK || (e = make_surroundings(r, &b, error)) != ERR_OK)
		return e;
	if ((e = app_make_cores(a, error)) != ERR_OK || (e = replay_measure(a, error)) != ERR_OK)
		return e;
	if (!r->paper)
		app_restore(a);
	link_replay(r, s);
	if ((e = restore(r, s, error)) != ERR_OK)
		return e;
	if (r->plain_to)
		replay_plain_listen(&r->plain, a, r->plain_to);
	return r->paper ? paper_begin(r->paper, error) : ERR_OK;
}

void replay_app_close(struct replay_app *r)
{
	if (r->paper)
		paper_close(r->paper);
	checkpoint_close(&r->checkpoint);
	if (r->app.trade_up)
		trade_core_close(&r->app.trade);
	if (r->app.md_up)
		md_core_close(&r->app.md);
	if (r->app.seg.base)
		segment_close(&r->app.seg);
	arena_close(&r->app.arena);
	arena_close(&r->app.core_arena[RECORD_MD]);
	arena_close(&r->app.core_arena[RECORD_TRADE]);
}
