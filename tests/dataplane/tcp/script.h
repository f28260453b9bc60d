/*
 * script.h - one stack against a peer made by hand, told in lines; virtual time.
 *
 *   < FLAGS SEQ ACK LEN [opts]   the peer sends a segment, then a turn passes (<<: without the turn)
 *   > FLAGS SEQ ACK LEN [opts]   we have sent this next; "> none": nothing more
 *   + MS                         time passes
 *   connect, listen, write N, hot N, hot! N (there must be no room), full N (the write must not
 *   fit), close, abort
 *   refuse, accept               the device takes nothing; takes again
 *   ev TEXT                      the events since the last ev: open data(N) fin down(ERR);
 *                                data(N!): with wrong bytes
 *   state NAME, cnt NAME N, cwnd N   what tcp_info and a counter say
 *
 * FLAGS is of S F R P A, or "." for none. Numbers are relative: ours to our initial sequence
 * number, the peer's to its own. opts: wnd N, mss N, ws N, sackok, sack LO-HI ..., bad (wrong
 * bytes), port N (of the peer). A segment that is not named an option is not checked for it, but
 * sack is: it must be there exactly when named. Payload bytes are a function of their place.
 */
#ifndef SAKER_TEST_SCRIPT_H
#define SAKER_TEST_SCRIPT_H

#include "tests/dataplane/tcp/script_peer.h"

static inline u32 word_u32(const struct script *s, char **save)
{
	char *w = strtok_r(NULL, " ", save), *end = w;
	i64 v = w ? strtoll(w, &end, 10) : 0;
	if (!w || *end)
		script_fail(s, "a number is missing");
	return (u32)v;
}

static inline void script_parse_opts(struct script *s, struct script_seg *g, u32 sack_base,
				     char **save)
{
	char *w;
	while ((w = strtok_r(NULL, " ", save))) {
		u32 lo, hi;
		if (!strcmp(w, "wnd"))
			g->wnd = (u16)word_u32(s, save);
		else if (!strcmp(w, "mss"))
			g->mss = (u16)word_u32(s, save);
		else if (!strcmp(w, "ws"))
			g->ws = word_u32(s, save);
		else if (!strcmp(w, "port"))
			g->peer_port = (u16)word_u32(s, save);
		else if (!strcmp(w, "sackok"))
			g->sack_ok = true;
		else if (!strcmp(w, "bad"))
			g->bad = true;
		else if (sscanf(w, "%u-%u", &lo, &hi) == 2 && g->n_sack < 4)
			g->sack[g->n_sack++] = (struct range){ sack_base + lo, sack_base + hi };
		else if (strcmp(w, "sack"))
			script_fail(s, "what is %s?", w);
	}
}

static inline struct script_seg script_parse(struct script *s, bool ours, char **save)
{
	static const char letters[] = "FSRPA";
	struct script_seg g = { .wnd = ours ? 0 : 65535, .ws = -1, .peer_port = s->peer_port };
	const char *flags = strtok_r(NULL, " ", save);
	for (; flags && *flags && *flags != '.'; flags++) {
		const char *at = strchr(letters, *flags);
		if (!at)
			script_fail(s, "what flag is %c?", *flags);
		g.flags |= (u8)(1u << (at - letters));
	}
	u32 seq = word_u32(s, save), ack = word_u32(s, save);
	g.n = word_u32(s, save);
	g.seq = seq + (ours ? s->iss : s->peer_iss);
	g.ack = g.flags & TCP_ACK ? ack + (ours ? s->peer_iss : s->iss) : 0;
	script_parse_opts(s, &g, ours ? s->peer_iss : s->iss, save);
	return g;
}

static inline void script_peer_sends(struct script *s, char **save)
{
	struct script_seg g = script_parse(s, false, save);
	u8 f[SCRIPT_FRAME_MAX];
	u32 n = script_build(s, &g, f);
	script_frame(s, f, n);
}

