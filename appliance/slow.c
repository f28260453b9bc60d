#include "appliance/slow.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "common/counter.h"
#include "common/cursor.h"
#include "dataplane/net/ip_addr.h"
#include "dataplane/tls/tls_kdf.h"
#include "dataplane/ws/ws_http.h"
#include "gateway/binance_request.h"

#define REST_NS (100 * NS_PER_US)
#define REQUEST_MAX 2048

/* ---- keys ---- */

#define API_KEY_MAX 159

static err_t take_private_key(struct slow *s, const struct secret *pem, const char *name, char *why)
{
	err_t e = binance_key_open(&s->key, pem->text, pem->n);
	s->has_key = e == ERR_OK;
	if (e != ERR_OK)
		snprintf(why, TLS_WHY_MAX,
			 "%s: no unencrypted Ed25519 private key in PEM form (openssl genpkey -algorithm "
			 "ed25519 makes one)",
			 name);
	return e;
}

static err_t take_api_key(struct slow *s, const char *name, char *why)
{
	struct secret *k = &s->api_key;
	k->n = strcspn(k->text, " \r\n");
	k->text[k->n] = 0;
	if (k->n && k->n <= API_KEY_MAX)
		return ERR_OK;
	snprintf(why, TLS_WHY_MAX, "%s: %s", name, k->n ? "is too long to be a key" : "is empty");
	return ERR_SYNTAX;
}

static err_t read_keys(struct slow *s, const struct slow_cfg *cfg, char *why)
{
	struct secret_store store = { .dir = cfg->secrets_dir, .passphrase_fd = -1 };
	struct secret pem;
	char reason[SECRET_WHY];
	if (!cfg->private_key_file[0])
		return ERR_OK; /* observe: nothing is ever signed */
	err_t e = secret_get(&store, cfg->private_key_file, &pem, reason);
	if (e == ERR_OK)
		e = secret_get(&store, cfg->api_key_file, &s->api_key, reason);
	secret_store_close(&store);
	if (e != ERR_OK)
		snprintf(why, TLS_WHY_MAX, "%s", reason);
	else if ((e = take_private_key(s, &pem, cfg->private_key_file, why)) == ERR_OK)
		e = take_api_key(s, cfg->api_key_file, why);
	secret_free(&pem);
	return e;
}

err_t slow_init(struct slow *s, const struct slow_cfg *cfg, char *why)
{
	s->recv_window_ms = cfg->recv_window_ms;
	err_t e = read_keys(s, cfg, why);
	return e == ERR_OK ? tls_client_ctx_new(&s->ctx, &cfg->tls, why) : e;
}

void slow_close(struct slow *s)
{
	for (u32 c = 0; c < s->n_cores; c++)
		for (u32 i = 0; i < SLOW_SESSIONS; i++)
			tls_client_free(s->core[c].hs[i]);
	if (s->ctx)
		tls_client_ctx_free(s->ctx);
	if (s->has_key)
		binance_key_close(&s->key);
	secret_free(&s->api_key);
}

/* ---- answers ---- */

static void rest(void)
{
	struct timespec t = { .tv_nsec = (long)REST_NS };
	nanosleep(&t, NULL);
}

/* Waits for room: this thread may block, and a core drains its inbox every turn. Gives up only when told to stop. */
static void *room_for(struct slow *s, struct slow_core *c, u16 type, u64 tag, u32 n)
{
	void *p;
	while (!(p = ring_reserve(c->out, type, tag, n)) && !__atomic_load_n(&s->stop, __ATOMIC_RELAXED))
		rest();
	return p;
}

static void answer(struct slow *s, struct slow_core *c, u16 type, u64 tag, struct span bytes)
{
	void *p = room_for(s, c, type, tag, (u32)bytes.n);
	if (!p)
		return;
	if (bytes.n)
		memcpy(p, bytes.p, bytes.n);
	ring_commit(c->out);
}

static void failed(struct slow *s, struct slow_core *c, u64 tag, err_t e, const char *why)
{
	struct msg_failed m = { .err = e };
	snprintf(m.why, sizeof m.why, "%s", why);
	answer(s, c, MSG_SESSION_FAILED, tag, (struct span){ (const u8 *)&m, sizeof m });
}

/* ---- a new connection ---- */

