#include "appliance/replay_plain.h"

static void put_line(const struct replay_listener *l, char way, struct span text, ns_t now)
{
	flockfile(l->to); /* the other core's thread may write as well */
	fprintf(l->to, "%llu.%09llu %s %c ", (unsigned long long)(now / NS_PER_S),
		(unsigned long long)(now % NS_PER_S), l->name, way);
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '\n': fputs("\\n", l->to); break;
		case '\r': fputs("\\r", l->to); break;
		case '\\': fputs("\\\\", l->to); break;
		default: putc(text.p[i], l->to);
		}
	putc('\n', l->to);
	funlockfile(l->to);
}

static void on_up(void *ctx, struct session *s, ns_t now)
{
	struct replay_listener *l = ctx;
	l->user->up(l->ctx, s, now);
}

static void on_down(void *ctx, struct session *s, err_t why, ns_t now)
{
	struct replay_listener *l = ctx;
	l->user->down(l->ctx, s, why, now);
}

static void on_text(void *ctx, struct session *s, const u8 *p, u32 n, ns_t now)
{
	struct replay_listener *l = ctx;
	put_line(l, '<', (struct span){ p, n }, now);
	l->user->text(l->ctx, s, p, n, now);
}

static const struct session_user listener_events = { .up = on_up, .text = on_text, .down = on_down };

static void listen_to(struct replay_listener *l, struct session *s, const char *name, FILE *to)
{
	*l = (struct replay_listener){ .user = s->user, .ctx = s->ctx, .name = name, .to = to };
	session_set_user(s, &listener_events, l);
}

void replay_plain_listen(struct replay_plain *p, struct app *a, FILE *to)
{
	listen_to(&p->at[0], &a->md.session, "md", to);
	listen_to(&p->at[1], &a->trade.session[0], "order", to);
	listen_to(&p->at[2], &a->trade.session[1], "standby", to);
}

void replay_plain_sent(struct replay_plain *p, const u8 *text, u32 n, ns_t now)
{
	put_line(&p->at[1], '>', (struct span){ text, n }, now);
}
