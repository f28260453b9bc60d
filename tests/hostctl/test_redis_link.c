/* A connection to a real Redis: pipelines, errors, log-on, absence, and a cluster's redirections. */
#include "tests/cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/hostctl/real_redis.h"

static struct real_server server, other, third;
static struct config *c;
static struct redis_link l;
static u64 cnt[REDIS_CNT_COUNT];
static char why[REDIS_WHY_MAX];
static struct redis_words w;

static int setup(void **state)
{
	(void)state;
	memset(&server, 0, sizeof server);
	memset(&other, 0, sizeof other);
	memset(&third, 0, sizeof third);
	memset(cnt, 0, sizeof cnt);
	c = calloc(1, sizeof *c);
	return !c;
}

static int teardown(void **state)
{
	(void)state;
	redis_link_close(&l);
	if (server.port)
		real_stop(&server);
	if (other.port)
		real_stop(&other);
	if (third.port)
		real_stop(&third);
	free(c);
	return 0;
}

static void open_link(void)
{
	redis_server_config(&server, c);
	assert_int_equal(redis_link_open(&l, &c->telemetry, cnt, why), ERR_OK);
}

static void set(const char *key, const char *value)
{
	redis_words_reset(&w);
	redis_word(&w, "SET");
	redis_word(&w, "%s", key);
	redis_word(&w, "%s", value);
	redis_send(&l, &w);
}

static u32 seen;
static void on_reply(void *user, u32 nth, const struct redisReply *r)
{
	assert_ptr_equal(user, &l);
	assert_int_equal(nth, seen++);
	assert_string_equal(r->str, "OK");
}

static void test_a_pipeline(void **state)
{
	(void)state;
	redis_server_start(&server, NULL);
	open_link();
	assert_true(redis_link_ready(&l, 1));
	for (int i = 0; i < 1000; i++)
		set("key", "a value\r\nwith lines");
	seen = 0;
	assert_int_equal(redis_flush(&l, on_reply, &l), ERR_OK);
	assert_int_equal(seen, 1000);
	redisReply *r = redis_say(&server, "GET key");
	assert_string_equal(r->str, "a value\r\nwith lines");
	freeReplyObject(r);
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_OK); /* nothing gathered */
}

static void test_an_error_is_told_and_holds_up_for_a_while(void **state)
{
	(void)state;
	redis_server_start(&server, NULL);
	open_link();
	assert_true(redis_link_ready(&l, 1));
	freeReplyObject(redis_say(&server, "SADD key x"));
	redis_words_reset(&w);
	redis_word(&w, "HSET");
	redis_word(&w, "key");
	redis_word(&w, "a");
	redis_word(&w, "1");
	redis_send(&l, &w);
	set("other", "1");
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_REFUSED);
	assert_int_equal(cnt[REDIS_CNT_errors], 1);
	assert_int_equal(redis_number(&server, "GET other"), 1);
	assert_false(redis_link_ready(&l, l.retry_ns - 1));
	assert_true(redis_link_ready(&l, l.retry_ns));
}

static void test_words_that_do_not_fit_are_not_sent(void **state)
{
	static char big[REDIS_WORD_TEXT + 1];
	(void)state;
	redis_server_start(&server, NULL);
	open_link();
	assert_true(redis_link_ready(&l, 1));
	memset(big, 'x', REDIS_WORD_TEXT);
	set("key", big);
	assert_int_equal(l.pending, 0);
	assert_int_equal(cnt[REDIS_CNT_errors], 1);
	redis_words_reset(&w);
	for (int i = 0; i <= REDIS_WORDS; i++)
		redis_word(&w, "x");
	assert_true(w.bad);
}