static struct ip_addr addr_of(const struct addrinfo *a)
{
	const void *p = a->ai_addr;
	if (a->ai_family == AF_INET6)
		return ip_addr_of6(((const struct sockaddr_in6 *)p)->sin6_addr.s6_addr);
	return ip_addr_v4(ntohl(((const struct sockaddr_in *)p)->sin_addr.s_addr));
}

/* Of a kind the core's port has an address of; of both, what the resolver puts first. */
static err_t resolve(const struct slow_core *c, const struct slow_target *t, u8 ip[16], const char **why)
{
	struct ip_addr a;
	if (t->address[0]) {
		err_t e = ip_addr_parse(t->address, &a);
		memcpy(ip, a.b, sizeof a.b);
		*why = "the configured address is no IP address";
		return e;
	}
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *got = NULL;
	want.ai_family = !c->has_ip6 ? AF_INET : !c->has_ip4 ? AF_INET6 : AF_UNSPEC;
	int rc = getaddrinfo(t->host, NULL, &want, &got);
	*why = rc ? gai_strerror(rc) : "";
	if (rc)
		return ERR_NOT_FOUND;
	a = addr_of(got);
	memcpy(ip, a.b, sizeof a.b);
	freeaddrinfo(got);
	return ERR_OK;
}

static err_t send_ready(struct slow *s, struct slow_core *c, const struct slow_target *t, u64 tag,
			const char **why)
{
	_Alignas(struct msg_ready) u8 buf[sizeof(struct msg_ready) + REQUEST_MAX];
	struct msg_ready *r = (void *)buf;
	char host[300];
	struct ws_http_req req = { .host = host, .path = t->path };
	snprintf(host, sizeof host, t->port == 443 ? "%s" : "%s:%u", t->host, t->port);
	err_t e = resolve(c, t, r->ip, why);
	if (e != ERR_OK)
		return e;
	*why = "no random bytes, or the upgrade request does not fit";
	if (getrandom(req.key, sizeof req.key, 0) != sizeof req.key ||
	    ws_http_accept(req.key, r->accept) != ERR_OK)
		return ERR_INTERNAL;
	r->port = t->port;
	r->request_n = (u16)ws_http_request(r->request, REQUEST_MAX, &req);
	if (!r->request_n)
		return ERR_TOO_LONG;
	answer(s, c, MSG_SESSION_READY, tag, (struct span){ buf, sizeof *r + r->request_n });
	return ERR_OK;
}

static void prepare(struct slow *s, struct slow_core *c, u64 tag)
{
	u32 i = SESSION_TAG_INDEX(tag);
	const struct slow_target *t = &c->target[i];
	const char *why = "";
	struct span hello;
	tls_client_free(c->hs[i]);
	c->hs[i] = NULL;
	c->tag[i] = tag;
	err_t e = send_ready(s, c, t, tag, &why);
	if (e == ERR_OK && (e = tls_client_start(&c->hs[i], s->ctx, t->host, &hello)) == ERR_OK)
		answer(s, c, MSG_TLS_SEND, tag, hello);
	else
		failed(s, c, tag, e, why[0] ? why : "the TLS handshake cannot be started");
}

/* ---- handshake ---- */

static void finished(struct slow *s, struct slow_core *c, struct tls_client *hs, u64 tag)
{
	struct tls_keys k;
	err_t e = tls_client_keys(hs, &k);
	if (e == ERR_OK)
		answer(s, c, MSG_TLS_KEYS, tag, (struct span){ (const u8 *)&k, sizeof k });
	else
		failed(s, c, tag, e, "the session's keys cannot be derived");
	tls_keys_wipe(&k);
}

/* Ahead of the core's keys. Where the io thread hangs the ring is full: the session stays sealed. */
static void tell_capture(struct slow_core *c, const struct tls_client *hs, u64 tag)
{
	struct span lines = tls_client_keylog(hs);
	if (c->keylog && lines.n && !ring_put(c->keylog, 0, tag, lines.p, (u32)lines.n))
		counter_inc(c->keylog_lost);
}

