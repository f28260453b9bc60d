#include "appliance/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "appliance/capture_folder.h"
#include "appliance/log.h"
#include "pcap/link.h"

#define BATCH 1024                   /* records of one core a step: the journal has its turn, too */
#define WAIT_NS NS_PER_S             /* for a connection's key log lines */
#define SHOW_NS (100 * NS_PER_MS)    /* between two writings of the row */
#define SAVE_NS NS_PER_S             /* between two checkpoints after losses */
#define WRITE_NS (200 * NS_PER_MS)   /* what is collected goes to the file at least so often */

static bool writing(const struct capture *c)
{
	return c->row.state == CAPTURE_ON || c->row.state == CAPTURE_STOPPING;
}

/* Not on, first frames are for sessions alone whose keys may be kept: the others stay sealed. */
static void want(struct capture *c, bool on)
{
	capture_save_end(&c->save);
	c->save_due = c->rotating = false;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		bool keeps = capture_keeps_keys(c->cfg.secrets, i);
		recorder_want(c->core[i].recorder, on      ? RECORDER_ON
						   : keeps ? RECORDER_OPENING
							   : RECORDER_OFF);
	}
}

static bool cores_obeyed(const struct capture *c)
{
	bool all = true;
	for (u32 i = 0; i < RECORD_CORES; i++)
		all &= recorder_obeyed(c->core[i].recorder);
	return all;
}

static bool rings_empty(const struct capture *c)
{
	bool all = true;
	for (u32 i = 0; i < RECORD_CORES; i++)
		all &= !ring_peek(c->core[i].from);
	return all;
}

/* ---- what others see ---- */

static void show(struct capture *c, u64 now_ns)
{
	c->shown_ns = now_ns;
	c->row.bytes = c->earlier + c->file.bytes;
	row_write(&c->cell->seq, c->cell->w, &c->row, sizeof c->row);
}

/* Who has the answer sees in the row what it says. */
static void answer(struct capture *c, u64 id, err_t e, const char *text)
{
	struct capture_answer a = { .err = e };
	show(c, c->shown_ns);
	snprintf(a.text, sizeof a.text, "%s", text);
	ring_put(c->answers, 0, id, &a, sizeof a); /* full: nobody waits any more */
}

/* ---- files ---- */

static void drop_file(struct capture *c)
{
	capture_file_close(&c->file);
	if (c->dir_fd >= 0)
		close(c->dir_fd);
	c->dir_fd = -1;
}

/* The capture ends itself; trading knows nothing of it. */
static void fail(struct capture *c, const char *what, int error)
{
	want(c, false);
	drop_file(c);
	c->row.state = CAPTURE_FAILED;
	snprintf(c->row.why, sizeof c->row.why, "%s: %s; see to capture.dir, then hostctl capture start", what,
		 error == ENOSPC ? "the disk is full" : strerror(error));
	counter_inc(c->errors);
	log_line("capture", "ended: %s: %s", c->row.file, c->row.why);
	if (c->stop_id)
		answer(c, c->stop_id, ERR_IO, c->row.why);
	c->stop_id = 0;
}

static err_t open_file(struct capture *c, u64 now_ns)
{
	char name[CAPTURE_NAME_MAX];
	capture_name(name, c->cfg.instance, c->cfg.boot, ++c->file_no);
	snprintf(c->row.file, sizeof c->row.file, "%s/%s", c->cfg.dir, name);
	c->dir_fd = capture_folder_open(c->cfg.dir);
	int error = errno;
	if (c->dir_fd >= 0 && capture_file_create(&c->file, c->dir_fd, name, now_ns) != ERR_OK)
		error = c->file.error;
	if (c->file.fd < 0) {
		fail(c, "the file cannot be made", error);
		return ERR_IO;
	}
	c->row.files++;
	capture_write_head(c, now_ns);
	capture_folder_trim(c->dir_fd, c->cfg.instance, c->cfg.keep);
	return ERR_OK;
}

static void close_file(struct capture *c, u64 now_ns)
{
	capture_write_end(c, now_ns);
	capture_file_flush(&c->file);
	c->earlier += c->file.bytes;
	int error = c->file.error;
	drop_file(c);
	c->file.bytes = 0;
	if (error || c->file.error)
		fail(c, "the file cannot be written", error ? error : c->file.error);
}

/* On to the next file. */
static void next_file(struct capture *c, u64 now_ns)
{
	close_file(c, now_ns);
	if (c->row.state == CAPTURE_ON)
		open_file(c, now_ns);
}

static bool is_full(const struct capture *c, u64 now_ns)
{
	bool large = c->file.bytes >= (u64)c->cfg.file_mb << 20;
	return large || (c->cfg.file_s && now_ns - c->file.at_ns >= (u64)c->cfg.file_s * NS_PER_S);
}

/* ---- checkpoints ---- */

static void save(struct capture *c, u64 now_ns)
{
	c->save_due = false;
	c->save_ns = now_ns + SAVE_NS;
	capture_save_begin(&c->save);
}

