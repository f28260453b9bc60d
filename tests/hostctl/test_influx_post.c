/* Requests to InfluxDB as a recording fake sees them: both APIs, what each answer means, secrets. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "hostctl/influx_post.h"
#include "hostctl/secret.h"
#include "tests/hostctl/fake_http.h"
#include "tests/hostctl/real_server.h"

static struct fake_http fake;
static struct real_server scratch;
static struct config_telemetry t;
static struct influx_post post;
static char why[POST_WHY_MAX];

static int setup(void **state)
{
	(void)state;
	fake_http_open(&fake);
	real_dir(&scratch, "post");
	memset(&t, 0, sizeof t);
	snprintf(t.influx_url, sizeof t.influx_url, "http://127.0.0.1:%u/", fake.port);
	snprintf(t.influx_database, sizeof t.influx_database, "my db");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_http_close(&fake);
	real_stop(&scratch);
	return 0;
}

static void secret(const char *text, mode_t mode)
{
	snprintf(t.influx_secret_file, sizeof t.influx_secret_file, "%s/secret", scratch.dir);
	real_file(&scratch, "secret", text);
	chmod(t.influx_secret_file, mode);
}

static enum post_result send_line(void)
{
	size_t n;
	void *gz = influx_gzip("m f=1i 7\n", 9, &n);
	enum post_result r = influx_post(&post, gz, n, why);
	free(gz);
	return r;
}

static void assert_body(const struct fake_request *r)
{
	u8 out[64];
	z_stream z = { .next_in = (Bytef *)r->body, .avail_in = (uInt)r->n, .next_out = out, .avail_out = sizeof out };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 9);
	assert_memory_equal(out, "m f=1i 7\n", 9);
	inflateEnd(&z);
}

static void test_v1(void **state)
{
	(void)state;
	snprintf(t.influx_user, sizeof t.influx_user, "ann");
	secret("pass word\n", 0600);
	assert_int_equal(influx_post_open(&post, &t, why), ERR_OK);
	assert_int_equal(send_line(), POST_DONE);
	const struct fake_request *r = &fake.request[0];
	assert_string_equal(r->method, "POST");
	assert_string_equal(r->url, "/write?db=my db&precision=ns");
	assert_string_equal(r->encoding, "gzip");
	assert_string_equal(r->authorization, "Basic YW5uOnBhc3Mgd29yZA==");
	assert_body(r);
	influx_post_close(&post);
}

static void test_v2(void **state)
{
	(void)state;
	t.influx_api = INFLUX_V2;
	snprintf(t.influx_org, sizeof t.influx_org, "o&o");
	secret("tok-en==", 0600);
	assert_int_equal(influx_post_open(&post, &t, why), ERR_OK);
	assert_int_equal(send_line(), POST_DONE);
	const struct fake_request *r = &fake.request[0];
	assert_string_equal(r->url, "/api/v2/write?org=o&o&bucket=my db&precision=ns");
	assert_string_equal(r->authorization, "Token tok-en==");
	assert_string_equal(r->encoding, "gzip");
	assert_body(r);
	influx_post_close(&post);
}

static const struct {
	unsigned code;
	enum post_result result;
} answers[] = {
	{ 200, POST_DONE },    { 204, POST_DONE },  { 400, POST_REFUSED }, { 413, POST_REFUSED },
	{ 422, POST_REFUSED }, { 401, POST_LATER }, { 403, POST_LATER },   { 404, POST_LATER },
	{ 429, POST_LATER },   { 500, POST_LATER }, { 503, POST_LATER },   { 301, POST_LATER },
};

static void test_what_answers_mean(void **state)
{
	(void)state;
	t.influx_api = INFLUX_V2;
	assert_int_equal(influx_post_open(&post, &t, why), ERR_OK);
	for (u32 i = 0; i < ARRAY_LEN(answers); i++) {
		fake_http_answer(&fake, answers[i].code, "says\nwhy");
		if (send_line() != answers[i].result)
			fail_msg("%u: %s", answers[i].code, why);
		if (answers[i].result != POST_DONE)
			assert_non_null(strstr(why, "says why"));
	}
	influx_post_close(&post);
}

static void test_nobody_there(void **state)
{
	(void)state;
	snprintf(t.influx_url, sizeof t.influx_url, "http://127.0.0.1:%u", free_port());
	assert_int_equal(influx_post_open(&post, &t, why), ERR_OK);
	assert_int_equal(send_line(), POST_LATER);
	assert_non_null(strstr(why, "connect"));
	influx_post_close(&post);
}

static void test_secrets(void **state)
{
	static const struct {
		const char *text, *complaint;
		mode_t mode;
	} rows[] = {
		{ "x", "others can read it", 0644 },
		{ "", "expected one line", 0600 },
		{ "\n", "expected one line", 0600 },
	};
	char out[SECRET_MAX], path[80];
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		secret(rows[i].text, rows[i].mode);
		assert_int_equal(influx_post_open(&post, &t, why), ERR_IO);
		influx_post_close(&post);
		assert_non_null(strstr(why, rows[i].complaint));
		assert_non_null(strstr(why, "telemetry.influxdb.secret_file"));
	}
	snprintf(path, sizeof path, "%s/none", scratch.dir);
	assert_int_equal(secret_read("o", path, out, why, sizeof why), ERR_IO);
	assert_int_equal(secret_read("o", scratch.dir, out, why, sizeof why), ERR_IO);
	secret("one\r\ntwo\n", 0600);
	assert_int_equal(secret_read("o", t.influx_secret_file, out, why, sizeof why), ERR_OK);
	assert_string_equal(out, "one");
	assert_int_equal(secret_read("o", "", out, why, sizeof why), ERR_OK);
	assert_string_equal(out, "");
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_v1),	     CASE(test_v2),	 CASE(test_what_answers_mean),
		CASE(test_nobody_there), CASE(test_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
