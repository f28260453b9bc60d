/*
 * capture_write.c - the blocks of a capture file: its head, secrets, records, its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "appliance/boot_record.h"
#include "appliance/capture.h"
#include "common/msg.h"
#include "pcap/checkpoint.h"
#include "pcap/record_file.h"

#define COMMENT_MAX 1024
#define BLOCK_EXTRA 256 /* by so much at most a block is longer than the bytes it carries */
#define CONFIG_VERSION 1

/* ---- head ---- */

static const char *secrets_text(u32 policy)
{
	static const char *const texts[] = {
		[CAPTURE_SECRETS_NONE] = "secrets: none; no session can be decrypted, and inbox messages "
					 "that carry keys are left out: the file cannot be replayed",
		[CAPTURE_SECRETS_MARKET] = "secrets: market data alone; order sessions cannot be "
					   "decrypted, and their inbox messages that carry keys are "
					   "left out: the trading core cannot be replayed",
		[CAPTURE_SECRETS_ALL] = "secrets: all; this file decrypts every session, logons included",
	};
	return texts[policy];
}

/* Sessions that began before the capture. */
static int add_open(const struct capture *c, char *out, size_t room)
{
	static const char *const names[CAPTURE_SAYS] = { "md", "order", "standby" };
	size_t n = (size_t)snprintf(out, room, "sessions already open:");
	u32 open = 0;
	for (u32 i = 0; i < CAPTURE_SAYS; i++) {
		u64 state = c->session[i] ? counter_get(&c->session[i]->state) : SESSION_IDLE;
		if (state >= SESSION_CONNECTING && state <= SESSION_CLOSING && n < room)
			open++, n += (size_t)snprintf(out + n, room - n, " %s", names[i]);
	}
	return (int)n + snprintf(out + n, n < room ? room - n : 0, "%s\n", open ? "" : " none");
}

/* And what can be decrypted of them. */
static void add_openings(const struct capture *c, char *out, size_t room)
{
	u32 n = 0, whole = 0;
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++) {
		n += c->opening.of[i].frames > 0;
		whole += c->opening.of[i].frames > 0 && !c->opening.of[i].ended;
	}
	snprintf(out, room,
		 "connections whose first frames and secrets stand at the head of this file: %u, of %u no frame is "
		 "missing since; each is decrypted up to its first missing frame, the others not at all",
		 n, whole);
}

/* From its beginning, where a checkpoint stands there. */
static const char *replayed(const struct capture *c)
{
	return capture_save_may(&c->save) ? "It begins with a checkpoint, from which it is replayed"
					  : "It cannot be replayed from its beginning: it keeps no secrets, and no checkpoint";
}

static void comment(const struct capture *c, char out[COMMENT_MAX])
{
	int n = snprintf(out, COMMENT_MAX, "instance %s, boot %u, file %u of the capture\n%s\n",
			 c->cfg.instance, c->cfg.boot, (u32)c->row.files, secrets_text(c->cfg.secrets));
	if (c->row.files > 1) {
		snprintf(out + n, COMMENT_MAX - (size_t)n,
			 "goes on from the file before it; sessions that began there are decrypted only together "
			 "with it. %s", replayed(c));
	} else if (c->complete) {
		snprintf(out + n, COMMENT_MAX - (size_t)n, "begins with the process");
	} else {
		n += snprintf(out + n, COMMENT_MAX - (size_t)n,
			      "begun while the process ran. %s\n", replayed(c));
		n += add_open(c, out + n, COMMENT_MAX - (size_t)n);
		add_openings(c, out + n, COMMENT_MAX - (size_t)n);
	}
}

static void write_section(struct capture *c)
{
	char text[COMMENT_MAX], os[300] = "";
	struct utsname u;
	if (!uname(&u))
		snprintf(os, sizeof os, "%s %s %s", u.sysname, u.release, u.machine);
	comment(c, text);
	struct pcapng_section s = { .os = pcapng_text(os),
				    .application = pcapng_text(c->cfg.application),
				    .comment = pcapng_text(text) };
	struct wr w = capture_file_begin(&c->file, sizeof text + sizeof os + BLOCK_EXTRA);
	pcapng_write_section(&w, &s);
	capture_file_end(&c->file, &w);
}

static void write_interfaces(struct capture *c)
{
	struct wr w = capture_file_begin(&c->file, CAPTURE_IFS * BLOCK_EXTRA);
	record_write_ifs(&w);
	capture_file_end(&c->file, &w);
}

static void write_own(struct capture *c, enum pcapng_own_type type, u16 version, struct span payload)
{
	struct wr w = capture_file_begin(&c->file, payload.n + BLOCK_EXTRA);
	pcapng_write_own(&w, type, version, payload);
	capture_file_end(&c->file, &w);
}

void capture_write_secrets(struct capture *c, struct span lines)
{
	struct pcapng_secrets s = { .type = PCAPNG_SECRETS_TLS, .data = lines };
	struct wr w = capture_file_begin(&c->file, lines.n + BLOCK_EXTRA);
	pcapng_write_secrets(&w, &s);
	capture_file_end(&c->file, &w);
}

