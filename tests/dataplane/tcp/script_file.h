/*
 * script_file.h - scripts in files: a conversation of one stack with a peer made by hand, written
 * much as tcpdump prints one. Virtual time.
 *
 *   # remark
 *   set NAME VALUE          before anything else: times in seconds, sizes in bytes, peer_isn N
 *   +SECONDS < FLAGS SEQ:END(LEN) [ack N] [win N] [<OPTION,...>] [bad] [port N]
 *                           this long after the line before, the peer sends a segment, then a
 *                           turn passes (<<: without the turn, more of the burst follows)
 *   +SECONDS > ...          this long after the line before we send exactly this one, give or take
 *                           `tolerance` (1 ms)
 *   +SECONDS VERB ...       connect, listen, write N, full N, hot N, hot! N, close, abort, refuse,
 *                           accept, ev TEXT, state NAME, cnt NAME N, cwnd N: as in script.h
 *
 * FLAGS as tcpdump has them: S, F, R, P, U and "." for ACK; "-" for none. OPTION: mss N, wscale N,
 * sackOK, sack LO:HI LO:HI ..., TS val N ecr N (our clock counts from our SYN, in milliseconds).
 * Numbers are relative to each side's initial one. PSH is checked only where named, a window or mss
 * too; scale and sackOK of a SYN, sack and TS must be exactly as named. What we send and no line
 * expects is an error, at the line that comes next.
 */
#ifndef SAKER_TEST_SCRIPT_FILE_H
#define SAKER_TEST_SCRIPT_FILE_H

#include "tests/dataplane/tcp/script.h"

struct script_file {
	struct script s;
	struct tcp_cfg cfg;
	struct net_cfg net;
	bool open;
	u32 peer_isn;
	ns_t tolerance;
	ns_t at; /* when the line before was meant to happen */
	char whole[240]; /* the line as it is in the file, for messages */
};

static inline void file_time(ns_t *out, double v) { *out = (ns_t)(v * 1e9 + 0.5); }

static inline void file_set(struct script_file *f, char *save)
{
	const char *name = strtok_r(NULL, " ", &save), *value = strtok_r(NULL, " ", &save);
	struct tcp_cfg *c = &f->cfg;
	struct {
		const char *name;
		ns_t *ns;
		u32 *n;
		u8 *u;
	} rows[] = {
		{ .name = "tolerance", .ns = &f->tolerance },
		{ .name = "rto_min", .ns = &c->rto_min_ns },
		{ .name = "ack_delay", .ns = &c->ack_delay_ns },
		{ .name = "user_timeout", .ns = &c->user_timeout_ns },
		{ .name = "time_wait", .ns = &c->time_wait_ns },
		{ .name = "keepalive", .ns = &c->keepalive_ns },
		{ .name = "snd_ring", .n = &c->snd_ring_bytes },
		{ .name = "rcv_wnd", .n = &c->rcv_wnd_bytes },
		{ .name = "peer_isn", .n = &f->peer_isn },
		{ .name = "syn_retries", .u = &c->syn_retries },
		{ .name = "timestamps", .u = (u8 *)&c->timestamps },
		{ .name = "keep_cwnd", .u = (u8 *)&c->keep_cwnd },
	};
	for (size_t i = 0; name && value && !f->open && i < ARRAY_LEN(rows); i++) {
		double v = strtod(value, NULL);
		if (strcmp(rows[i].name, name))
			continue;
		if (rows[i].ns)
			file_time(rows[i].ns, v);
		else if (rows[i].n)
			*rows[i].n = (u32)v;
		else
			*rows[i].u = (u8)v;
		return;
	}
	script_fail(&f->s, "set what, or too late?");
}

static inline void file_flags(const struct script *s, const char *w, struct script_seg *g)
{
	static const char letters[] = "FSRP.U";
	for (; *w && *w != '-'; w++) {
		const char *at = strchr(letters, *w);
		if (!at)
			script_fail(s, "what flag is %c?", *w);
		g->flags |= (u8)(1u << (at - letters));
	}
}

/* What stands between < and >. */
static inline void file_options(const struct script *s, char *text, struct script_seg *g, u32 base)
{
	char *save, *inner;
	for (char *o = strtok_r(text, ",", &save); o; o = strtok_r(NULL, ",", &save)) {
		u32 n, lo, hi;
		if (sscanf(o, "mss %u", &n) == 1) {
			g->mss = (u16)n;
		} else if (sscanf(o, "wscale %u", &n) == 1) {
			g->ws = n;
		} else if (sscanf(o, "TS val %u ecr %u", &g->ts_val, &g->ts_ecr) == 2) {
			g->has_ts = true;
		} else if (!strcmp(o, "sackOK")) {
			g->sack_ok = true;
		} else if (!strncmp(o, "sack ", 5)) {
			for (char *b = strtok_r(o + 5, " ", &inner); b; b = strtok_r(NULL, " ", &inner))
				if (sscanf(b, "%u:%u", &lo, &hi) == 2 && g->n_sack < 4)
					g->sack[g->n_sack++] = (struct range){ base + lo, base + hi };
		} else {
			script_fail(s, "what option is %s?", o);
		}
	}
}

