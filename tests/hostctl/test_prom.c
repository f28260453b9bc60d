/* The Prometheus endpoint: its text, its HTTP, and a real Prometheus that scrapes it. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "hostctl/prom.h"
#include "hostctl/prom_text.h"
#include "tests/hostctl/real_server.h"

static struct metric_set *s;

static int setup(void **state)
{
	(void)state;
	s = calloc(1, sizeof *s);
	return !s;
}

static int teardown(void **state)
{
	(void)state;
	free(s);
	return 0;
}

static void fill(void)
{
	static const struct counter_text text = { "rx_frames", "frames \\ taken" };
	static const u64 word = 41;
	metric_reset(s, "de\"mo", clock_wall_ns());
	metric_add(s, METRIC_appliance_up, 1);
	struct metric *bid = metric_add(s, METRIC_market_bid, 6183763);
	metric_decimals(bid, 2);
	metric_label(bid, "symbol", "BTCUSDT");
	metric_label(metric_add(s, METRIC_link_rtt_ns, 250001), "session", "md");
	metric_add_counters(s, "trade.port", &word, &text, 1);
	metric_label(metric_add(s, METRIC_link_rtt_ns, 0), "session", "order");
	metric_add_counters(s, "md.port", &word, &text, 1);
	struct metric_hist *h = &s->hist[s->n_hists++];
	*h = (struct metric_hist){ .stage = "t2t" };
	hist_add(&h->h, 20);
	hist_add(&h->h, 900);
	hist_add(&h->h, 30 * NS_PER_S);
}

static char *rendered(void)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	prom_text(s, out);
	fclose(out);
	return text;
}

static const char *const lines[] = {
	"# TYPE saker_appliance_up gauge\nsaker_appliance_up{appliance=\"de\\\"mo\"} 1\n",
	"saker_market_bid{appliance=\"de\\\"mo\",symbol=\"BTCUSDT\"} 61837.63\n",
	"# TYPE saker_link_rtt_seconds gauge\n"
	"saker_link_rtt_seconds{appliance=\"de\\\"mo\",session=\"md\"} 0.000250001\n"
	"saker_link_rtt_seconds{appliance=\"de\\\"mo\",session=\"order\"} 0\n",
	"# HELP saker_port_rx_frames_total frames \\\\ taken\n"
	"# TYPE saker_port_rx_frames_total counter\n"
	"saker_port_rx_frames_total{appliance=\"de\\\"mo\",core=\"trade\"} 41\n"
	"saker_port_rx_frames_total{appliance=\"de\\\"mo\",core=\"md\"} 41\n",
	"# TYPE saker_latency_seconds histogram\n",
	"stage=\"t2t\",le=\"0.000000015\"} 0\n",
	"stage=\"t2t\",le=\"0.000000031\"} 1\n",
	"stage=\"t2t\",le=\"0.000000767\"} 1\n",
	"stage=\"t2t\",le=\"0.000001023\"} 2\n",
	"stage=\"t2t\",le=\"+Inf\"} 3\n",
	"saker_latency_seconds_sum{appliance=\"de\\\"mo\",stage=\"t2t\"} 30.00000092\n",
	"saker_latency_seconds_count{appliance=\"de\\\"mo\",stage=\"t2t\"} 3\n",
};

static void test_text(void **state)
{
	(void)state;
	fill();
	char *text = rendered();
	for (u32 i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("not found: %s in:\n%s", lines[i], text);
	free(text);
}

static void test_promtool_has_nothing_to_say(void **state)
{
	(void)state;
	need_program("promtool");
	fill();
	char *text = rendered();
	FILE *tool = popen("promtool check metrics >/dev/null", "w");
	assert_non_null(tool);
	fputs(text, tool);
	assert_int_equal(pclose(tool), 0);
	free(text);
}

static struct prom p;

static void open_prom(u16 port)
{
	char why[PROM_WHY_MAX] = "";
	if (prom_open(&p, "127.0.0.1", port, 60 * NS_PER_S, why) != ERR_OK)
		fail_msg("%s", why);
}

static long get(u16 port, const char *path, const char *post, const char *expected)
{
	char url[64];
	long code;
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, path);
	char *text = http_text(url, post, &code);
	if (!strstr(text, expected))
		fail_msg("%s: no %s in %s", path, expected, text);
	free(text);
	return code;
}

static void test_http(void **state)
{
	u16 port = free_port();
	char why[PROM_WHY_MAX];
	struct prom second;
	(void)state;
	open_prom(port);
	assert_int_equal(get(port, "/health", NULL, "no fresh sample"), 503);
	fill();
	prom_show(&p, s);
	assert_int_equal(get(port, "/health", NULL, "running"), 200);
	assert_int_equal(get(port, "/metrics", NULL, "saker_market_bid{"), 200);
	assert_int_equal(get(port, "/metrics", "x=1", "GET alone"), 405);
	assert_int_equal(get(port, "/other", NULL, "/metrics"), 404);
	s->metric[0].value = 0; /* nobody serves between two requests of one client */
	assert_int_equal(get(port, "/health", NULL, "does not run"), 503);
	s->wall_ns -= 61 * NS_PER_S;
	assert_int_equal(get(port, "/health", NULL, "no fresh sample"), 503);
	assert_int_equal(prom_open(&second, "127.0.0.1", port, 1, why), ERR_IO);
	assert_non_null(strstr(why, "another hostctl serve"));
	prom_close(&p);
}

static bool scraped(void *user)
{
	char url[256];
	snprintf(url, sizeof url,
		 "http://127.0.0.1:%u/api/v1/query?query=saker_port_rx_frames_total%%7Bcore%%3D%%22md%%22%%7D",
		 *(u16 *)user);
	json_t *j = http_json(url);
	const char *value = NULL, *appliance = NULL;
	bool yes = j && !json_unpack(j, "{s:{s:[{s:{s:s},s:[F,s]}]}}", "data", "result", "metric",
				     "appliance", &appliance, "value", &(double){ 0 }, &value) &&
		   !strcmp(value, "41") && !strcmp(appliance, "de\"mo");
	json_decref(j);
	return yes;
}

static void test_a_real_prometheus_scrapes_it(void **state)
{
	struct real_server server;
	char listen[64], config[256];
	u16 port = free_port();
	(void)state;
	need_program("prometheus");
	open_prom(port);
	fill();
	prom_show(&p, s);
	real_dir(&server, "prometheus");
	snprintf(listen, sizeof listen, "--web.listen-address=127.0.0.1:%u", server.port);
	snprintf(config, sizeof config,
		 "scrape_configs:\n  - job_name: saker\n    scrape_interval: 1s\n"
		 "    static_configs: [{targets: ['127.0.0.1:%u']}]\n",
		 port);
	real_file(&server, "prometheus.yml", config);
	real_start(&server, (const char *const[]){ "prometheus", "--config.file=prometheus.yml",
						   "--storage.tsdb.path=data", listen, NULL });
	wait_until(scraped, &server.port, "Prometheus to have scraped the counter");
	real_stop(&server);
	prom_close(&p);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_text),
		CASE(test_promtool_has_nothing_to_say),
		CASE(test_http),
		CASE(test_a_real_prometheus_scrapes_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
