#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim/dispatch.h"
#include "sim/reports.h"
#include "sim/streams.h"
#include "sim/wsconn.h"

#define EVENTS_MAX 64
#define PLAY_MAX 256                  /* market messages a turn */
#define TURN_NS_MAX (100 * NS_PER_MS) /* the longest sleep: keepalives are looked at this often */
#define HTTP_IDLE_NS (60 * NS_PER_S)
#define CLOSING_NS (5 * NS_PER_S)
#define DRAIN_NS (500 * NS_PER_MS)

static void read_clocks(struct venue *v)
{
	struct timespec mono, wall;
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	v->now_ns = (u64)mono.tv_sec * NS_PER_S + (u64)mono.tv_nsec;
	v->now_ms = wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
}

static err_t fail(char *why, size_t n, const char *what)
{
	snprintf(why, n, "%s: %s", what, strerror(errno));
	return ERR_IO;
}

static int watch(struct venue *v, int fd, void *what, u32 events, int op)
{
	struct epoll_event e = { .events = events, .data.ptr = what };
	return epoll_ctl(v->epoll_fd, op, fd, &e);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static err_t open_listener(struct venue *v, char *at, size_t at_n, char *why, size_t why_n)
{
	const char *ip = v->options->ip;
	bool v6 = strchr(ip, ':');
	union address a = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(v->options->port) } };
	socklen_t n = v6 ? sizeof a.v6 : sizeof a.v4;
	int on = 1;
	if (!v6)
		a.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(v->options->port) };
	inet_pton(a.any.sa_family, ip, v6 ? (void *)&a.v6.sin6_addr : (void *)&a.v4.sin_addr);
	v->listen_fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(v->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(v->listen_fd, &a.any, n) || listen(v->listen_fd, 64) ||
	    getsockname(v->listen_fd, &a.any, &n)) {
		char what[128];
		snprintf(what, sizeof what, "cannot listen on %s port %u (another --listen?)", ip,
			 v->options->port);
		return fail(why, why_n, what);
	}
	snprintf(at, at_n, v6 ? "[%s]:%u" : "%s:%u", ip, ntohs(v6 ? a.v6.sin6_port : a.v4.sin_port));
	return ERR_OK;
}

err_t server_open(struct venue *v, char *at, size_t at_n, char *why, size_t why_n)
{
	sigset_t stop;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	v->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	v->signal_fd = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
	if (v->epoll_fd < 0 || v->signal_fd < 0)
		return fail(why, why_n, "cannot make an epoll or signal descriptor");
	err_t e = open_listener(v, at, at_n, why, why_n);
	if (e != ERR_OK)
		return e;
	watch(v, v->listen_fd, &v->listen_fd, EPOLLIN, EPOLL_CTL_ADD);
	watch(v, v->signal_fd, &v->signal_fd, EPOLLIN, EPOLL_CTL_ADD);
	return ERR_OK;
}