/* The next segment we have sent is this one. */
static inline void script_match(struct script *s, const struct script_seg *e)
{
	const struct script_seg *g = &s->sent[s->n_seen++];
	u8 psh = e->flags & TCP_PSH ? 0 : TCP_PSH; /* only checked where named */
	bool acks = g->flags & TCP_ACK;
	if ((g->flags & ~psh) != e->flags || g->seq != e->seq || (acks && g->ack != e->ack) ||
	    g->n != e->n)
		script_fail(s, "sent: flags 0x%x seq %u ack %u len %u", g->flags, g->seq - s->iss,
			    g->ack - s->peer_iss, g->n);
	if (g->bad)
		script_fail(s, "the bytes are not those of their place");
	u16 mss = e->mss == 1460 && s->v6 ? 1440 : e->mss; /* the MTU allows no more */
	if ((e->wnd && g->wnd != e->wnd) || (mss && g->mss != mss) ||
	    (e->ws >= 0 && g->ws != e->ws) || (e->sack_ok && !g->sack_ok) ||
	    g->peer_port != e->peer_port)
		script_fail(s, "sent: wnd %u mss %u ws %d sackok %d port %u", g->wnd, g->mss,
			    (int)g->ws, g->sack_ok, g->peer_port);
	if (e->flags & TCP_SYN && (g->ws != e->ws || g->sack_ok != e->sack_ok))
		script_fail(s, "sent: ws %d sackok %d", (int)g->ws, g->sack_ok);
	if (g->has_ts != e->has_ts || (e->has_ts && (g->ts_val != e->ts_val || g->ts_ecr != e->ts_ecr)))
		script_fail(s, "sent: timestamps %d val %u ecr %u", g->has_ts, g->ts_val, g->ts_ecr);
	if (g->n_sack != e->n_sack || memcmp(g->sack, e->sack, e->n_sack * sizeof e->sack[0]))
		script_fail(s, "sent %u SACK blocks, the first %u-%u", g->n_sack,
			    g->sack[0].lo - s->peer_iss, g->sack[0].hi - s->peer_iss);
}

static inline void script_expect(struct script *s, char **save)
{
	char *rest = *save;
	if (rest && !strncmp(rest, "none", 4)) {
		if (s->n_seen < s->n_sent)
			script_fail(s, "flags 0x%x seq %u len %u was sent", s->sent[s->n_seen].flags,
				    s->sent[s->n_seen].seq - s->iss, s->sent[s->n_seen].n);
		return;
	}
	struct script_seg e = script_parse(s, true, save);
	if (s->n_seen == s->n_sent)
		script_fail(s, "nothing was sent");
	script_match(s, &e);
}

/*
 * The peer asks for our address, at first and where we have asked for its own: then both know each
 * other.
 */
static inline void script_ask4(struct script *s)
{
	static const u8 all[6] = { [0 ... 5] = 0xff };
	u8 f[64] = { 0 }, *p = f + eth_bytes(&s->net.cfg);
	static const u8 arp[24] = { [1] = 1, [2] = 8, [4] = 6, [5] = 4, [7] = 1, [8] = 2, [13] = 9,
				    [14] = 10, [17] = 9 };
	script_eth(s, f, all, ETH_ARP);
	memcpy(p, arp, sizeof arp);
	put_be32(p + 24, s->net.ip);
	script_frame(s, f, sizeof f);
}

/* Neighbour solicitation (135) for our address, or advertisement (136) of the peer's. */
static inline void script_nd(struct script *s, u8 type)
{
	u8 f[FRAME_MAX] = { 0 }, *ip = f + eth_bytes(&s->net.cfg), *p = ip + 40;
	script_eth(s, f, s->net.cfg.mac, ETH_IPV6);
	script_ip6(s, ip, IP6_ICMP, 32);
	p[0] = type, p[4] = type == 136 ? 0x60 : 0;
	memcpy(p + 8, type == 136 ? script_peer6.b : s->net.cfg.ip6.b, 16);
	p[24] = type == 136 ? 2 : 1, p[25] = 1, p[26] = 2, p[31] = 9;
	put_be16(p + 2, slow_pseudo_csum(ip, IP6_ICMP, 32));
	script_frame(s, f, (u32)(p - f) + 32);
}

