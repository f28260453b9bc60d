#include "dataplane/session.h"

#include <string.h>

#include "dataplane/recorder.h"
#include "dataplane/session_internal.h"

const struct counter_def session_counter_defs[SESSION_CNT_COUNT] = {
#define CNT(name_, help_) { .name = #name_, .help = help_ },
#include "dataplane/session_cnt.def"
#undef CNT
};

const char *session_state_name(u32 state)
{
	static const char *const names[SESSION_STATES] = { "IDLE",      "PREPARING", "CONNECTING",
							   "HANDSHAKE", "UPGRADING", "OPEN",
							   "CLOSING",   "WAITING" };
	return state < SESSION_STATES ? names[state] : "?";
}

err_t session_init(struct session *s, struct arena *a, const struct tls_crypto *crypto,
		   const struct session_cfg *cfg, const struct session_env *env,
		   const struct session_words *cnt)
{
	*s = (struct session){ .cfg = *cfg, .env = *env, .cnt = *cnt };
	assert(cfg->message_own <= cfg->message_max && cfg->index < env->set->due.max);
	env->set->at[cfg->index] = s;
	s->deadline_ns = DEADLINE_NEVER;
	/* a message, and the records it begins and ends in */
	s->plain_cap = cfg->message_own + WS_HEAD_MAX + 2 * TLS_INNER_MAX;
	s->plain = arena_alloc(a, s->plain_cap, CACHE_LINE);
	s->scratch = arena_alloc(a, TLS_PLAIN_MAX + TLS_OVERHEAD_MAX, CACHE_LINE);
	if (!s->plain || !s->scratch)
		return ERR_NO_MEMORY;
	struct tls_cb cb;
	session_tls_callbacks(s, &cb);
	err_t e = tls_init(&s->tls, a, crypto, &cb, cnt->tls);
	if (e == ERR_OK)
		e = ws_init(&s->ws, a, WS_CLIENT, cfg->message_own, cnt->ws);
	if (e == ERR_OK && cfg->message_max > cfg->message_own)
		ws_share(&s->ws, &env->set->large, cfg->message_max);
	return e;
}

void session_set_user(struct session *s, const struct session_user *user, void *ctx)
{
	s->user = user;
	s->ctx = ctx;
}

void session_fini(struct session *s) { tls_fini(&s->tls); }

void session_save(const struct session *s, struct state *to)
{
	if (s->ws.large)
		state_put_plain(to, s->ws.large, s->ws.join_n);
	state_put(to, s->cnt.session, sizeof(u64) * SESSION_CNT_COUNT); /* a full ring shows by them alone */
}

err_t session_reopen(struct session *s, const struct tls_crypto *crypto) { return tls_reopen(&s->tls, crypto); }

static void set_why(struct session *s, const char *text)
{
	size_t n = u64_min(strlen(text), sizeof s->why - 1);
	memcpy(s->why, text, n);
	s->why[n] = 0;
}

static void tell_ctl(struct session *s, err_t why)
{
	struct msg_session_state m = { .state = s->state, .err = why };
	memcpy(m.why, s->why, sizeof m.why);
	if (s->env.to_ctl)
		/* lost when full: status shows the state */
		ring_put(s->env.to_ctl, MSG_SESSION_STATE, session_tag(s), &m, sizeof m);
}

void session_due(struct session *s, ns_t at)
{
	s->deadline_ns = at;
	if (at != DEADLINE_NEVER)
		due_by(&s->env.set->due, s->cfg.index, at);
}

void session_enter(struct session *s, u32 state, ns_t deadline_ns)
{
	s->state = (u8)state;
	session_due(s, deadline_ns);
	tell_ctl(s, s->fail_why);
}

static void reset_streams(struct session *s)
{
	tls_reset(&s->tls);
	ws_reset(&s->ws);
	s->plain_at = s->plain_n = s->early_n = 0;
	s->fail_due = s->pinged = s->pong_due = false;
	s->http.retry_after_s = 0; /* it was said of the earlier attempt */
}

