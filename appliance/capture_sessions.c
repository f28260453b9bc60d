#include "appliance/capture_sessions.h"

#include <string.h>

#include "common/cursor.h"

enum { TLS_HANDSHAKE = 22, CLIENT_HELLO = 1 };

static bool same(const struct tcp_frame_end *a, const struct tcp_frame_end *b)
{
	return !memcmp(a, b, sizeof *a);
}

struct capture_session *capture_sessions_find(struct capture_sessions *c, u32 core, bool sent,
					      const struct tcp_frame *f)
{
	const struct tcp_frame_end *us = sent ? &f->from : &f->to, *them = sent ? &f->to : &f->from;
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++) {
		struct capture_session *s = &c->s[i];
		if (s->nth && s->core == core && same(&s->us, us) && same(&s->them, them))
			return s;
	}
	return NULL;
}

static struct capture_session *oldest(struct capture_sessions *c)
{
	struct capture_session *o = &c->s[0];
	for (u32 i = 1; i < CAPTURE_SESSIONS; i++)
		if (c->s[i].nth < o->nth)
			o = &c->s[i];
	return o;
}

/* RFC 8446 section 4.1.2, within a record of section 5.1; the random lies in the first segment. */
static void look_for_hello(struct capture_session *s, struct span payload)
{
	struct rd r = rd_of(payload.p, payload.n);
	bool hello = rd_u8(&r) == TLS_HANDSHAKE;
	rd_skip(&r, 4);
	hello &= rd_u8(&r) == CLIENT_HELLO;
	rd_skip(&r, 5);
	const u8 *random = rd_bytes(&r, CLIENT_RANDOM);
	if (!hello || !random)
		return;
	memcpy(s->random, random, CLIENT_RANDOM);
	s->has_random = true;
}

struct capture_session *capture_sessions_take(struct capture_sessions *c, u32 core, bool sent,
					      const struct tcp_frame *f)
{
	struct capture_session *s = capture_sessions_find(c, core, sent, f);
	bool begins = sent && (f->flags & (TCP_FRAME_SYN | TCP_FRAME_ACK)) == TCP_FRAME_SYN;
	if (begins && (!s || s->has_random || s->ended)) { /* else the SYN is sent again */
		s = s ? s : oldest(c);
		*s = (struct capture_session){
			.nth = ++c->begun, .core = core, .us = f->from, .them = f->to
		};
	}
	if (!s)
		return NULL;
	if (sent && !s->has_random && f->payload.n)
		look_for_hello(s, f->payload);
	s->ended |= f->flags & (TCP_FRAME_FIN | TCP_FRAME_RST);
	return s;
}