static void test_absence_and_return(void **state)
{
	(void)state;
	redis_server_start(&server, NULL);
	open_link();
	assert_true(redis_link_ready(&l, 1));
	real_kill(&server);
	set("key", "lost");
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_CLOSED);
	assert_false(redis_link_ready(&l, l.retry_ns - 1));
	for (u32 i = 0, last = l.backoff_ms; i < 10; i++, last = l.backoff_ms) {
		assert_false(redis_link_ready(&l, l.retry_ns));
		assert_true(l.backoff_ms == 2 * last || l.backoff_ms == 10000);
	}
	redis_server_start(&server, NULL);
	assert_true(redis_link_ready(&l, l.retry_ns));
	set("key", "1");
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_OK);
	assert_int_equal(l.backoff_ms, 0);
	assert_int_equal(cnt[REDIS_CNT_connects], 2);
}

static void test_log_on(void **state)
{
	char path[128];
	(void)state;
	redis_server_start(&server, (const char *const[]){ "--requirepass", "open sesame", NULL });
	redis_server_config(&server, c);
	snprintf(path, sizeof path, "%s/secret", server.dir);
	for (int good = 0; good < 2; good++) {
		real_file(&server, "secret", good ? "open sesame\n" : "guess\n");
		chmod(path, 0600);
		snprintf(c->telemetry.redis_secret_file, sizeof c->telemetry.redis_secret_file, "%s", path);
		snprintf(c->telemetry.redis_user, sizeof c->telemetry.redis_user, good ? "default" : "");
		assert_int_equal(redis_link_open(&l, &c->telemetry, cnt, why), ERR_OK);
		assert_int_equal(redis_link_ready(&l, 1), good);
		if (!good)
			redis_link_close(&l);
	}
	set("key", "1");
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_OK);
}

