/*
 * app_recover.c - what earlier boots left: their orders still open, the last trades seen, the
 * position. From their journals, at start.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/app.h"
#include "appliance/log.h"

#define OPEN_MAX RECON_OTHERS_MAX

static bool map_journal(const struct app *a, u32 boot, struct span *bytes)
{
	char path[CONFIG_TEXT + 32];
	struct stat st;
	snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, boot);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0 && st.st_size > 0;
	bytes->n = ok ? (size_t)st.st_size : 0;
	void *p = ok ? mmap(NULL, bytes->n, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	bytes->p = p;
	close(fd);
	return p != MAP_FAILED;
}

static void add_fill(struct app *a, const struct order_event *e)
{
	struct recovered *p = &a->recovered;
	if (e->kind != ORDER_EV_FILL || e->instrument >= a->n_instruments)
		return;
	p->qty[e->instrument] += e->side == SIDE_BUY ? e->fill_qty : -e->fill_qty;
	p->last_px[e->instrument] = e->fill_px;
	p->last_trade_id[e->instrument] = u64_max(p->last_trade_id[e->instrument], e->trade_id);
	p->fills++;
}

/* Its fills. Returns whether it settled with the venue what boots before it left. */
static bool add_past(struct app *a, struct journal_reader *r)
{
	bool reconciled = false;
	struct journal_record rec;
	while (journal_next(r, &rec)) {
		const struct journal_session *s = &rec.session;
		if (rec.type == JOURNAL_ORDER_EVENT)
			add_fill(a, &rec.event);
		else if (rec.type == JOURNAL_SESSION && s->session == 0 && s->what == LINK_READY)
			reconciled = true;
	}
	if (r->n_bad || r->n_lost)
		log_line("saker", "journal of boot %u: %llu damaged and %llu missing records",
			 r->head.boot, (unsigned long long)r->n_bad, (unsigned long long)r->n_lost);
	return reconciled;
}

/* Orders a boot left open: reconciliation asks the venue about each. */
static void add_open(struct app *a, struct journal_reader *r)
{
	static struct journal_open_order open_order[OPEN_MAX];
	u32 n = 0;
	if (journal_open_orders(r, open_order, OPEN_MAX, &n, NULL) != ERR_OK)
		log_line("saker",
			 "journal of boot %u: more orders left open than can be asked about one by "
			 "one; the "
			 "venue's list finds them",
			 r->head.boot);
	for (u32 i = 0; i < n; i++) {
		const struct journal_open_order *j = &open_order[i];
		struct recon_other o = { .instrument = j->req.instrument,
					 .boot = r->head.boot,
					 .order_id = j->order_id,
					 .venue_id = j->venue_id,
					 .px = j->req.px,
					 .qty = j->req.qty,
					 .filled_qty = j->filled_qty,
					 .side = j->req.side,
					 .owner = COID_OLDER,
					 .coid_n = COID_LEN };
		coid_print(o.coid, r->head.boot, j->order_id);
		if (a->recovered.n_open == OPEN_MAX)
			break;
		a->recovered.open[a->recovered.n_open++] = o;
	}
	if (n)
		log_line("saker", "boot %u left %u orders open: the venue will be asked about each",
			 r->head.boot, n);
}

/* ERR_NOT_FOUND, or what makes the bytes no journal. */
static err_t open_journal(const struct app *a, u32 boot, struct span *bytes, struct journal_reader *r)
{
	if (!map_journal(a, boot, bytes))
		return ERR_NOT_FOUND;
	err_t e = journal_open(r, bytes->p, bytes->n);
	if (e != ERR_OK)
		munmap((void *)bytes->p, bytes->n);
	return e;
}

void app_restore(struct app *a)
{
	const struct recovered *p = &a->recovered;
	for (u32 i = 0; i < p->n_open; i++)
		if (recon_add_older(&a->trade.recon, &p->open[i]) != ERR_OK)
			break;
	for (u32 i = 0; i < a->n_instruments; i++) {
		if (p->last_trade_id[i])
			recon_set_last_trade(&a->trade.recon, i, p->last_trade_id[i]);
		if (p->qty[i] &&
		    risk_set_position(a->trade.risk, i, p->qty[i], p->last_px[i]) != ERR_OK)
			log_line("saker", "%s: the position of earlier boots does not fit",
				 a->instrument[i].symbol);
	}
}

void app_recover(struct app *a)
{
	u32 reconciled = 1; /* the last boot that settled with the venue what those before it left */
	struct journal_reader r;
	struct span bytes;
	for (u32 boot = 1; boot < a->boot; boot++) {
		err_t e = open_journal(a, boot, &bytes, &r);
		if (e == ERR_OK) {
			if (add_past(a, &r))
				reconciled = boot;
			munmap((void *)bytes.p, bytes.n);
		} else if (e != ERR_NOT_FOUND) {
			log_line("saker", "journal of boot %u cannot be read: it is left out", boot);
		}
	}
	for (u32 boot = reconciled; boot < a->boot; boot++)
		if (open_journal(a, boot, &bytes, &r) == ERR_OK) {
			add_open(a, &r);
			munmap((void *)bytes.p, bytes.n);
		}
	app_restore(a);
	if (a->recovered.fills)
		log_line("saker", "position taken over from %llu fills of earlier boots",
			 (unsigned long long)a->recovered.fills);
}