static inline void script_arp(struct script *s)
{
	if (!s->asked)
		return;
	if (s->v6)
		script_nd(s, 135), script_nd(s, 136);
	else
		script_ask4(s);
	s->asked = false;
}

static inline void script_pass(struct script *s, ns_t span)
{
	ns_t end = s->now + span;
	while (1) {
		ns_t next = u64_min(s->tcp->next_ns, s->net.neigh.next_ns);
		if (s->tcp->pend || next <= s->now)
			next = s->now + NS_PER_US;
		if (next > end)
			break;
		s->now = next;
		tcp_turn(s->tcp, s->now);
		script_arp(s);
	}
	s->now = end;
	tcp_turn(s->tcp, s->now);
}

static inline void script_write(struct script *s, const char *how, u32 n)
{
	static u8 bytes[1 << 20];
	bool hot = how[0] == 'h', none = how[0] == 'f' || how[3] == '!';
	u8 *room = hot ? tcp_tx_room(s->c, n) : bytes;
	assert(n <= sizeof bytes);
	if (hot && none != !room)
		script_fail(s, none ? "there is room" : "there is no room");
	if (hot && none)
		return;
	for (u32 i = 0; i < n; i++)
		room[i] = script_byte(s->written + i);
	if (hot)
		tcp_tx_fire(s->c, n, s->now);
	else if ((tcp_write(s->c, bytes, n, s->now) == ERR_FULL) != none)
		script_fail(s, "the write did not end as expected");
	s->written += none ? 0 : n;
}

static inline void script_counter(struct script *s, char **save)
{
	const char *name = strtok_r(NULL, " ", save);
	u32 want = word_u32(s, save);
	for (u32 i = 0; i < TCP_CNT_COUNT; i++)
		if (!strcmp(tcp_counter_defs[i].name, name)) {
			if (s->tcp_cnt[i] != want)
				script_fail(s, "is %u", (u32)s->tcp_cnt[i]);
			return;
		}
	script_fail(s, "no such counter");
}

static inline void script_events_are(struct script *s, const char *want)
{
	if (strcmp(s->events, want ? want : ""))
		script_fail(s, "events: %s", s->events);
	s->events[0] = '\0';
}

static inline void script_state_is(struct script *s, const char *want)
{
	struct tcp_info i = { .state = "none" };
	if (s->c)
		tcp_info(s->c, &i);
	if (strcmp(i.state, want))
		script_fail(s, "is %s", i.state);
}

static inline void script_connect(struct script *s)
{
	struct ip_addr dst = s->v6 ? script_peer6 : ip_addr_v4(0x0a000009);
	s->c = tcp_connect(s->tcp, &dst, s->peer_port, &script_events, s, s->now);
	if (!s->c)
		script_fail(s, "no connection");
	tcp_turn(s->tcp, s->now);
}

