/* An instance in a real Redis: state, alerts, absence; and commands that come by its stream. */
#include "tests/cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/metric_sample.h"
#include "hostctl/redis.h"
#include "hostctl/redis_desk.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"
#include "tests/hostctl/real_redis.h"

static struct real_server server;
static struct fake_instance f;
static struct config *c;
static struct metric_set *s;
static struct redis *redis;
static char why[REDIS_WHY_MAX];

static int setup(void **state)
{
	(void)state;
	memset(&server, 0, sizeof server);
	c = calloc(1, sizeof *c);
	s = calloc(1, sizeof *s);
	redis_server_start(&server, NULL);
	redis_server_config(&server, c);
	snprintf(c->state_dir, sizeof c->state_dir, "%s", server.dir);
	fake_open(&f);
	fake_healthy(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	real_stop(&server);
	fake_close(&f);
	free(c);
	free(s);
	return 0;
}

static void open_redis(void)
{
	if (redis_open(&redis, c, f.name, why) != ERR_OK)
		fail_msg("%s", why);
}

static void sample(u64 wall_ms)
{
	metric_sample(s, f.name, wall_ms * NS_PER_MS);
	redis_sample(redis, s);
}

/* ---- what is to be seen there ---- */

static u64 expected_ms;
static bool sampled(void *user)
{
	char line[96];
	(void)user;
	snprintf(line, sizeof line, "HGET saker:{%s}:appliance sampled_ms", f.name);
	return (u64)redis_number(&server, line) == expected_ms;
}

static void assert_field(const char *key, const char *field, const char *value)
{
	redisReply *r = redis_say(&server, "HGET saker:{%s}:%s %s", f.name, key, field);
	assert_string_equal(r->str ? r->str : "(none)", value);
	freeReplyObject(r);
}

static void test_state(void **state)
{
	(void)state;
	counter_add(&f.md_port[0], 41);
	hist_add(f.t2t, 900);
	open_redis();
	sample(expected_ms = 77);
	wait_until(sampled, NULL, "the sample in Redis");
	redis_close(redis);
	assert_field("market:BTCUSDT", "bid", "61837.63");
	assert_field("port:md", "rx_frames", "41");
	assert_field("link:standby", "open", "1");
	assert_field("position:PEPEUSDT", "quantity", "0");
	assert_field("latency:t2t", "p50_ns", "900");
	assert_field("appliance", "up", "1");
}

static bool alerted(void *user)
{
	char line[96];
	snprintf(line, sizeof line, "XLEN saker:{%s}:risk", f.name);
	return redis_number(&server, line) == *(long long *)user;
}

static void alert(u32 n)
{
	struct alert a = { .name = "drops", .raised = true, .wall_ns = n * NS_PER_MS };
	snprintf(a.text, sizeof a.text, "number %u", n);
	redis_alert(redis, &a);
}

static bool has_failed(void *user)
{
	(void)user;
	return counter_get(&redis_counters(redis)[REDIS_CNT_failures]) > 1;
}

static void test_away_and_back(void **state)
{
	long long waited_for = 65;
	(void)state;
	open_redis();
	sample(expected_ms = 1);
	wait_until(sampled, NULL, "the first sample");
	alert(0);
	wait_until(alerted, &(long long){ 1 }, "the first alert");
	redisReply *r = redis_say(&server, "XRANGE saker:{%s}:risk - +", f.name);
	assert_string_equal(r->element[0]->element[1]->element[1]->str, "drops");
	assert_string_equal(r->element[0]->element[1]->element[3]->str, "raised");
	freeReplyObject(r);
	real_kill(&server);
	for (u32 i = 1; i <= 70; i++) {
		alert(i);
		sample(100 + i);
	}
	wait_until(has_failed, NULL, "the absence to be noticed");
	assert_int_equal(counter_get(&redis_counters(redis)[REDIS_CNT_alerts_dropped]), 6);
	redis_server_start(&server, NULL); /* without what it held */
	sample(expected_ms = 500);
	wait_until(sampled, NULL, "the newest sample");
	waited_for = 64;
	wait_until(alerted, &waited_for, "the alerts that had waited");
	redis_close(redis);
}

static bool has_noticed(void *user)
{
	const u64 *cnt = redis_counters(redis);
	(void)user;
	return counter_get(&cnt[REDIS_CNT_failures]) && counter_get(&cnt[REDIS_CNT_state_skipped]);
}

/* It takes connections and bytes, and never answers. */
static void test_a_server_that_hangs(void **state)
{
	(void)state;
	open_redis();
	sample(expected_ms = 1);
	wait_until(sampled, NULL, "the first sample");
	assert_int_equal(kill(server.pid, SIGSTOP), 0);
	for (u32 i = 0; i < 20; i++)
		sample(100 + i);
	wait_until(has_noticed, NULL, "the silence to be noticed");
	assert_int_equal(kill(server.pid, SIGCONT), 0);
	sample(expected_ms = 500);
	wait_until(sampled, NULL, "the newest sample");
	redis_close(redis);
}

static void test_a_server_that_is_not_there_is_no_error(void **state)
{
	(void)state;
	c->telemetry.redis_port = free_port();
	open_redis();
	wait_until(has_failed, NULL, "attempts");
	redis_close(redis);
}

/* ---- commands ---- */

static bool answered(void *user)
{
	char line[96];
	snprintf(line, sizeof line, "XLEN saker:{%s}:results", f.name);
	return redis_number(&server, line) == *(long long *)user;
}

static void command(const char *verb, const char *id)
{
	freeReplyObject(redis_say(&server, "XADD saker:{%s}:commands %s verb %s", f.name, id, verb));
}

static bool listening(void *user)
{
	(void)user;
	redisReply *r = redis_say(&server, "EXISTS saker:{%s}:commands", f.name);
	bool yes = r->integer;
	freeReplyObject(r);
	return yes;
}

/* The n-th result: whether done, and a part of its text. */
static void assert_result(u32 n, const char *ok, const char *part)
{
	redisReply *r = redis_say(&server, "XRANGE saker:{%s}:results - +", f.name);
	redisReply *fields = r->element[n]->element[1];
	assert_string_equal(fields->element[3]->str, ok);
	if (!strstr(fields->element[5]->str, part))
		fail_msg("%s: %s", part, fields->element[5]->str);
	freeReplyObject(r);
}

static struct redis_desk *open_desk(void)
{
	struct redis_desk *d;
	if (desk_open(&d, c, f.name, why) != ERR_OK)
		fail_msg("%s", why);
	wait_until(listening, NULL, "the group to be made");
	return d;
}

static void test_commands(void **state)
{
	struct fake_door door;
	char path[96];
	(void)state;
	snprintf(path, sizeof path, "%s/ctl.sock", server.dir);
	snprintf(c->socket, sizeof c->socket, "%s", path);
	/* refused here, and told to the audit log */
	fake_door_open(&door, path, "{\"ok\":false,\"error\":\"AUTH\",\"text\":\"\"}\n", 0);
	struct redis_desk *d = open_desk();
	command("status", "*");
	command("arm", "*");
	wait_until(answered, &(long long){ 2 }, "two answers");
	assert_result(0, "1", "\"state\": \"running\"");
	assert_result(1, "0", "viewer");
	desk_close(d);
	fake_door_close(&door);
	assert_memory_equal(door.line, "via=redis:", 10);
	assert_string_equal(strchr(door.line, ' '), " as=viewer refused arm: a viewer may only ask the status "
						    "(telemetry.redis.role)");

	c->telemetry.redis_role = ROLE_OPERATOR;
	fake_door_open(&door, path, "{\"ok\":true,\"error\":\"OK\",\"text\":\"armed\"}\n", 0);
	d = open_desk();
	command("arm", "*");
	wait_until(answered, &(long long){ 3 }, "the third answer");
	fake_door_close(&door);
	assert_memory_equal(door.line, "via=redis:", 10); /* and the entry's id */
	assert_string_equal(strchr(door.line, ' '), " as=operator arm");
	assert_result(2, "1", "armed");
	freeReplyObject(redis_say(&server, "XADD saker:{%s}:commands * verb arm extra x", f.name));
	wait_until(answered, &(long long){ 4 }, "the fourth answer");
	assert_result(3, "0", "not a command");
	desk_close(d);
	redisReply *r = redis_say(&server, "XPENDING saker:{%s}:commands saker", f.name);
	assert_int_equal(r->element[0]->integer, 0);
	freeReplyObject(r);
}

/* Given to this consumer and not answered: hostctl ended in between. */
static void test_a_command_is_never_done_twice(void **state)
{
	(void)state;
	freeReplyObject(redis_say(&server, "XGROUP CREATE saker:{%s}:commands saker $ MKSTREAM", f.name));
	command("arm", "*");
	freeReplyObject(redis_say(&server, "XREADGROUP GROUP saker %s COUNT 1 STREAMS saker:{%s}:commands >",
				  f.name, f.name));
	c->telemetry.redis_role = ROLE_OPERATOR;
	struct redis_desk *d = open_desk();
	wait_until(answered, &(long long){ 1 }, "the answer");
	assert_result(0, "0", "under way when hostctl ended");
	desk_close(d);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_state),
		CASE(test_away_and_back),
		CASE(test_a_server_that_hangs),
		CASE(test_a_server_that_is_not_there_is_no_error),
		CASE(test_commands),
		CASE(test_a_command_is_never_done_twice),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
