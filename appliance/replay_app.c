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

/* The recorded clock says how far the turns were apart, this machine's how long that is. */
static void pace(void *user, u64 tsc)
{
	struct replay_app *r = user;
	const struct clock *here = &r->app.io.clock;
	if (!r->begun_tsc) {
		r->begun_tsc = tsc;
		r->began_ns = clock_ns(here, tsc_now());
	}
	i64 late_ns = (i64)(clock_ns(&r->app.clock, tsc) - clock_ns(&r->app.clock, r->begun_tsc));
	while (late_ns > 0 && clock_ns(here, tsc_now()) - r->began_ns < (u64)late_ns)
		_mm_pause();
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

static void link_core(struct replay_app *r, enum record_core core, const struct app_rings *rings)
{
	struct replay_core *c = &r->replay.core[core];
	c->recorder = r->app.recorder[core];
	c->records = r->app.records[core];
	c->in[RECORD_CTL] = rings->from_ctl;
	c->in[RECORD_SLOW] = rings->from_slow;
}

static void link_replay(struct replay_app *r, const struct replay_file *f)
{
	struct app *a = &r->app;
	struct replay *p = &r->replay;
	p->file = f;
	p->md = &a->md, p->trade = &a->trade;
	p->md_tape = a->md_links.tape;
	p->kill = a->seg.kill;
	p->journal = a->journal;
	p->after = after;
	p->user = r;
	p->before = r->pace ? pace : NULL;
	link_core(r, RECORD_MD, &a->md_rings);
	link_core(r, RECORD_TRADE, &a->trade_rings);
	a->recorder[RECORD_TRADE]->text = on_text;
	a->recorder[RECORD_TRADE]->text_user = r;
}

/* Times are this machine's, so its clock measures them. */
static err_t link_io(struct app *a, char *error)
{
	u64 *cnt = a->ctl.cnt;
	a->io = (struct io){ .trace = a->trace,
			     .journal = a->journal,
			     .tape = a->md_links.tape,
			     .tape_next = 1,
			     .journal_fd = -1,
			     .lag_negative = &cnt[APP_CNT_lag_negative],
			     .lag_implausible = &cnt[APP_CNT_lag_implausible],
			     .tape_lapped = &cnt[APP_CNT_tape_lapped],
			     .outliers = { .seen = &cnt[APP_CNT_outliers], .tape = a->md_links.tape } };
	for (u32 i = 0; i < IO_HISTS; i++)
		a->io.hist[i] = segment_at(&a->seg, segment_find(&a->seg, io_hist_names[i]));
	err_t e = clock_calibrate(&a->io.clock);
	if (e != ERR_OK)
		snprintf(error, APP_ERROR, "this processor's time-stamp counter is not invariant");
	return e;
}

err_t replay_app_open(struct replay_app *r, const struct replay_file *f, char *error)
{
	static struct boot_record b;
	struct app *a = &r->app;
	a->replay = true;
	a->io.journal_fd = -1;
	err_t e = take_boot(a, f, &b, error);
	if (e != ERR_OK || (e = take_config(a, f, error)) != ERR_OK)
		return e;
	if ((e = app_make_private_segment(a, error)) != ERR_OK ||
	    (e = arena_open(&a->arena, REPLAY_ARENA)) != ERR_OK ||
	    (e = tls_crypto_init(&a->crypto, true)) != ERR_OK || (e = own_market(r, error)) != ERR_OK)
		return e;
	make_port(&a->md_port, &r->replay.core[RECORD_MD].port, &b.port[RECORD_MD]);
	make_port(&a->trade_port, &r->replay.core[RECORD_TRADE].port, &b.port[RECORD_TRADE]);
	if ((e = app_make_cores(a, error)) != ERR_OK || (e = link_io(a, error)) != ERR_OK)
		return e;
	app_restore(a);
	link_replay(r, f);
	if (r->plain_to)
		replay_plain_listen(&r->plain, a, r->plain_to);
	return ERR_OK;
}

void replay_app_close(struct replay_app *r)
{
	if (r->app.trade_up)
		trade_core_close(&r->app.trade);
	if (r->app.md_up)
		md_core_close(&r->app.md);
	if (r->app.seg.base)
		segment_close(&r->app.seg);
	arena_close(&r->app.arena);
}
