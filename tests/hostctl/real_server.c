#include "tests/hostctl/real_server.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static const struct timespec turn = { .tv_nsec = 20000000 };
#define TURNS 1000 /* 20 s */

#define PORT_MAX 55535 /* a Redis of a cluster listens 10,000 above its port as well */

u16 free_port(void)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;
	do {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
		assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
		close(fd);
	} while (ntohs(at.sin_port) > PORT_MAX);
	return ntohs(at.sin_port);
}

void need_program(const char *name)
{
	char line[128];
	snprintf(line, sizeof line, "command -v %s >/dev/null", name);
	if (system(line) == 0)
		return;
	print_message("skipped: %s is not installed (tuning/deps.sh telemetry)\n", name);
	skip();
}

void real_dir(struct real_server *s, const char *name)
{
	memset(s, 0, sizeof *s);
	snprintf(s->dir, sizeof s->dir, "/tmp/saker-%s.XXXXXX", name);
	assert_non_null(mkdtemp(s->dir));
	s->port = free_port();
}

void real_file(const struct real_server *s, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool listens(void *user)
{
	const struct real_server *s = user;
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(s->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
	close(fd);
	return yes;
}

static void be_child(const struct real_server *s, const char *const *argv)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int log = chdir(s->dir) ? -1 : open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, 1);
	dup2(log, 2);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

void real_start(struct real_server *s, const char *const *argv)
{
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (!s->pid)
		be_child(s, argv);
	wait_until(listens, s, argv[0]);
}

void real_kill(struct real_server *s)
{
	if (!s->pid)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

void real_stop(struct real_server *s)
{
	char line[96];
	real_kill(s);
	snprintf(line, sizeof line, "rm -rf '%s'", s->dir);
	assert_int_equal(system(line), 0);
}

void wait_until(bool (*true_now)(void *user), void *user, const char *what)
{
	for (int i = 0; i < TURNS; i++) {
		if (true_now(user))
			return;
		nanosleep(&turn, NULL);
	}
	fail_msg("waited in vain: %s", what);
}

char *http_text(const char *url, const char *post, long *code)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	CURL *c = curl_easy_init();
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	if (post)
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, post);
	*code = 0;
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, code);
	curl_easy_cleanup(c);
	fclose(out);
	return text;
}

json_t *http_json(const char *url)
{
	long code;
	char *text = http_text(url, NULL, &code);
	json_t *j = json_loads(text, 0, NULL);
	free(text);
	return j;
}