static inline void script_line(struct script *s)
{
	char text[200], *save;
	snprintf(text, sizeof text, "%s", s->line);
	char *verb = strtok_r(text, " ", &save);
	if (!strcmp(verb, "<<") || !strcmp(verb, "<")) {
		script_peer_sends(s, &save);
		if (!verb[1])
			tcp_turn(s->tcp, s->now);
	} else if (!strcmp(verb, ">")) {
		script_expect(s, &save);
	} else if (!strcmp(verb, "+")) {
		script_pass(s, word_u32(s, &save) * NS_PER_MS);
	} else if (!strcmp(verb, "ev")) {
		script_events_are(s, save);
	} else if (!strcmp(verb, "connect")) {
		script_connect(s);
	} else if (!strcmp(verb, "listen")) {
		s->local_port = SCRIPT_LOCAL_PORT;
		assert_int_equal(tcp_listen(s->tcp, s->local_port, &script_events, s), ERR_OK);
	} else if (!strcmp(verb, "write") || !strcmp(verb, "full") || !strncmp(verb, "hot", 3)) {
		script_write(s, verb, word_u32(s, &save));
	} else if (!strcmp(verb, "close")) {
		tcp_close(s->c, s->now);
		tcp_turn(s->tcp, s->now);
	} else if (!strcmp(verb, "abort")) {
		tcp_abort(s->c, s->now);
		s->c = NULL;
		tcp_turn(s->tcp, s->now);
	} else if (!strcmp(verb, "refuse") || !strcmp(verb, "accept")) {
		s->refuse = verb[0] == 'r';
	} else if (!strcmp(verb, "state")) {
		script_state_is(s, save);
	} else if (!strcmp(verb, "cwnd")) {
		if (s->c->cwnd != word_u32(s, &save))
			script_fail(s, "is %u", s->c->cwnd);
	} else if (!strcmp(verb, "cnt")) {
		script_counter(s, &save);
	} else {
		script_fail(s, "what does it mean?");
	}
}

static inline struct net_cfg script_net(bool v6)
{
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 0, 1 }, .mtu = 1500 };
	if (v6)
		nc.ip6 = script_own6, nc.prefix6_len = 64;
	else
		nc.ip = ip_addr_v4(0x0a000001), nc.prefix_len = 24;
	return nc;
}

static inline void script_open_over(struct script *s, const char *name, const struct tcp_cfg *cfg,
				    struct net_cfg nc)
{
	*s = (struct script){ .out = { script_room, script_push, false }, .name = name };
	s->v6 = ip_addr_is_none(&nc.ip);
	s->now = 5000 * NS_PER_S;
	s->peer_iss = 1000000;
	s->peer_port = SCRIPT_PORT;
	s->sent = calloc(SCRIPT_SENT_MAX, sizeof *s->sent);
	assert_int_equal(arena_open(&s->arena, tcp_arena_bytes(cfg)), ERR_OK);
	assert_int_equal(net_init(&s->net, &nc, &s->out, s->net_cnt), ERR_OK);
	s->tcp = tcp_new(&s->arena, cfg, &s->net, &s->out, s->tcp_cnt);
	assert_non_null(s->tcp);
	s->asked = true;
	script_arp(s);
}

static inline void script_open(struct script *s, const char *name, const struct tcp_cfg *cfg)
{
	script_open_over(s, name, cfg, script_net(false));
}

static inline void script_run(struct script *s, const char *const *lines)
{
	for (s->nr = 1; *lines; lines++, s->nr++) {
		s->line = *lines;
		script_line(s);
	}
}

static inline void script_close(struct script *s)
{
	arena_close(&s->arena);
	free(s->sent);
}

static inline struct tcp_cfg script_cfg(void)
{
	struct tcp_cfg cfg = tcp_cfg_default;
	cfg.max_conns = 4;
	cfg.syn_backlog = 2;
	cfg.snd_ring_bytes = 64 << 10;
	cfg.rcv_wnd_bytes = 256 << 10;
	memset(cfg.secret, 0x42, sizeof cfg.secret);
	return cfg;
}

/* One script from nothing to its last line, with the usual configuration. */
static inline void script_play(const char *name, const char *const *lines)
{
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, name, &cfg);
	script_run(&s, lines);
	script_close(&s);
}

#define SCRIPT(name, ...) script_play(name, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * The usual beginnings: an active open with everything offered; the same without SACK and scaling.
 */
#define OPENED                                                                                     \
	"connect", "> S 0 0 0 mss 1460 ws 3 sackok wnd 65535", "< SA 0 1 0 mss 1460 ws 7 sackok",   \
		"> A 1 1 0", "ev open", "< A 1 1 0 wnd 512"
#define OPENED_PLAIN                                                                               \
	"connect", "> S 0 0 0 mss 1460 ws 3 sackok", "< SA 0 1 0 mss 1460", "> A 1 1 0", "ev open"

#endif
