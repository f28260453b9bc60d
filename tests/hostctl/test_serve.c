/* The daemon: serves while it samples, survives the appliance, ends by a signal, says what it cannot do. */
#include "tests/cmocka_all.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/serve.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"
#include "tests/hostctl/real_server.h"

static struct config *c;
static struct fake_instance f;
static struct serve *serve;
static sigset_t signals;
static char why[SERVE_WHY_MAX];

static int setup(void **state)
{
	(void)state;
	c = calloc(1, sizeof *c);
	c->telemetry = (struct config_telemetry){ .interval_ms = 100, .prom_address = "127.0.0.1" };
	c->telemetry.prom_port = free_port();
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	fake_open(&f);
	fake_healthy(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(c);
	return 0;
}

static void *run(void *arg)
{
	(void)arg;
	serve_run(serve, &signals);
	return NULL;
}

static const char *part;
static bool shows(void *user)
{
	char url[64];
	long code;
	(void)user;
	snprintf(url, sizeof url, "http://127.0.0.1:%u/metrics", c->telemetry.prom_port);
	char *text = http_text(url, NULL, &code);
	bool yes = strstr(text, part) != NULL;
	free(text);
	return yes;
}

static void wait_for(const char *text)
{
	part = text;
	wait_until(shows, NULL, text);
}

static void test_it_goes_on_over_the_appliances_restart(void **state)
{
	char line[128], name[INSTANCE_MAX];
	pthread_t thread;
	(void)state;
	snprintf(name, sizeof name, "%s", f.name);
	assert_int_equal(serve_open(&serve, c, name, why), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
	snprintf(line, sizeof line, "saker_appliance_up{appliance=\"%s\"} 1\n", name);
	wait_for(line);
	segment_close(&f.seg);
	snprintf(line, sizeof line, "saker_appliance_up{appliance=\"%s\"} 0\n", name);
	wait_for(line);
	arena_close(&f.arena);
	segment_unlink(&f.seg);
	fake_open(&f);
	fake_healthy(&f);
	counter_add(&f.md_port[0], 4711);
	wait_for("core=\"md\"} 4711\n");
	pthread_kill(thread, SIGTERM);
	pthread_join(thread, NULL);
	serve_close(serve);
	fake_close(&f);
}

static const struct {
	const char *option, *said;
} wrong[] = {
	{ "port", "another hostctl serve" },
	{ "spool", "telemetry.influxdb.spool_dir: /proc/none" },
	{ "influx secret", "telemetry.influxdb.secret_file: /proc/none" },
	{ "redis secret", "telemetry.redis.secret_file: /proc/none" },
};

static void break_option(u32 i)
{
	struct config_telemetry *t = &c->telemetry;
	char *const names[] = { NULL, t->influx_spool_dir, t->influx_secret_file, t->redis_secret_file };
	memset(t, 0, sizeof *t);
	t->interval_ms = 100;
	snprintf(i == 3 ? t->redis_host : t->influx_url, CONFIG_TEXT, "localhost");
	snprintf(t->influx_spool_dir, sizeof t->influx_spool_dir, "/tmp");
	if (names[i])
		snprintf(names[i], CONFIG_TEXT, "/proc/none");
}

static void test_what_it_cannot_do(void **state)
{
	struct serve *first;
	(void)state;
	assert_int_equal(serve_open(&first, c, f.name, why), ERR_OK);
	for (u32 i = 0; i < ARRAY_LEN(wrong); i++) {
		if (i)
			break_option(i);
		assert_int_not_equal(serve_open(&serve, c, f.name, why), ERR_OK);
		if (!strstr(why, wrong[i].said))
			fail_msg("%s: %s", wrong[i].option, why);
		serve_close(serve);
	}
	serve_close(first);
	serve_close(NULL);
	fake_close(&f);
}

static void test_the_verb_needs_a_configuration(void **state)
{
	(void)state;
	struct ran r = run_hostctl(&f, "serve");
	assert_int_equal(r.code, EXIT_USAGE);
	assert_non_null(strstr(r.err, "serve needs --config"));
	ran_free(&r);
	r = run_hostctl(&f, "--config /no/such/file serve");
	assert_int_equal(r.code, EXIT_CONFIG);
	ran_free(&r);
	fake_close(&f);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_it_goes_on_over_the_appliances_restart),
		CASE(test_what_it_cannot_do),
		CASE(test_the_verb_needs_a_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
