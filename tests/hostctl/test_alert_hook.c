/* The webhook: what is posted, in which order, and what becomes of it when nobody takes it. */
#include "tests/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/alert_hook.h"
#include "tests/hostctl/fake_http.h"
#include "tests/hostctl/real_server.h"

static struct fake_http *fake;
static struct alert_hook *hook;
static char url[64];

static int setup(void **state)
{
	(void)state;
	fake = calloc(1, sizeof *fake);
	fake_http_open(fake);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/hook", fake->port);
	return hook_open(&hook, url, 1);
}

static int teardown(void **state)
{
	(void)state;
	fake_http_close(fake);
	free(fake);
	return 0;
}

static void alert(const char *name, bool raised)
{
	struct alert a = { .raised = raised, .wall_ns = 1700000000123 * NS_PER_MS };
	snprintf(a.name, sizeof a.name, "%s", name);
	snprintf(a.text, sizeof a.text, "a \"quoted\" text");
	hook_alert(hook, &a);
}

struct expected {
	enum hook_cnt which;
	u64 n;
};

static bool counted(void *user)
{
	const struct expected *e = user;
	return counter_get(&hook_counters(hook)[e->which]) == e->n;
}

static void test_alerts_arrive_in_order(void **state)
{
	const char *name, *told, *text;
	json_int_t at_ms;
	(void)state;
	alert("drops", true);
	alert("drops", false);
	wait_until(counted, &(struct expected){ HOOK_CNT_sent, 2 }, "two alerts");
	hook_close(hook);
	for (u32 i = 0; i < 2; i++) {
		const struct fake_request *r = &fake->request[i];
		json_t *j = json_loadb((const char *)r->body, r->n, 0, NULL);
		assert_string_equal(r->method, "POST");
		assert_string_equal(r->url, "/hook");
		assert_int_equal(json_unpack(j, "{s:s,s:s,s:s,s:I}", "alert", &name, "state", &told,
					     "text", &text, "at_ms", &at_ms), 0);
		assert_string_equal(name, "drops");
		assert_string_equal(told, i ? "cleared" : "raised");
		assert_string_equal(text, "a \"quoted\" text");
		assert_int_equal(at_ms, 1700000000123);
		json_decref(j);
	}
}

static void test_a_failure_is_tried_again(void **state)
{
	(void)state;
	fake_http_answer(fake, 500, "");
	alert("first", true);
	wait_until(counted, &(struct expected){ HOOK_CNT_dropped, 1 }, "the alert to be given up");
	assert_int_equal(fake_http_count(fake), HOOK_TRIES);
	fake_http_answer(fake, 200, "");
	alert("second", true);
	wait_until(counted, &(struct expected){ HOOK_CNT_sent, 1 }, "the next one");
	hook_close(hook);
}

static void test_too_many_are_dropped(void **state)
{
	struct alert_hook *slow;
	(void)state;
	hook_close(hook);
	fake_http_answer(fake, 503, "");
	assert_int_equal(hook_open(&slow, url, 1000000), ERR_OK); /* waits long after a failure */
	hook = slow;
	alert("under way", true);
	wait_until(counted, &(struct expected){ HOOK_CNT_failures, 1 }, "the first failure");
	for (u32 i = 0; i < HOOK_QUEUE + 3; i++)
		alert("waiting", true);
	assert_int_equal(counter_get(&hook_counters(hook)[HOOK_CNT_dropped]), 3);
	hook_close(hook); /* does not wait for more failures */
	assert_int_equal(fake_http_count(fake), 1);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_alerts_arrive_in_order),
		CASE(test_a_failure_is_tried_again),
		CASE(test_too_many_are_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