static inline struct script_seg file_segment(struct script *s, bool ours, char *text)
{
	struct script_seg g = { .wnd = ours ? 0 : 65535, .ws = -1, .peer_port = s->peer_port };
	u32 own = ours ? s->iss : s->peer_iss, other = ours ? s->peer_iss : s->iss, n;
	char *options = strchr(text, '<'), *end = options ? strchr(options, '>') : NULL, *save, *w;
	if (end) {
		*options = *end = ' ';
		char copy[160];
		snprintf(copy, sizeof copy, "%.*s", (int)(end - options - 1), options + 1);
		memset(options, ' ', (size_t)(end - options));
		file_options(s, copy, &g, other);
	}
	w = strtok_r(text, " ", &save);
	if (!w)
		script_fail(s, "flags are missing");
	file_flags(s, w, &g);
	i64 lo = 0, hi = 0;
	if (!(w = strtok_r(NULL, " ", &save)) ||
	    sscanf(w, "%lld:%lld(%u)", (long long *)&lo, (long long *)&hi, &g.n) != 3 ||
	    hi - lo != g.n)
		script_fail(s, "first:last(length) is missing or does not add up");
	g.seq = own + (u32)lo;
	while ((w = strtok_r(NULL, " ", &save))) {
		if (!strcmp(w, "bad")) {
			g.bad = true;
			continue;
		}
		n = word_u32(s, &save);
		if (!strcmp(w, "ack"))
			g.ack = other + n;
		else if (!strcmp(w, "win"))
			g.wnd = (u16)n;
		else if (!strcmp(w, "port"))
			g.peer_port = (u16)n;
		else
			script_fail(s, "what is %s?", w);
	}
	return g;
}

/* Time passes until `until`, or until something is sent that nobody has looked at. */
static inline void file_pass(struct script *s, ns_t until, bool stop_when_sent)
{
	while (s->now < until && !(stop_when_sent && s->n_seen < s->n_sent)) {
		ns_t next = u64_min(s->tcp->next_ns, s->net.neigh.next_ns);
		bool soon = s->tcp->pend || next <= s->now;
		ns_t to = soon ? s->now + 100 * NS_PER_US : next;
		script_pass(s, (stop_when_sent ? u64_min(to, until) : until) - s->now);
	}
}

static inline void file_expect(struct script_file *f, char *text)
{
	struct script *s = &f->s;
	file_pass(s, f->at + f->tolerance, true);
	if (s->n_seen == s->n_sent)
		script_fail(s, "nothing was sent");
	const struct script_seg *g = &s->sent[s->n_seen];
	ns_t off = g->at > f->at ? g->at - f->at : f->at - g->at;
	struct script_seg e = file_segment(s, true, text); /* after the SYN: it tells our numbers */
	script_match(s, &e);
	if (off > f->tolerance)
		script_fail(s, "sent %.6f s %s", (double)off / 1e9, g->at > f->at ? "late" : "early");
}

static inline void file_inject(struct script *s, char *text)
{
	bool burst = text[1] == '<';
	struct script_seg g = file_segment(s, false, text + 1 + burst);
	u8 frame[SCRIPT_FRAME_MAX];
	u32 n = script_build(s, &g, frame);
	script_frame(s, frame, n);
	if (!burst)
		tcp_turn(s->tcp, s->now);
}

static inline void file_quiet(struct script *s)
{
	if (s->n_seen < s->n_sent) {
		const struct script_seg *g = &s->sent[s->n_seen];
		script_fail(s, "before it, and not expected: flags 0x%x %u:%u(%u) ack %u", g->flags,
			    g->seq - s->iss, g->seq - s->iss + g->n, g->n, g->ack - s->peer_iss);
	}
}

static inline void file_start(struct script_file *f)
{
	const char *name = f->s.name, *line = f->s.line;
	u32 nr = f->s.nr;
	script_open_over(&f->s, name, &f->cfg, f->net);
	f->s.line = line;
	f->s.nr = nr;
	f->s.peer_iss = f->peer_isn;
	f->at = f->s.now;
	f->open = true;
}

static inline void file_line(struct script_file *f, char *text)
{
	struct script *s = &f->s;
	char *save, *rest;
	snprintf(f->whole, sizeof f->whole, "%s", text);
	s->line = f->whole;
	text[strcspn(text, "#")] = '\0';
	char *w = strtok_r(text, " ", &save);
	if (!w)
		return;
	if (!strcmp(w, "set")) {
		file_set(f, save);
		return;
	}
	if (!f->open)
		file_start(f);
	double after = strtod(w, &rest);
	if (*w != '+' || *rest)
		script_fail(s, "a line begins with +SECONDS or set");
	ns_t span;
	file_time(&span, after);
	f->at += span;
	save += strspn(save, " ");
	if (*save == '>') {
		file_expect(f, save + 1);
		return;
	}
	file_pass(s, f->at, false);
	file_quiet(s);
	if (*save == '<') {
		file_inject(s, save);
		return;
	}
	for (size_t n = strlen(save); n && save[n - 1] == ' '; n--)
		save[n - 1] = '\0';
	s->line = save;
	script_line(s);
	s->line = f->whole;
}

static inline void script_file_play(const char *path, const char *name, struct net_cfg net)
{
	struct script_file f = { .cfg = script_cfg(), .net = net, .tolerance = NS_PER_MS, .peer_isn = 1000000 };
	char text[240];
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	f.s.name = name;
	while (fgets(text, sizeof text, in)) {
		text[strcspn(text, "\n")] = '\0';
		f.s.nr++;
		file_line(&f, text);
	}
	fclose(in);
	f.s.line = "(the end)";
	if (!f.open)
		script_fail(&f.s, "nothing happens");
	file_quiet(&f.s);
	script_close(&f.s);
}

#endif
