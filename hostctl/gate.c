#include "hostctl/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance/config_check.h"
#include "hostctl/afar_run.h"
#include "hostctl/login.h"
#include "hostctl/tls_line.h"

#define ROOM_MS 200 /* how long a newcomer waits for the place of somebody who was sent away */

struct place {
	struct gate *g;
	pthread_t thread;
	bool used;    /* a thread runs, or has ended and is not joined yet */
	bool ended;
	bool known;   /* has said who it is: keeps its place until it is answered */
	int fd;
	u64 nth;      /* order of arrival */
	struct sockaddr_storage from;
};

struct gate {
	const struct config *c;
	const char *instance;
	struct access access;
	SSL_CTX *ctx;
	int listener, stop[2];
	pthread_t thread;
	bool runs;
	u64 arrivals;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t left;  /* somebody has ended */
	struct login_limit limit;
	struct place place[GATE_PLACES];
};

/* ---- one connection ---- */

static void say(const struct place *p, const char *who, const char *what, const char *why)
{
	char address[LOGIN_ADDRESS_MAX];
	login_address(&p->from, address);
	fprintf(stderr, "hostctl: afar %s: %s%s%s\n", *who ? who : address, what, *why ? ": " : "", why);
}

static void count_failure(struct place *p)
{
	pthread_mutex_lock(&p->g->lock);
	login_failed(&p->g->limit, &p->from, tls_now_ms());
	pthread_mutex_unlock(&p->g->lock);
}

static void set_known(struct place *p)
{
	pthread_mutex_lock(&p->g->lock);
	p->known = true;
	pthread_mutex_unlock(&p->g->lock);
}

static void answer(struct tls_line *t, char *text)
{
	t->until_ms = tls_now_ms() + GATE_ANSWER_MS;
	if (text && tls_line_send(t, text, strlen(text)) == ERR_OK)
		tls_line_bye(t);
	free(text);
}

/* What was asked, by whoever that is; nobody we know is told so, and the audit log as well. */
static void serve(struct place *p, struct tls_line *t, struct afar_ask *ask)
{
	const struct gate *g = p->g;
	struct login who;
	char why[TOKEN_WHY];
	X509 *cert = SSL_get1_peer_certificate(t->ssl);
	const struct login_papers papers = { g->c->access.tokens, ask->token, cert };
	err_t e = login_check(&who, &g->access, &papers, &p->from, why);
	X509_free(cert);
	if (e != ERR_OK)
		count_failure(p);
	else
		set_known(p);
	OPENSSL_cleanse(ask->token, sizeof ask->token);
	say(p, who.who, role_name(who.role), *why ? why : ask->word[0]);
	answer(t, afar_run(g->c, g->instance, &who, ask));
}

static void converse(struct place *p, struct tls_line *t)
{
	char line[AFAR_ASK_MAX], why[GATE_WHY] = "";
	struct afar_ask *ask = malloc(sizeof *ask);
	size_t n;
	err_t e = ask ? tls_line_shake(t, true, why, sizeof why) : ERR_NO_MEMORY;
	if (e != ERR_OK) {
		say(p, "", "no TLS", *why ? why : err_text(e));
	} else if ((e = tls_line_receive(t, line, sizeof line, &n)) == ERR_OK) {
		e = afar_ask_read(ask, line, n);
		OPENSSL_cleanse(line, sizeof line);
		if (e == ERR_OK)
			serve(p, t, ask);
		else
			answer(t, afar_tell_make(EXIT_USAGE, "",
						 e == ERR_UNSUPPORTED
							 ? "hostctl: this instance speaks another version; use its hostctl\n"
							 : "hostctl: the request is not as agreed\n"));
	}
	if (e != ERR_OK && e != ERR_CLOSED)
		count_failure(p);
	free(ask);
}

static void *place_thread(void *arg)
{
	struct place *p = arg;
	SSL *ssl = SSL_new(p->g->ctx);
	struct tls_line t = { .ssl = ssl, .fd = p->fd, .until_ms = tls_now_ms() + GATE_LOGIN_MS };
	if (ssl && SSL_set_fd(ssl, p->fd) == 1)
		converse(p, &t);
	SSL_free(ssl);
	pthread_mutex_lock(&p->g->lock);
	close(p->fd);
	p->fd = -1;
	p->ended = true;
	pthread_cond_signal(&p->g->left);
	pthread_mutex_unlock(&p->g->lock);
	return NULL;
}

/* ---- places; with the lock ---- */

static struct place *free_place(struct gate *g)
{
	for (u32 i = 0; i < GATE_PLACES; i++) {
		struct place *p = &g->place[i];
		if (p->used && p->ended) {
			pthread_join(p->thread, NULL); /* it has nothing left to do: the lock is not held up */
			p->used = false;
		}
		if (!p->used)
			return p;
	}
	return NULL;
}

static void send_oldest_away(struct gate *g)
{
	struct place *oldest = NULL;
	for (u32 i = 0; i < GATE_PLACES; i++) {
		struct place *p = &g->place[i];
		if (p->used && !p->ended && !p->known && (!oldest || p->nth < oldest->nth))
			oldest = p;
	}
	if (oldest)
		shutdown(oldest->fd, SHUT_RDWR);
}