/* Of every connection that is open, so that a file needs no other for its secrets. */
static void write_known_secrets(struct capture *c)
{
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++)
		c->sessions.s[i].told = false;
	for (u32 i = 0; i < CAPTURE_KEYS; i++) {
		const struct capture_key *k = &c->lines.key[i];
		if (k->nth)
			capture_write_secrets(c, (struct span){ (const u8 *)k->lines, k->n });
	}
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++) {
		struct capture_session *s = &c->sessions.s[i];
		s->told = s->has_random && capture_keys_find(&c->lines, s->random).n;
	}
}

void capture_write_head(struct capture *c, u64 now_ns)
{
	c->wall_ns = clock_wall_ns() - now_ns;
	memset(c->ifs, 0, sizeof c->ifs);
	write_section(c);
	write_interfaces(c);
	write_own(c, PCAPNG_OWN_CONFIG, CONFIG_VERSION, c->cfg.config);
	if (c->cfg.boot_record.n)
		write_own(c, PCAPNG_OWN_BOOT, BOOT_RECORD_VERSION, c->cfg.boot_record);
	write_known_secrets(c);
}

/* ---- records ---- */

/* Messages that hold keys or a signed logon, of a core whose secrets are not to be kept. */
static bool withheld(const struct capture *c, u32 core, const struct ring_msg *m)
{
	const struct record_inbox *r = (const void *)m->data;
	bool secret = m->type == RECORD_INBOX &&
		      (r->type == MSG_TLS_KEYS || r->type == MSG_TLS_REFILL || r->type == MSG_SEND);
	return secret && !capture_keeps_keys(c->cfg.secrets, core);
}

/* It stays visible that there was such a message: of what type, when, for which session. */
static void write_withheld(struct capture *c, u32 core, const struct ring_msg *m)
{
	_Alignas(struct ring_msg) u8 b[sizeof(struct ring_msg) + sizeof(struct record_inbox)];
	struct ring_msg *empty = (void *)b;
	struct record_inbox *r = (void *)empty->data;
	memcpy(b, m, sizeof b);
	empty->n = sizeof *r;
	r->n = 0;
	struct wr w = capture_file_begin(&c->file, sizeof b + RECORD_FILE_EXTRA);
	record_write(&w, core, empty, &(struct record_stamp){ 0 });
	capture_file_end(&c->file, &w);
}

static void count_frame(struct capture *c, u32 core, bool sent)
{
	u32 i = record_if(core, sent);
	c->ifs[i].frames++;
	c->ifs[i].lost += c->core[core].lost;
	c->core[core].lost = 0;
	c->row.frames++;
	counter_inc(c->frames);
}

void capture_write_record(struct capture *c, u32 core, const struct ring_msg *m)
{
	struct record_stamp at = { .dropped = c->core[core].lost, .tx_csum = c->core[core].tx_csum,
				   .clock = c->core[core].clock };
	bool frame = m->type == RECORD_RX || m->type == RECORD_TX;
	c->row.records++;
	if (withheld(c, core, m)) {
		write_withheld(c, core, m);
		return;
	}
	if (frame)
		at.at_ns = clock_ns(&c->cfg.clock, ((const struct record_frame *)(const void *)m->data)->tsc) +
			   c->wall_ns;
	struct wr w = capture_file_begin(&c->file, m->n + RECORD_FILE_EXTRA);
	record_write(&w, core, m, &at);
	capture_file_end(&c->file, &w);
	if (frame)
		count_frame(c, core, m->type == RECORD_TX);
}

void capture_write_openings(struct capture *c)
{
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++) {
		u32 at = 0;
		for (const struct ring_msg *m; (m = capture_opening_next(&c->opening, i, &at));)
			capture_write_record(c, c->sessions.s[i].core, m);
	}
}

/* ---- checkpoints ---- */

void capture_write_checkpoint(struct capture *c)
{
	u64 tsc, bytes;
	size_t n;
	u8 *payload = capture_save_write(&c->save, &n);
	capture_save_cost(&c->save, &tsc, &bytes);
	c->row.still_ns = u64_max(c->row.still_ns, clock_ns(&c->cfg.clock, tsc) - clock_ns(&c->cfg.clock, 0));
	c->row.checkpoint_bytes = bytes;
	c->save_due |= !payload;
	if (!payload)
		return;
	assert(n < CAPTURE_BLOCK_MAX / 2 && "what a core consists of is a few megabytes");
	c->row.checkpoints++;
	write_own(c, PCAPNG_OWN_CHECKPOINT, CHECKPOINT_VERSION, (struct span){ payload, n });
	explicit_bzero(payload, n);
	free(payload);
}

/* ---- end ---- */

/* Which interface a loss belonged to nobody knows: it is put where the next frame would have been. */
void capture_write_end(struct capture *c, u64 now_ns)
{
	struct wr w = capture_file_begin(&c->file, CAPTURE_IFS * BLOCK_EXTRA);
	for (u32 i = 0; i < CAPTURE_IFS; i++) {
		u64 lost = c->ifs[i].lost + (i % 2 ? 0 : c->core[i / 2].lost);
		struct pcapng_stats s = { .if_id = i,
					  .at_ns = now_ns + c->wall_ns,
					  .received = c->ifs[i].frames + lost,
					  .dropped = lost };
		pcapng_write_stats(&w, &s);
	}
	capture_file_end(&c->file, &w);
}