static void attempt(struct session *s, ns_t now)
{
	reset_streams(s);
	s->attempt++;
	s->fail_why = ERR_OK;
	counter_inc(&s->cnt.session[SESSION_CNT_attempts]);
	recorder_opening(s->env.rec);
	session_enter(s, SESSION_PREPARING, now + s->cfg.step_timeout_ns);
	session_to_slow(s, MSG_SESSION_PREPARE, NULL, 0);
	session_settle(s, now);
}

void session_open(struct session *s, ns_t now)
{
	s->wanted = true;
	s->failures = 0;
	if (s->state == SESSION_IDLE || s->state == SESSION_WAITING)
		attempt(s, now);
}

/*
 * What the venue asked for (Retry-After) is never cut short: too early makes the ban longer. A
 * session that worked and is lost is opened again at once, unless the venue threw us out.
 */
static ns_t retry_wait(struct session *s)
{
	bool lost = s->fail_why != ERR_AUTH && s->fail_why != ERR_LIMIT && s->fail_why != ERR_REFUSED;
	if (s->told_up && !s->failures && lost)
		return 0;
	u32 doublings = u32_min(s->failures, 16);
	ns_t wait = u64_min(s->cfg.retry_min_ns << doublings, s->cfg.retry_max_ns);
	wait = wait - wait / 4 + rng_below(s->env.rng, wait / 2 + 1);
	return u64_max(wait, s->http.retry_after_s * NS_PER_S);
}

static void tell_down(struct session *s, err_t why, ns_t now)
{
	if (!s->told_up)
		return;
	s->told_up = false;
	s->user->down(s->ctx, s, why, now);
}

/*
 * The connection is no more: says so, and decides what comes next. Only an opening that lasted ends
 * a row of failures: who is thrown out at each logon has to wait longer and longer.
 */
static void gone(struct session *s, err_t why, ns_t now)
{
	s->conn = NULL;
	s->fail_due = false;
	s->fail_why = why;
	ring_put(s->env.to_slow, MSG_SESSION_GONE, session_tag(s), NULL, 0);
	tls_reset(&s->tls); /* wipes the keys */
	ws_reset(&s->ws);   /* gives a large buffer back */
	if (s->told_up && now - s->since_ns >= s->cfg.retry_max_ns)
		s->failures = 0;
	if (s->wanted) {
		counter_inc(&s->cnt.session[SESSION_CNT_failed]);
		session_enter(s, SESSION_WAITING, now + retry_wait(s));
		s->failures++;
	} else {
		session_enter(s, SESSION_IDLE, DEADLINE_NEVER);
	}
	tell_down(s, why, now);
}

static void ignore(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }

static void ignore_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	(void)user, (void)c, (void)p, (void)n, (void)now;
}

static void ignore_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)user, (void)c, (void)why, (void)now;
}

/* Closes in good order; what TCP still has to do it does without us. */
static void leave(struct session *s, ns_t now)
{
	static const struct tcp_events nobody = {
		.open = ignore, .data = ignore_data, .fin = ignore, .down = ignore_down
	};
	session_write_control(s, now); /* close_notify */
	tcp_set_user(s->conn, &nobody, NULL);
	tcp_close(s->conn, now);
}

void session_drop(struct session *s, err_t why, const char *text, ns_t now)
{
	if (text)
		set_why(s, text);
	if (s->conn && why == ERR_CLOSED)
		leave(s, now);
	else if (s->conn)
		tcp_abort(s->conn, now);
	gone(s, why, now);
}

void session_doom(struct session *s, err_t why, const char *text)
{
	if (s->fail_due)
		return; /* the first reason is the one that explains */
	s->fail_due = true;
	s->fail_why = why;
	set_why(s, text);
}

void session_settle(struct session *s, ns_t now)
{
	if (s->fail_due)
		session_drop(s, s->fail_why, NULL, now);
}

void session_fail(struct session *s, err_t why, const char *text, ns_t now)
{
	if (s->state != SESSION_IDLE && s->state != SESSION_WAITING)
		session_drop(s, why, text, now);
}