static struct place *make_place(struct gate *g)
{
	struct timespec until;
	struct place *p = free_place(g);
	if (p)
		return p;
	send_oldest_away(g);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ROOM_MS * (long)NS_PER_MS;
	until.tv_sec += until.tv_nsec / (long)NS_PER_S;
	until.tv_nsec %= (long)NS_PER_S;
	while (!(p = free_place(g)) && !pthread_cond_timedwait(&g->left, &g->lock, &until))
		;
	return p;
}

/* Takes the descriptor; false: it is still the caller's. */
static bool seat(struct gate *g, int fd, const struct sockaddr_storage *from)
{
	bool seated = false;
	pthread_mutex_lock(&g->lock);
	struct place *p = login_may_try(&g->limit, from, tls_now_ms()) ? make_place(g) : NULL;
	if (p) {
		*p = (struct place){ .g = g, .used = true, .fd = fd, .nth = ++g->arrivals, .from = *from };
		seated = !pthread_create(&p->thread, NULL, place_thread, p);
		p->used = seated;
	}
	pthread_mutex_unlock(&g->lock);
	return seated;
}

static void *accept_thread(void *arg)
{
	struct gate *g = arg;
	sigset_t hung_up; /* is an error of a write, here and in the threads made here */
	sigemptyset(&hung_up);
	sigaddset(&hung_up, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &hung_up, NULL);
	struct pollfd fds[] = { { .fd = g->listener, .events = POLLIN }, { .fd = g->stop[0], .events = POLLIN } };
	for (;;) {
		struct sockaddr_storage from = { 0 };
		socklen_t n = sizeof from;
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents)
			return NULL;
		int fd = accept4(g->listener, (struct sockaddr *)&from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0 && !seat(g, fd, &from))
			close(fd);
	}
}

/* ---- opening and closing ---- */

static socklen_t address_of(const struct config_access *a, struct sockaddr_storage *at)
{
	struct sockaddr_in *in = (void *)at;
	struct sockaddr_in6 *in6 = (void *)at;
	if (inet_pton(AF_INET, a->tcp_address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(a->tcp_port);
		return sizeof *in;
	}
	if (inet_pton(AF_INET6, a->tcp_address, &in6->sin6_addr) != 1)
		return 0;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(a->tcp_port);
	return sizeof *in6;
}

static err_t listen_on(struct gate *g, char *why)
{
	struct sockaddr_storage at = { 0 };
	int one = 1;
	socklen_t n = address_of(&g->c->access, &at);
	g->listener = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n && g->listener >= 0 && !setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) &&
	    !bind(g->listener, (struct sockaddr *)&at, n) && !listen(g->listener, GATE_PLACES))
		return ERR_OK;
	snprintf(why, GATE_WHY, "access.tcp: %s port %u cannot be listened on: %s", g->c->access.tcp_address,
		 g->c->access.tcp_port, strerror(errno));
	return ERR_IO;
}

err_t gate_open(struct gate **out, const struct config *c, const char *instance, char *why)
{
	char error[CONFIG_ERROR];
	struct gate *g = *out = calloc(1, sizeof *g);
	snprintf(why, GATE_WHY, "%s", err_text(ERR_NO_MEMORY));
	if (!g)
		return ERR_NO_MEMORY;
	*g = (struct gate){ .c = c, .instance = instance, .listener = -1, .stop = { -1, -1 } };
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->left, NULL);
	err_t e = check_access(c, &g->access, error);
	if (e != ERR_OK)
		snprintf(why, GATE_WHY, "%s", error);
	if (e == ERR_OK)
		e = gate_tls_server(&g->ctx, c, why);
	if (e == ERR_OK)
		e = listen_on(g, why);
	if (e == ERR_OK && (pipe2(g->stop, O_CLOEXEC) || pthread_create(&g->thread, NULL, accept_thread, g)))
		e = ERR_IO;
	g->runs = e == ERR_OK;
	if (e != ERR_OK) {
		gate_close(g);
		*out = NULL;
	}
	return e;
}

u16 gate_port(const struct gate *g)
{
	struct sockaddr_in6 at = { 0 }; /* whose port lies where an IPv4 address has it */
	static_assert(offsetof(struct sockaddr_in6, sin6_port) == offsetof(struct sockaddr_in, sin_port), "they do");
	socklen_t n = sizeof at;
	if (getsockname(g->listener, (struct sockaddr *)&at, &n))
		return 0;
	return ntohs(at.sin6_port);
}

static void hang_up(struct gate *g)
{
	for (u32 i = 0; i < GATE_PLACES; i++) {
		struct place *p = &g->place[i];
		pthread_mutex_lock(&g->lock);
		if (p->used && p->fd >= 0)
			shutdown(p->fd, SHUT_RDWR);
		pthread_mutex_unlock(&g->lock);
		if (p->used)
			pthread_join(p->thread, NULL);
	}
}

void gate_close(struct gate *g)
{
	if (!g)
		return;
	if (g->runs) {
		close(g->stop[1]); /* its other end wakes the thread */
		g->stop[1] = -1;
		pthread_join(g->thread, NULL);
	}
	hang_up(g);
	for (u32 i = 0; i < 2; i++)
		if (g->stop[i] >= 0)
			close(g->stop[i]);
	if (g->listener >= 0)
		close(g->listener);
	SSL_CTX_free(g->ctx);
	pthread_cond_destroy(&g->left);
	pthread_mutex_destroy(&g->lock);
	free(g);
}