/* Both cores' rings stand where they were saved: what came before is in the file. */
static void saved(struct capture *c, u64 now_ns)
{
	if (c->rotating)
		next_file(c, now_ns);
	if (c->row.state == CAPTURE_ON)
		capture_write_checkpoint(c);
	c->rotating = false;
	capture_save_end(&c->save);
}

/* A new file begins with a checkpoint, as does what follows a loss. */
static void rotate(struct capture *c, bool obeyed, u64 now_ns)
{
	bool full = is_full(c, now_ns);
	if (c->save.phase != SAVE_NONE) {
		if (capture_save_step(&c->save))
			saved(c, now_ns);
	} else if (full && !capture_save_may(&c->save)) {
		next_file(c, now_ns);
	} else if (obeyed && (full || (c->save_due && now_ns >= c->save_ns))) {
		c->rotating = full;
		save(c, now_ns);
	}
}

/* ---- beginning and ending ---- */

static err_t begin(struct capture *c, u64 now_ns)
{
	struct capture_row r = { .state = CAPTURE_ON,
				 .secrets = c->cfg.secrets,
				 .since_wall_ns = clock_wall_ns() };
	c->row = r;
	c->earlier = 0;
	for (u32 i = 0; i < RECORD_CORES; i++)
		c->core[i].lost = 0;
	err_t e = open_file(c, now_ns);
	if (e == ERR_OK) {
		capture_write_openings(c);
		if (c->complete || !capture_save_may(&c->save))
			want(c, true);
		else
			save(c, now_ns);
	}
	show(c, now_ns);
	return e;
}

static void start(struct capture *c, u64 id, u64 now_ns)
{
	if (c->row.state == CAPTURE_ABSENT)
		answer(c, id, ERR_STATE, "no folder is configured for captures: set capture.dir");
	else if (writing(c))
		answer(c, id, ERR_STATE, "a capture is under way already; hostctl capture status");
	else if (begin(c, now_ns) == ERR_OK)
		answer(c, id, ERR_OK, c->row.file);
	else
		answer(c, id, ERR_IO, c->row.why);
}

static void stop(struct capture *c, u64 id)
{
	if (c->row.state != CAPTURE_ON) {
		answer(c, id, ERR_STATE, "no capture is under way");
		return;
	}
	want(c, false);
	c->row.state = CAPTURE_STOPPING;
	c->stop_id = id;
}

static void stopped(struct capture *c, u64 now_ns)
{
	char text[200];
	close_file(c, now_ns);
	if (c->row.state == CAPTURE_FAILED)
		return;
	c->row.state = CAPTURE_OFF;
	snprintf(text, sizeof text, "ended: %llu frames, %llu lost records, %llu bytes in %llu files",
		 (unsigned long long)c->row.frames, (unsigned long long)c->row.lost,
		 (unsigned long long)c->earlier, (unsigned long long)c->row.files);
	log_line("capture", "%s", text);
	if (c->stop_id)
		answer(c, c->stop_id, ERR_OK, text);
	c->stop_id = 0;
}

/* ---- rings ---- */

/*
 * Until the cores have done what was wanted last and all they left is taken (`settled`): no record of an
 * earlier capture stands at the head of a later one.
 */
static bool waits_to_start(const struct capture *c, bool settled)
{
	bool idle = c->row.state == CAPTURE_OFF || c->row.state == CAPTURE_FAILED;
	return c->row.state == CAPTURE_STOPPING || (idle && !settled);
}

static u32 take_commands(struct capture *c, bool settled, u64 now_ns)
{
	u32 n = 0;
	for (const struct ring_msg *m; (m = ring_peek(c->asked)); n++) {
		u64 id = m->tag;
		u16 type = m->type;
		if (type == CAPTURE_START && waits_to_start(c, settled))
			break;
		ring_release(c->asked, m);
		if (type == CAPTURE_START)
			start(c, id, now_ns);
		else
			stop(c, id);
	}
	return n;
}

/* The ring's bytes are wiped: what decrypts a session lies in one place at a time. */
static u32 take_keys(struct capture *c)
{
	u32 n = 0;
	for (const struct ring_msg *m; c->keys && (m = ring_peek(c->keys)); n++) {
		capture_keys_put(&c->lines, (struct span){ m->data, m->n });
		ring_wipe(c->keys, m);
		ring_release(c->keys, m);
	}
	return n;
}

/*
 * The server's first bytes behind our hello may be encrypted, and readers of captures take
 * secrets only from before the frame they open: it waits for them.
 */
static bool waits(struct capture *c, u32 core, bool sent, const struct tcp_frame *f, u64 now_ns)
{
	struct capture_session *s = capture_sessions_find(&c->sessions, core, sent, f);
	bool opens = !sent && f->payload.n && s && s->has_random && !s->told && !s->ended;
	if (!opens || c->hurry || !capture_keeps_keys(c->cfg.secrets, core))
		return false;
	if (capture_keys_find(&c->lines, s->random).n)
		return false;
	if (!s->wait_until_ns)
		s->wait_until_ns = now_ns + WAIT_NS;
	return now_ns < s->wait_until_ns;
}