void session_close(struct session *s, ns_t now)
{
	s->wanted = false;
	if (s->state == SESSION_OPEN && session_write_close(s, WS_NORMAL, now) == ERR_OK) {
		session_enter(s, SESSION_CLOSING, now + s->cfg.step_timeout_ns);
	} else if (s->state == SESSION_WAITING) {
		session_enter(s, SESSION_IDLE, DEADLINE_NEVER);
	} else if (s->state != SESSION_IDLE && s->state != SESSION_CLOSING) {
		session_drop(s, ERR_CLOSED, "closed by command", now);
	}
}

void session_to_slow(struct session *s, u16 type, const void *p, u32 n)
{
	if (ring_put(s->env.to_slow, type, session_tag(s), p, n))
		return;
	counter_inc(&s->cnt.session[SESSION_CNT_slow_ring_full]);
	session_doom(s, ERR_FULL, "the ring to the slow thread is full");
}

void session_opened(struct session *s, ns_t now)
{
	counter_inc(&s->cnt.session[SESSION_CNT_opened]);
	s->why[0] = 0;
	s->since_ns = s->rx_ns = now;
	s->told_up = true;
	session_enter(s, SESSION_OPEN, now + s->cfg.idle_ns);
	s->user->up(s->ctx, s, now);
}

err_t session_adopt(struct session *s, const struct tcp_adopt *how, const struct tls_keys *keys, ns_t now)
{
	assert(s->state == SESSION_IDLE);
	reset_streams(s);
	s->wanted = true;
	s->attempt++;
	s->conn = tcp_adopt(s->env.tcp, how, &session_tcp_events, s, now);
	err_t e = s->conn ? tls_set_keys(&s->tls, keys, now) : ERR_FULL;
	if (e == ERR_OK)
		session_opened(s, now);
	return e;
}

static void on_idle(struct session *s, ns_t now)
{
	ns_t silent_ns = now - s->rx_ns;
	if (s->pinged && s->rx_ns >= s->deadline_ns - s->cfg.idle_ns)
		s->pinged = false; /* heard since, however late this turn comes */
	if (tls_tx_limit_near(tls_tx(&s->tls)) && tls_update_keys(&s->tls) == ERR_OK)
		session_write_control(s, now);
	if (silent_ns < s->cfg.idle_ns) {
		s->pinged = false;
		session_due(s, s->rx_ns + s->cfg.idle_ns);
	} else if (!s->pinged && session_write_ping(s, now) == ERR_OK) {
		s->pinged = true;
		session_due(s, now + s->cfg.idle_ns);
	} else {
		counter_inc(&s->cnt.session[SESSION_CNT_timeouts]);
		session_drop(s, ERR_TIMEOUT, "the peer has fallen silent", now);
	}
}

void session_on_deadline(struct session *s, ns_t now)
{
	static const char *const late[SESSION_STATES] = {
		[SESSION_PREPARING] = "name resolution or handshake start took too long",
		[SESSION_CONNECTING] = "no TCP connection in time",
		[SESSION_HANDSHAKE] = "no TLS session in time",
		[SESSION_UPGRADING] = "no answer to the WebSocket upgrade in time",
		[SESSION_CLOSING] = "the peer did not close in time",
	};
	if (s->state == SESSION_OPEN) {
		on_idle(s, now);
	} else if (s->state == SESSION_WAITING) {
		attempt(s, now);
	} else {
		counter_inc(&s->cnt.session[SESSION_CNT_timeouts]);
		session_drop(s, ERR_TIMEOUT, late[s->state], now);
	}
}

void session_show(const struct session *s, struct session_status *to)
{
	struct tcp_info info = { 0 };
	if (s->conn)
		tcp_info(s->conn, &info);
	counter_set(&to->state, s->state);
	counter_set(&to->attempts, s->attempt);
	counter_set(&to->since_ns, s->since_ns);
	counter_set(&to->rx_ns, s->rx_ns);
	counter_set(&to->srtt_ns, info.srtt_ns);
	counter_set(&to->retransmits, info.retransmits);
}

/* ---- messages of the slow thread ---- */

