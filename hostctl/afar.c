#include "hostctl/afar.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance/secret_store.h"
#include "hostctl/afar_msg.h"
#include "hostctl/door_client.h"
#include "hostctl/gate_tls.h"
#include "hostctl/tls_line.h"

#define CONNECT_MS 5000
#define ANSWER_MS  (DOOR_TIMEOUT_MS + 5000)
#define HOST_MAX   256

enum exit_code afar_take_token(const struct request *q, char *out)
{
	char why[SECRET_WHY];
	struct secret s;
	*out = 0;
	if (!q->token_fd)
		return EXIT_DONE;
	if (!q->connect)
		return complain(q, EXIT_USAGE, "--token-fd goes with --connect");
	if (secret_read_fd((int)q->token_fd, &s, why) != ERR_OK)
		return complain(q, EXIT_USAGE, "--token-fd: %s", why);
	bool fits = s.n && s.n < TOKEN_TEXT_MAX && !memchr(s.text, 0, s.n);
	if (fits)
		memcpy(out, s.text, s.n + 1);
	secret_free(&s);
	return fits ? EXIT_DONE : complain(q, EXIT_USAGE, "--token-fd: expected what hostctl token new has printed");
}

/* ---- the words ---- */

struct words {
	const char *word[AFAR_WORDS];
	char number[4][16];
	u32 n, numbers;
};

static void add(struct words *w, const char *word)
{
	if (w->n < AFAR_WORDS)
		w->word[w->n++] = word;
}

/* The verb's own options, as they were given, and --json: the others say where and how often. */
static void add_option(struct words *w, const struct request *q, const struct verb *v, const struct verb_option *o)
{
	const void *at = (const u8 *)q + o->at;
	bool own = o->takes & v->takes & ~(u32)TAKES_WATCH || o->at == offsetof(struct request, json);
	bool given = o->kind == OPTION_SWITCH ? *(const bool *)at
		     : o->kind == OPTION_WORD ? *(const char *const *)at != NULL
					      : *(const u32 *)at != 0;
	if (!own || !given)
		return;
	add(w, o->name);
	if (o->kind == OPTION_WORD)
		add(w, *(const char *const *)at);
	if (o->kind == OPTION_COUNT && w->numbers < ARRAY_LEN(w->number)) {
		char *number = w->number[w->numbers++];
		snprintf(number, sizeof w->number[0], "%u", *(const u32 *)at);
		add(w, number);
	}
}

static void collect(struct words *w, const struct request *q, const struct verb *v)
{
	w->n = w->numbers = 0;
	add(w, v->name);
	for (u32 i = 0; i < q->n_args; i++)
		add(w, q->arg[i]);
	for (u32 i = 0; i < n_verb_options; i++)
		add_option(w, q, v, &verb_options[i]);
}

/* ---- the connection ---- */

struct far {
	const struct request *q;
	char host[HOST_MAX], port[8];
	struct tls_line line;
	SSL_CTX *ctx;
	char *answer; /* malloc'ed */
};

/* "host:port", "10.0.0.1:port", "[2001:db8::1]:port". */
static bool split(struct far *f, const char *to)
{
	const char *colon = strrchr(to, ':');
	size_t n = colon ? (size_t)(colon - to) : 0;
	char *end = NULL;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
	if (!n || !port || port > UINT16_MAX || *end || colon[1] < '0' || colon[1] > '9')
		return false;
	if (*to == '[' && to[n - 1] == ']')
		to++, n -= 2;
	else if (memchr(to, ':', n))
		return false;
	if (!n || n >= sizeof f->host)
		return false;
	memcpy(f->host, to, n);
	f->host[n] = 0;
	snprintf(f->port, sizeof f->port, "%lu", port);
	return true;
}

static bool connects(int fd, const struct addrinfo *a, u64 until_ms)
{
	int error = 0;
	socklen_t n = sizeof error;
	if (!connect(fd, a->ai_addr, a->ai_addrlen))
		return true;
	if (errno != EINPROGRESS)
		return false;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	u64 now = tls_now_ms();
	int ready = now < until_ms ? poll(&p, 1, (int)(until_ms - now)) : 0;
	if (ready > 0 && !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) && !error)
		return true;
	errno = ready > 0 ? error : ETIMEDOUT;
	return false;
}

static enum exit_code dial(struct far *f)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL;
	int rc = getaddrinfo(f->host, f->port, &hints, &all), why = 0;
	if (rc)
		return complain(f->q, EXIT_NOT_RUNNING, "%s: %s", f->q->connect, gai_strerror(rc));
	for (const struct addrinfo *a = all; a && f->line.fd < 0; a = a->ai_next) {
		int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && connects(fd, a, f->line.until_ms)) {
			f->line.fd = fd;
		} else {
			why = errno;
			if (fd >= 0)
				close(fd);
		}
	}
	freeaddrinfo(all);
	return f->line.fd >= 0 ? EXIT_DONE
			       : complain(f->q, EXIT_NOT_RUNNING, "%s: %s", f->q->connect, strerror(why));
}