static void follow(struct capture *c, u32 core, bool sent, const struct tcp_frame *f)
{
	struct capture_session *s = capture_sessions_take(&c->sessions, core, sent, f);
	if (!s || !s->has_random)
		return;
	struct span lines = capture_keys_find(&c->lines, s->random);
	if (!s->told && lines.n && writing(c)) {
		capture_write_secrets(c, lines);
		s->told = true;
	}
	if (s->ended && !c->hurry)
		capture_keys_drop(&c->lines, s->random);
}

static void keep_opening(struct capture *c, u32 core, bool sent, const struct tcp_frame *f,
			 const struct ring_msg *m)
{
	const struct capture_session *s = capture_sessions_find(&c->sessions, core, sent, f);
	if (!s || !capture_keeps_keys(c->cfg.secrets, core))
		return;
	u32 i = (u32)(s - c->sessions.s);
	if (s->ended)
		capture_opening_drop(&c->opening, i);
	else
		capture_opening_put(&c->opening, i, s->nth, m);
}

/* Frames of a core are missing from here on: what is kept of its connections is all there will be. */
static void hole(struct capture *c, u32 core)
{
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++)
		if (c->sessions.s[i].core == core)
			capture_opening_end(&c->opening, i);
}

/* false: the record has to wait. */
static bool look_at_frame(struct capture *c, u32 core, const struct ring_msg *m, u64 now_ns)
{
	const struct record_frame *r = (const void *)m->data;
	bool sent = m->type == RECORD_TX;
	struct tcp_frame f;
	if (tcp_frame_parse(LINK_ETHERNET, (struct span){ r->data, r->n }, &f) != ERR_OK)
		return true;
	if (waits(c, core, sent, &f, now_ns))
		return false;
	if (m->tag != c->core[core].next)
		hole(c, core);
	follow(c, core, sent, &f);
	keep_opening(c, core, sent, &f, m);
	return true;
}

static void number(struct capture *c, u32 core, const struct ring_msg *m)
{
	struct capture_core *k = &c->core[core];
	u64 lost = m->tag - k->next;
	k->next = m->tag + 1;
	if (lost || m->type == RECORD_PAUSE)
		hole(c, core);
	if (!writing(c))
		return;
	k->lost += lost;
	c->row.lost += lost;
	c->save_due |= lost && capture_save_may(&c->save);
}

static u32 drain(struct capture *c, u32 core, u64 now_ns)
{
	struct capture_core *k = &c->core[core];
	u32 n = 0;
	for (const struct ring_msg *m; n < BATCH && (m = ring_peek(k->from)); n++) {
		if (capture_save_holds(&c->save, core, m))
			break;
		bool frame = m->type == RECORD_RX || m->type == RECORD_TX;
		if (frame && !look_at_frame(c, core, m, now_ns))
			break;
		number(c, core, m);
		if (writing(c) && m->type != RECORD_PAUSE)
			capture_write_record(c, core, m);
		ring_release(k->from, m);
	}
	return n;
}

/* ---- the io thread's side ---- */

err_t capture_init(struct capture *c)
{
	c->dir_fd = -1;
	c->row.state = c->cfg.dir[0] ? CAPTURE_OFF : CAPTURE_ABSENT;
	c->row.secrets = c->cfg.secrets;
	show(c, 0);
	err_t e = capture_file_init(&c->file);
	if (e != ERR_OK || c->row.state == CAPTURE_ABSENT)
		return e;
	want(c, false);
	return capture_opening_init(&c->opening);
}

err_t capture_begin(struct capture *c, u64 now_ns)
{
	c->complete = true;
	err_t e = begin(c, now_ns);
	c->complete = false;
	return e;
}

u32 capture_step(struct capture *c, u64 now_ns)
{
	u32 work = take_keys(c);
	if (c->row.state == CAPTURE_ABSENT)
		return work + take_commands(c, true, now_ns);
	bool obeyed = cores_obeyed(c); /* before the rings: what they hold then is all there is */
	u32 records = 0;
	for (u32 i = 0; i < RECORD_CORES; i++)
		records += drain(c, i, now_ns);
	bool settled = obeyed && rings_empty(c);
	if (writing(c) && now_ns - c->written_ns >= WRITE_NS) {
		c->written_ns = now_ns;
		capture_file_flush(&c->file);
	}
	if (writing(c) && c->file.error)
		fail(c, "the file cannot be written", c->file.error);
	if (c->row.state == CAPTURE_STOPPING && settled)
		stopped(c, now_ns);
	else if (c->row.state == CAPTURE_ON)
		rotate(c, obeyed, now_ns);
	work += take_commands(c, settled, now_ns);
	if (work || now_ns - c->shown_ns >= SHOW_NS)
		show(c, now_ns);
	return work + records;
}

void capture_close(struct capture *c, u64 now_ns)
{
	c->hurry = true;
	while (capture_step(c, now_ns))
		;
	if (writing(c))
		stopped(c, now_ns);
	drop_file(c);
	show(c, now_ns);
	capture_keys_wipe(&c->lines);
	capture_opening_free(&c->opening);
	capture_save_close(&c->save);
	capture_file_free(&c->file);
}