static void on_ready(struct session *s, const struct ring_msg *m, ns_t now)
{
	const struct msg_ready *r = (const void *)m->data;
	if (s->state != SESSION_PREPARING || m->n < sizeof *r || r->request_n > sizeof s->request ||
	    m->n - sizeof *r < r->request_n) {
		session_doom(s, ERR_INTERNAL, "the slow thread's preparation makes no sense");
		return;
	}
	s->ready = *r;
	memcpy(s->request, r->request, r->request_n);
	ws_http_init(&s->http, r->accept);
	struct ip_addr ip;
	memcpy(ip.b, r->ip, sizeof ip.b);
	recorder_opening(s->env.rec); /* anew: resolving may have taken long */
	s->conn = tcp_connect(s->env.tcp, &ip, r->port, &session_tcp_events, s, now);
	if (s->conn)
		session_enter(s, SESSION_CONNECTING, now + s->cfg.step_timeout_ns);
	else
		session_doom(s, ERR_FULL, "no free TCP connection or port");
}

static void on_tls_send(struct session *s, const struct ring_msg *m, ns_t now)
{
	if (s->state == SESSION_HANDSHAKE) {
		if (tcp_write(s->conn, m->data, m->n, now) != ERR_OK)
			session_doom(s, ERR_FULL, "handshake bytes do not fit the send ring");
	} else if (m->n <= sizeof s->early - s->early_n) {
		memcpy(s->early + s->early_n, m->data, m->n);
		s->early_n += m->n;
	} else {
		session_doom(s, ERR_TOO_LONG, "handshake bytes do not fit before TCP is open");
	}
}

static void on_keys(struct session *s, const struct ring_msg *m, ns_t now)
{
	if (s->state != SESSION_HANDSHAKE || m->n != sizeof(struct tls_keys)) {
		session_doom(s, ERR_INTERNAL, "keys at the wrong time");
		return;
	}
	session_enter(s, SESSION_UPGRADING, now + s->cfg.step_timeout_ns);
	err_t e = tls_set_keys(&s->tls, (const struct tls_keys *)(const void *)m->data, now);
	if (e == ERR_OK)
		e = session_write(s, s->request, s->ready.request_n, now);
	if (e != ERR_OK)
		session_doom(s, e, "TLS: first records after the handshake");
}

static void on_refill(struct session *s, const struct ring_msg *m, ns_t now)
{
	u64 way;
	struct tls_dir_keys next;
	if (m->n != sizeof way + sizeof next)
		return;
	memcpy(&way, m->data, sizeof way);
	memcpy(&next, m->data + sizeof way, sizeof next);
	err_t e = tls_refill(&s->tls, way ? TLS_TX : TLS_RX, &next, now);
	if (e != ERR_OK)
		session_doom(s, e, "TLS: key update");
}

static void on_failed(struct session *s, const struct ring_msg *m)
{
	const struct msg_failed *f = (const void *)m->data;
	if (m->n >= sizeof *f)
		session_doom(s, (err_t)f->err, f->why);
}

void session_message(struct session *s, const struct ring_msg *m, ns_t now)
{
	if (m->tag != session_tag(s) || s->state == SESSION_IDLE || s->state == SESSION_WAITING) {
		counter_inc(&s->cnt.session[SESSION_CNT_stale_messages]);
		return;
	}
	err_t e;
	switch (m->type) {
	case MSG_SESSION_READY: on_ready(s, m, now); break;
	case MSG_TLS_SEND: on_tls_send(s, m, now); break;
	case MSG_TLS_CREDIT:
		if ((e = tls_hs_credit(&s->tls, now)) != ERR_OK)
			session_doom(s, e, "TLS handshake records");
		break;
	case MSG_TLS_KEYS: on_keys(s, m, now); break;
	case MSG_TLS_REFILL: on_refill(s, m, now); break;
	case MSG_SESSION_FAILED: on_failed(s, m); break;
	case MSG_SEND:
		if (s->state != SESSION_CLOSING && session_send(s, m->data, m->n, now) != ERR_OK)
			session_doom(s, ERR_STATE, "a prepared message could not leave");
		break;
	default: assert(!"a message no session knows"); break;
	}
	if (s->conn && !s->fail_due)
		session_write_control(s, now);
	if (s->pong_due)
		session_write_pong(s, now); /* keys have come, maybe */
	session_settle(s, now);
}
