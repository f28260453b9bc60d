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

struct past {
	i64 qty[INSTRUMENTS_MAX];
	i64 last_px[INSTRUMENTS_MAX];
	u64 last_trade_id[INSTRUMENTS_MAX];
	u64 fills;
};

static bool map_journal(const struct app *a, u32 boot, void **p, size_t *n)
{
	char path[CONFIG_TEXT + 32];
	struct stat st;
	snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, boot);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0 && st.st_size > 0;
	*n = ok ? (size_t)st.st_size : 0;
	*p = ok ? mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	return *p != MAP_FAILED;
}

static void add_fills(const struct app *a, struct past *p, struct journal_reader *r)
{
	struct journal_record rec;
	while (journal_next(r, &rec)) {
		const struct order_event *e = &rec.event;
		if (rec.type != JOURNAL_ORDER_EVENT || e->kind != ORDER_EV_FILL ||
		    e->instrument >= a->n_instruments)
			continue;
		p->qty[e->instrument] += e->side == SIDE_BUY ? e->fill_qty : -e->fill_qty;
		p->last_px[e->instrument] = e->fill_px;
		p->last_trade_id[e->instrument] =
			u64_max(p->last_trade_id[e->instrument], e->trade_id);
		p->fills++;
	}
}

/* The last boot's open orders: reconciliation asks the venue about each. */
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
		if (recon_add_older(&a->trade.recon, &o) != ERR_OK)
			break;
	}
	if (n)
		log_line("saker", "boot %u left %u orders open: the venue will be asked about each",
			 r->head.boot, n);
}

void app_recover(struct app *a)
{
	struct past p = { 0 };
	for (u32 boot = 1; boot < a->boot; boot++) {
		struct journal_reader r;
		void *bytes;
		size_t n;
		if (!map_journal(a, boot, &bytes, &n))
			continue;
		if (journal_open(&r, bytes, n) == ERR_OK) {
			struct journal_reader again = r;
			add_fills(a, &p, &r);
			if (boot + 1 == a->boot)
				add_open(a, &again);
			if (r.n_bad || r.n_lost)
				log_line(
					"saker",
					"journal of boot %u: %llu damaged and %llu missing records",
					boot, (unsigned long long)r.n_bad,
					(unsigned long long)r.n_lost);
		} else {
			log_line("saker", "journal of boot %u cannot be read: it is left out",
				 boot);
		}
		munmap(bytes, n);
	}
	for (u32 i = 0; i < a->n_instruments; i++) {
		if (p.last_trade_id[i])
			recon_set_last_trade(&a->trade.recon, i, p.last_trade_id[i]);
		if (p.qty[i] &&
		    risk_set_position(a->trade.risk, i, p.qty[i], p.last_px[i]) != ERR_OK)
			log_line("saker", "%s: the position of earlier boots does not fit",
				 a->instrument[i].symbol);
	}
	if (p.fills)
		log_line("saker", "position taken over from %llu fills of earlier boots",
			 (unsigned long long)p.fills);
}
