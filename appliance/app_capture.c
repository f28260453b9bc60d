/*
 * app_capture.c - the capture: its rings, and what its files say.
 */
#include <stdio.h>
#include <stdlib.h>

#include "appliance/app.h"

#define COMMAND_RING 16384
#define KEYLOG_RING (64u << 10) /* a handshake leaves 1 KB */

err_t app_make_capture(struct app *a, char *error)
{
	struct capture *c = &a->capture;
	bool may = a->cfg.capture_dir[0];
	c->asked = ring_new(&a->arena, COMMAND_RING);
	c->answers = ring_new(&a->arena, COMMAND_RING);
	c->keys = may ? ring_new(&a->arena, KEYLOG_RING) : NULL;
	if (c->asked && c->answers && (c->keys || !may))
		return ERR_OK;
	snprintf(error, APP_ERROR, "out of memory for the capture's rings");
	return ERR_NO_MEMORY;
}

struct ring *app_keylog(const struct app *a, u32 core)
{
	bool keeps = capture_keeps_keys(a->cfg.capture_secrets, core);
	return a->cfg.capture_dir[0] && keeps ? a->capture.keys : NULL;
}

static err_t make_boot_record(struct app *a)
{
	struct boot_record *b = malloc(sizeof *b);
	a->boot_bytes = malloc(BOOT_RECORD_BYTES);
	if (b && a->boot_bytes) {
		struct wr w = wr_of(a->boot_bytes, BOOT_RECORD_BYTES);
		app_boot_record(a, b);
		boot_record_write(&w, b);
		assert(!w.bad && "room enough, by its own constant");
		a->capture.cfg.boot_record = (struct span){ a->boot_bytes, wr_len(&w) };
	}
	free(b);
	return a->capture.cfg.boot_record.n ? ERR_OK : ERR_NO_MEMORY;
}

#define SAVE_BUFFERED (4u << 20) /* of messages and frames half way, beyond what a core always consists of */

/* Memory to save the cores to, whose secrets may be kept; the trading core is never saved alone. */
static err_t make_save(struct app *a)
{
	static struct state_place places[APP_PLACES_MAX];
	static const size_t own[RECORD_CORES] = { sizeof a->md, sizeof a->trade };
	struct capture_save *s = &a->capture.save;
	s->place = places;
	s->n_places = app_places(a, places);
	s->tape = a->md_links.tape;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		s->core[i] = (struct capture_save_core){ .recorder = a->recorder[i], .from = a->records[i] };
		if (!capture_keeps_keys(a->cfg.capture_secrets, i))
			continue;
		s->core[i].bytes = own[i] + a->core_arena[i].used + SAVE_BUFFERED;
		if (!(s->core[i].memory = capture_save_memory(s->core[i].bytes)))
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

err_t app_open_capture(struct app *a, char *error)
{
	struct capture *c = &a->capture;
	u64 *cnt = a->ctl.cnt;
	c->cfg = (struct capture_cfg){ .dir = a->cfg.capture_dir,
				       .instance = a->cfg.instance,
				       .application = "saker " SAKER_BUILD,
				       .boot = a->boot,
				       .file_mb = a->cfg.capture_file_mb,
				       .file_s = a->cfg.capture_file_s,
				       .keep = a->cfg.capture_keep,
				       .secrets = a->cfg.capture_secrets,
				       .clock = a->clock };
	for (u32 i = 0; i < RECORD_CORES && a->recorder[i]; i++)
		c->core[i] = (struct capture_core){ .from = a->records[i],
						    .recorder = a->recorder[i],
						    .tx_csum = a->recorder[i]->port.out.tx_csum,
						    .clock = a->port_info[i].device };
	c->cell = segment_at(&a->seg, segment_find(&a->seg, "capture"));
	c->errors = &cnt[APP_CNT_capture_errors];
	c->frames = &cnt[APP_CNT_capture_frames];
	c->session[0] = a->md_links.session_status;
	c->session[1] = a->trade_links.session_status[0];
	c->session[2] = a->trade_links.session_status[1];
	c->cfg.config = (struct span){ (const u8 *)a->config_text, a->config_n };
	err_t e = make_boot_record(a);
	if (e == ERR_OK && a->cfg.capture_dir[0])
		e = make_save(a);
	if (e != ERR_OK || (e = capture_init(c)) != ERR_OK) {
		snprintf(error, APP_ERROR, "the capture cannot be made: %s", err_text(e));
		return e;
	}
	a->capture_up = true;
	if (a->cfg.capture_at_start)
		capture_begin(c, clock_ns(&a->clock, tsc_now())); /* a failure is shown, and no reason not to trade */
	return ERR_OK;
}