static void accept_all(struct venue *v)
{
	int fd, on = 1;
	while ((fd = accept4(v->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (v->conns_n == VENUE_CONNS_MAX) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		v->conns = vec_grow(v->conns, v->conns_n, &v->conns_cap, sizeof *v->conns);
		struct conn *c = sim_conn_new(fd, v->tls, ++v->next_conn_id, v->now_ns, v->now_ms);
		v->conns[v->conns_n++] = c;
		watch(v, fd, c, EPOLLIN, EPOLL_CTL_ADD);
	}
}

static void on_event(struct venue *v, const struct epoll_event *e)
{
	if (e->data.ptr == &v->listen_fd) {
		accept_all(v);
	} else if (e->data.ptr == &v->signal_fd) {
		struct signalfd_siginfo info;
		v->stop |= read(v->signal_fd, &info, sizeof info) == sizeof info;
	} else {
		struct conn *c = e->data.ptr;
		if (e->events & EPOLLOUT)
			conn_flush(c);
		if ((e->events & ~(u32)EPOLLOUT) && !c->dead) {
			conn_read(c);
			dispatch(v, c);
		}
	}
}

/* Frees what has died; listens for room to write where something waits. */
static void sweep(struct venue *v)
{
	size_t kept = 0;
	for (size_t i = 0; i < v->conns_n; i++) {
		struct conn *c = v->conns[i];
		if (c->dead) {
			conn_free(c);
			continue;
		}
		bool want = conn_wants_write(c);
		if (want != c->watched_write)
			watch(v, c->fd, c, want ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
		c->watched_write = want;
		v->conns[kept++] = c;
	}
	v->conns_n = kept;
}

static void keepalive(struct venue *v)
{
	for (size_t i = 0; i < v->conns_n; i++) {
		struct conn *c = v->conns[i];
		if (c->dead)
			continue;
		if (c->closing) {
			c->closing_ns = c->closing_ns ? c->closing_ns : v->now_ns;
			if (v->now_ns - c->closing_ns > CLOSING_NS)
				conn_reset(c);
		} else if (c->kind != CONN_HTTP) {
			wsconn_keepalive(c, v->now_ns, v->now_ms,
					 (u64)v->options->ping_s * NS_PER_S);
		} else if (v->now_ns - c->heard_ns > HTTP_IDLE_NS) {
			conn_reset(c);
		}
	}
}

/* When a message of the market's time `at_ns` is due by our clock. */
static ns_t due(const struct venue *v, ns_t at_ns)
{
	return v->anchor_ns +
	       (u64)((i128)(at_ns - v->anchor_at_ns) * SPEED_ONE / v->options->speed_milli);
}

static void market_ended(struct venue *v)
{
	if (v->exchange.market.error[0])
		fprintf(stderr, "saker-venue: the market has ended: %s\n",
			v->exchange.market.error);
	v->exchange.market.error[0] = 0;
}

/* Plays what is due; returns when the next message is, or the longest sleep. */
static ns_t play(struct venue *v)
{
	struct market *m = &v->exchange.market;
	for (u32 i = 0; i < PLAY_MAX && !v->failed; i++) {
		if (market_peek(m) != ERR_OK) {
			market_ended(v);
			return v->now_ns + TURN_NS_MAX;
		}
		if (due(v, m->next_at_ns) > v->now_ns)
			return due(v, m->next_at_ns);
		if (exchange_play(&v->exchange, v->now_ms) == ERR_IO) {
			v->failed = v->stop = true;
			break;
		}
		if (m->next.stream[0])
			streams_send(v, &m->next);
		reports_send(v);
	}
	return v->now_ns;
}

static void wait_for_events(struct venue *v, ns_t until)
{
	struct epoll_event events[EVENTS_MAX];
	ns_t wait = until > v->now_ns ? u64_min(until - v->now_ns, TURN_NS_MAX) : 0;
	struct timespec t = { .tv_sec = 0, .tv_nsec = (long)wait };
	int n = epoll_pwait2(v->epoll_fd, events, EVENTS_MAX, &t, NULL);
	read_clocks(v);
	for (int i = 0; i < n; i++)
		on_event(v, &events[i]);
}

/* The market goes on from where it stands: its next message is due now. */
static void anchor(struct venue *v)
{
	struct market *m = &v->exchange.market;
	read_clocks(v);
	v->anchor_ns = v->now_ns;
	if (market_peek(m) == ERR_OK)
		v->anchor_at_ns = m->next_at_ns;
	if (!m->recorded)
		generator_set_clock(&m->generator, v->now_ms * (i64)NS_PER_MS - (i64)m->next_at_ns);
}

static void say_goodbye(struct venue *v)
{
	char text[128];
	for (size_t i = 0; i < v->conns_n && !v->failed; i++) {
		struct conn *c = v->conns[i];
		if (c->kind == CONN_HTTP || c->dead)
			continue;
		bool combined = c->kind == CONN_STREAMS && !c->streams.raw;
		const char *form = combined ? "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":"
					      "\"serverShutdown\",\"E\":%lld}}"
				   : c->kind == CONN_API
					   ? "{\"event\":{\"e\":\"serverShutdown\",\"E\":%lld}}"
					   : "{\"e\":\"serverShutdown\",\"E\":%lld}";
		int n = snprintf(text, sizeof text, form, (long long)v->now_ms);
		wsconn_text(c, text, (size_t)n);
		wsconn_close(c, WS_GOING_AWAY, "");
	}
}

/* Lets the closing connections end in peace, for a moment. */
static void drain(struct venue *v)
{
	ns_t until = v->now_ns + DRAIN_NS;
	for (size_t i = 0; i < v->conns_n; i++)
		if (v->conns[i]->kind == CONN_HTTP)
			conn_close(v->conns[i]);
	for (sweep(v); v->conns_n && v->now_ns < until; sweep(v))
		wait_for_events(v, until);
}

void server_run(struct venue *v)
{
	anchor(v);
	while (!v->stop) {
		ns_t next = play(v);
		keepalive(v);
		sweep(v);
		if (!v->stop)
			wait_for_events(v, next);
	}
	say_goodbye(v);
	drain(v);
}

void server_close(struct venue *v)
{
	for (size_t i = 0; i < v->conns_n; i++)
		conn_free(v->conns[i]);
	free(v->conns);
	close(v->listen_fd);
	close(v->signal_fd);
	close(v->epoll_fd);
}