/* Its certificate must name the host, or be of that address. */
static bool expect_host(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);
	if (X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1)
		return true;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static const char *sentence(err_t e)
{
	switch (e) {
	case ERR_TIMEOUT:
		return "no answer in time; what was asked for may still happen: look at its status";
	case ERR_CLOSED:
	case ERR_AUTH:
		return "hung up without an answer: it knows neither certificate nor token, or hears too many; its hostctl "
		       "serve says which";
	default:
		return err_text(e);
	}
}

static enum exit_code shake(struct far *f)
{
	const struct request *q = f->q;
	const struct gate_files files = { q->ca, q->cert, q->key };
	char why[GATE_WHY];
	if (gate_tls_client(&f->ctx, &files, why) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s", why);
	f->line.ssl = SSL_new(f->ctx);
	if (!f->line.ssl || !expect_host(f->line.ssl, f->host) || SSL_set_fd(f->line.ssl, f->line.fd) != 1)
		return complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY));
	err_t e = tls_line_shake(&f->line, false, why, sizeof why);
	if (e == ERR_OK)
		return EXIT_DONE;
	return complain(q, e == ERR_TIMEOUT ? EXIT_TIMEOUT : EXIT_REFUSED, "%s: %s%s", q->connect, *why ? "no TLS: " : "",
			*why ? why : sentence(e));
}

/* The answer to f->answer, `*n` bytes. */
static enum exit_code converse(struct far *f, const struct verb *verb, size_t *n)
{
	const struct request *q = f->q;
	char ask[AFAR_ASK_MAX];
	struct words w;
	collect(&w, q, verb);
	size_t ask_n = afar_ask_make(*q->token ? q->token : NULL, w.word, w.n, ask);
	if (!ask_n)
		return complain(q, EXIT_USAGE, "these words cannot be sent: too many, or no text");
	f->answer = malloc(AFAR_TELL_MAX);
	err_t e = f->answer ? tls_line_send(&f->line, ask, ask_n) : ERR_NO_MEMORY;
	OPENSSL_cleanse(ask, sizeof ask);
	f->line.until_ms = tls_now_ms() + ANSWER_MS;
	if (e == ERR_OK)
		e = tls_line_receive(&f->line, f->answer, AFAR_TELL_MAX, n);
	if (e == ERR_OK)
		return EXIT_DONE;
	return complain(q, e == ERR_TIMEOUT ? EXIT_TIMEOUT : EXIT_REFUSED, "%s: %s", q->connect, sentence(e));
}

/* Writing to somebody who has hung up is an error here, no signal: OpenSSL cannot be told so. */
static enum exit_code without_sigpipe(struct far *f, const struct verb *verb, size_t *n)
{
	const struct timespec now = { 0 };
	sigset_t pipe_alone, was;
	sigemptyset(&pipe_alone);
	sigaddset(&pipe_alone, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_alone, &was);
	enum exit_code code = dial(f);
	if (code == EXIT_DONE)
		code = shake(f);
	if (code == EXIT_DONE)
		code = converse(f, verb, n);
	SSL_free(f->line.ssl);
	SSL_CTX_free(f->ctx);
	if (f->line.fd >= 0)
		close(f->line.fd);
	while (!sigismember(&was, SIGPIPE) && sigtimedwait(&pipe_alone, NULL, &now) > 0)
		;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return code;
}

enum exit_code afar_once(const struct request *q, const struct verb *verb)
{
	struct far f = { .q = q, .line = { .fd = -1, .until_ms = tls_now_ms() + CONNECT_MS } };
	size_t n = 0;
	if (!(verb->takes & FROM_AFAR) || q->follow)
		return complain(q, EXIT_USAGE, "%s%s: on its own machine alone, not by --connect", verb->name,
				q->follow ? " --follow" : "");
	if (q->config || q->instance_given)
		return complain(q, EXIT_USAGE, "--connect says which instance: without --config and --instance");
	if (!split(&f, q->connect))
		return complain(q, EXIT_USAGE, "--connect %s: expected HOST:PORT", q->connect);
	enum exit_code code = without_sigpipe(&f, verb, &n);
	int told = code == EXIT_DONE ? afar_tell_print(f.answer, n, q->out, q->err) : 0;
	free(f.answer);
	if (told < 0)
		return complain(q, EXIT_REFUSED, "%s: the answer is not as agreed", q->connect);
	return code == EXIT_DONE ? (enum exit_code)told : code;
}