/* Two nodes that share the slots; the one we know does not have ours. */
static void test_a_cluster_sends_us_on(void **state)
{
	static const char *const cluster[] = { "--cluster-enabled", "yes", NULL };
	char key[REDIS_KEY_MAX];
	(void)state;
	redis_server_start(&server, cluster);
	redis_server_start(&other, cluster);
	redis_key(key, "a", "status");
	redisReply *r = redis_say(&server, "CLUSTER KEYSLOT %s", key);
	long long slot = r->integer;
	freeReplyObject(r);
	freeReplyObject(redis_say(&other, "CLUSTER ADDSLOTS %lld", slot));
	for (int part = 0; part < 2; part++) { /* all other slots are the first node's */
		long long from = part ? slot + 1 : 0, to = part ? 16383 : slot - 1;
		if (from <= to)
			freeReplyObject(redis_say(&server, "CLUSTER ADDSLOTSRANGE %lld %lld", from, to));
	}
	freeReplyObject(redis_say(&server, "CLUSTER MEET 127.0.0.1 %d", other.port));
	open_link();
	err_t e = ERR_STATE;
	for (int tries = 0; tries < 2000 && e != ERR_OK; tries++) { /* until the two have met */
		if (!redis_link_ready(&l, UINT64_MAX))
			continue;
		set(key, "1");
		e = redis_flush(&l, NULL, NULL);
		usleep(10000);
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(l.port, other.port);
	assert_true(cnt[REDIS_CNT_redirects] > 0);
	r = redis_say(&other, "GET %s", key);
	assert_string_equal(r->str, "1");
	freeReplyObject(r);
}

/* ---- a slot on its way from one node of three to another ---- */

static const char *id_of(const struct real_server *node, char id[64])
{
	redisReply *r = redis_say(node, "CLUSTER MYID");
	snprintf(id, 64, "%s", r->str);
	freeReplyObject(r);
	return id;
}

static bool is_whole(void *user)
{
	redisReply *r = redis_say(user, "CLUSTER INFO");
	bool yes = strstr(r->str, "cluster_state:ok") && strstr(r->str, "cluster_known_nodes:3");
	freeReplyObject(r);
	return yes;
}

/* `server` has the slot and the next (who gives his last away is a master no more), `other` those before. */
static void start_cluster(long long slot)
{
	static const char *const cluster[] = { "--cluster-enabled", "yes", NULL };
	struct real_server *const nodes[] = { &server, &other, &third };
	for (u32 i = 0; i < ARRAY_LEN(nodes); i++)
		redis_server_start(nodes[i], cluster);
	freeReplyObject(redis_say(&server, "CLUSTER ADDSLOTS %lld %lld", slot, slot + 1));
	freeReplyObject(redis_say(&other, "CLUSTER ADDSLOTSRANGE 0 %lld", slot - 1));
	freeReplyObject(redis_say(&third, "CLUSTER ADDSLOTSRANGE %lld 16383", slot + 2));
	freeReplyObject(redis_say(&server, "CLUSTER MEET 127.0.0.1 %d", other.port));
	freeReplyObject(redis_say(&server, "CLUSTER MEET 127.0.0.1 %d", third.port));
	for (u32 i = 0; i < ARRAY_LEN(nodes); i++)
		wait_until(is_whole, nodes[i], "the cluster");
}

static void assert_holds(const struct real_server *node, const char *key, const char *value)
{
	redisContext *n = redisConnect("127.0.0.1", node->port);
	freeReplyObject(redisCommand(n, "ASKING")); /* answers for a slot that is not its own yet */
	redisReply *r = redisCommand(n, "GET %s", key);
	assert_string_equal(r && r->str ? r->str : "(none)", value);
	freeReplyObject(r);
	redisFree(n);
}

static void set_and_flush(const char *key, const char *value, err_t expected)
{
	assert_true(redis_link_ready(&l, UINT64_MAX));
	set(key, value);
	assert_int_equal(redis_flush(&l, NULL, NULL), expected);
}

static void test_a_slot_on_its_way(void **state)
{
	static const long long slot = 15495; /* of {a} */
	char old[REDIS_KEY_MAX], young[REDIS_KEY_MAX], from[64], to[64];
	(void)state;
	redis_key(old, "a", "old");
	redis_key(young, "a", "young");
	start_cluster(slot);
	open_link();
	set_and_flush(old, "1", ERR_OK);
	freeReplyObject(redis_say(&other, "CLUSTER SETSLOT %lld IMPORTING %s", slot, id_of(&server, from)));
	freeReplyObject(redis_say(&server, "CLUSTER SETSLOT %lld MIGRATING %s", slot, id_of(&other, to)));
	/* the old key is still here, the young one belongs there already: one batch, answers in order */
	assert_true(redis_link_ready(&l, UINT64_MAX));
	seen = 0;
	for (u32 i = 0; i < 10; i++)
		set(i % 2 ? young : old, i % 2 ? "young" : "old");
	assert_int_equal(redis_flush(&l, on_reply, &l), ERR_OK);
	assert_int_equal(seen, 10);
	assert_int_equal(cnt[REDIS_CNT_redirects], 5);
	assert_int_equal(l.port, server.port); /* it stays where the slot still is */
	assert_holds(&server, old, "old");
	assert_holds(&other, young, "young");
	/* a single command, too */
	redis_words_reset(&w);
	redis_word(&w, "GET");
	redis_word(&w, "%s", young);
	redisReply *r = redis_ask(&l, &w);
	assert_string_equal(r->str, "young");
	freeReplyObject(r);
	freeReplyObject(redis_say(&server, "MIGRATE 127.0.0.1 %d %s 0 1000", other.port, old));
	set_and_flush(old, "moved", ERR_OK);
	assert_holds(&other, old, "moved");
	struct real_server *const nodes[] = { &other, &server, &third };
	for (u32 i = 0; i < ARRAY_LEN(nodes); i++)
		freeReplyObject(redis_say(nodes[i], "CLUSTER SETSLOT %lld NODE %s", slot, to));
	set_and_flush(old, "sent on", ERR_AGAIN); /* MOVED: the connection goes there */
	set_and_flush(old, "there", ERR_OK);
	assert_int_equal(l.port, other.port);
	assert_holds(&other, old, "there");
	assert_int_equal(cnt[REDIS_CNT_errors], 0);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_pipeline),
		CASE(test_an_error_is_told_and_holds_up_for_a_while),
		CASE(test_words_that_do_not_fit_are_not_sent),
		CASE(test_absence_and_return),
		CASE(test_log_on),
		CASE(test_a_cluster_sends_us_on),
		CASE(test_a_slot_on_its_way),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