static void record(struct slow *s, struct slow_core *c, struct tls_client *hs, const struct ring_msg *m)
{
	struct span out = { 0 };
	bool done = false;
	err_t e = tls_client_record(hs, m->data, m->n, &out, &done);
	if (e != ERR_OK || done)
		tell_capture(c, hs, m->tag);
	if (out.n)
		answer(s, c, MSG_TLS_SEND, m->tag, out);
	if (e != ERR_OK)
		failed(s, c, m->tag, e, tls_client_why(hs));
	else if (done)
		finished(s, c, hs, m->tag);
	else
		answer(s, c, MSG_TLS_CREDIT, m->tag, (struct span){ 0 });
}

static void refill(struct slow *s, struct slow_core *c, const struct ring_msg *m)
{
	struct tls_dir_keys newest, next;
	u8 out[sizeof(u64) + sizeof next];
	if (m->n != sizeof out)
		return;
	memcpy(&newest, m->data + sizeof(u64), sizeof newest);
	if (tls_keys_next(&newest, &next) != ERR_OK) {
		failed(s, c, m->tag, ERR_INTERNAL, "the next generation of keys cannot be derived");
		return;
	}
	memcpy(out, m->data, sizeof(u64));
	memcpy(out + sizeof(u64), &next, sizeof next);
	answer(s, c, MSG_TLS_REFILL, m->tag, (struct span){ out, sizeof out });
	explicit_bzero(out, sizeof out);
	explicit_bzero(&next, sizeof next);
	explicit_bzero(&newest, sizeof newest);
}

/* ---- logon ---- */

static void sign(struct slow *s, struct slow_core *c, const struct ring_msg *m)
{
	char text[BINANCE_REQUEST_MAX], signature[BINANCE_SIGNATURE_LEN];
	const struct msg_sign *q = (const void *)m->data;
	struct wr w = wr_of(text, sizeof text);
	if (!s->has_key || m->n != sizeof *q) {
		failed(s, c, m->tag, ERR_AUTH,
		       "no private key is configured: set venue.private_key_file and venue.api_key_file");
		return;
	}
	binance_logon_payload(&w, s->api_key.text, s->recv_window_ms, q->venue_ms);
	err_t e = w.bad ? ERR_TOO_LONG : binance_sign(&s->key, text, wr_len(&w), signature);
	w = wr_of(text, sizeof text);
	if (e == ERR_OK)
		binance_logon(&w, ++s->logons, s->api_key.text, s->recv_window_ms, q->venue_ms,
			      (struct span){ (const u8 *)signature, sizeof signature });
	if (e != ERR_OK || w.bad)
		failed(s, c, m->tag, e != ERR_OK ? e : ERR_TOO_LONG, "the logon cannot be signed");
	else
		answer(s, c, MSG_SEND, m->tag, (struct span){ (const u8 *)text, wr_len(&w) });
	explicit_bzero(text, sizeof text);
}

/* ---- the loop ---- */

static void take(struct slow *s, struct slow_core *c, const struct ring_msg *m)
{
	u32 i = SESSION_TAG_INDEX(m->tag);
	assert(i < c->n_targets);
	if (m->type == MSG_SESSION_PREPARE) {
		prepare(s, c, m->tag);
		return;
	}
	struct tls_client *hs = c->tag[i] == m->tag ? c->hs[i] : NULL;
	switch (m->type) {
	case MSG_TLS_RECORD:
		if (hs)
			record(s, c, hs, m);
		break;
	case MSG_TLS_TICKET:
		if (hs)
			tls_client_ticket(hs, m->data,
					  m->n); /* without a ticket the next handshake is a full one */
		break;
	case MSG_TLS_WANT_REFILL: refill(s, c, m); break;
	case MSG_SIGN: sign(s, c, m); break;
	case MSG_SESSION_GONE:
		if (hs) {
			tls_client_free(hs);
			c->hs[i] = NULL;
		}
		break;
	default: break;
	}
}

u32 slow_step(struct slow *s)
{
	u32 work = 0;
	for (u32 i = 0; i < s->n_cores; i++) {
		const struct ring_msg *m;
		while ((m = ring_peek(s->core[i].in))) {
			take(s, &s->core[i], m);
			ring_release(s->core[i].in, m);
			work++;
		}
	}
	return work;
}

void *slow_thread(void *arg)
{
	struct slow *s = arg;
	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED))
		if (!slow_step(s))
			rest();
	return NULL;
}
