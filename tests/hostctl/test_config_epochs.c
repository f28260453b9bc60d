/* hostctl config show, diff, apply, history on a fake instance and real epochs. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostctl/verb.h"
#include "tests/appliance/config_least.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;

static void write_file(const char *suffix, const char *text, char path[64])
{
	snprintf(path, 64, "/tmp/%s.%s", f.name, suffix);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	fake_epoch(&f, CONFIG_LEAST);
	fake_epoch(&f, CONFIG_LEAST "risk: { max_loss: 10 }\nstrategies: [{ name: q, type: maker, params: { size: 1 } }]\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

static void expect(const char *line, int code, const char *out, const char *err)
{
	struct ran r = run_hostctl(&f, line);
	if (r.code != code || !strstr(r.out, out) || !strstr(r.err, err))
		fail_msg("hostctl %s: exit %d\n%s%s", line, r.code, r.out, r.err);
	ran_free(&r);
}

static json_t *option_of(json_t *all, const char *option)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(all, "options"), i, row)
		if (!strcmp(text_of(row, "option"), option))
			return row;
	fail_msg("no option %s", option);
	return NULL;
}

static void test_show(void **state)
{
	(void)state;
	expect("config show", EXIT_DONE, "# epoch 2, in force since 2023-11-14T22:13:20Z; apply x, by user 7, role risk\n", "");
	expect("config show", EXIT_DONE, "\n  max_loss: 10\n", "");
	expect("config show", EXIT_DONE, "\n  max_fills: 0  # default\n", "");
	json_t *all = json_of(&f, "config show", EXIT_DONE), *epoch = json_object_get(all, "epoch");
	assert_int_equal(number_of(epoch, "epoch"), 2);
	assert_int_equal(number_of(epoch, "uid"), 7);
	assert_int_equal(strlen(text_of(epoch, "sha256")), 64);
	json_t *row = option_of(all, "risk.max_loss");
	assert_string_equal(text_of(row, "value"), "10");
	assert_false(json_is_true(json_object_get(row, "default")));
	assert_string_equal(text_of(row, "changed"), "live, a limit");
	assert_true(json_is_true(json_object_get(option_of(all, "mode"), "default")));
	assert_string_equal(text_of(option_of(all, "strategies[q].params.size"), "value"), "1");
	assert_string_equal(text_of(option_of(all, "strategies[q].enabled"), "value"), "true");
	json_decref(all);
}

static void test_diff(void **state)
{
	(void)state;
	char path[64], line[128];
	write_file("other.yaml", CONFIG_LEAST "risk: { max_loss: 20 }\nmode: live\n", path);
	snprintf(line, sizeof line, "config diff %s", path);
	json_t *all = json_of(&f, line, EXIT_DONE);
	assert_string_equal(text_of(row_of(all, "changes", 0), "option"), "mode");
	assert_string_equal(text_of(row_of(all, "changes", 0), "changed"), "start");
	assert_string_equal(text_of(row_of(all, "changes", 1), "option"), "strategies[q]");
	assert_string_equal(text_of(row_of(all, "changes", 2), "from"), "10");
	assert_string_equal(text_of(row_of(all, "changes", 2), "to"), "20");
	assert_string_equal(text_of(row_of(all, "changes", 2), "changed"), "live, role risk");
	assert_int_equal(json_array_size(json_object_get(all, "changes")), 3);
	json_decref(all);
	expect("config diff 1 2", EXIT_DONE, "strategies[q]", "");
	expect("config diff 2 2", EXIT_DONE, "nothing differs", "");
	expect("config diff 2 9", EXIT_REFUSED, "", "000009.yaml: cannot be read: No such file");
	expect("config diff /nowhere.yaml", EXIT_CONFIG, "", "/nowhere.yaml: cannot be read");
	expect("config diff", EXIT_CONFIG, "", "/etc/saker.yaml: cannot be read"); /* whose file is not there */
	unlink(path);
}

static void test_history(void **state)
{
	(void)state;
	char path[64];
	json_t *all = json_of(&f, "config history", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "epochs")), 2);
	assert_int_equal(number_of(row_of(all, "epochs", 0), "epoch"), 2);
	assert_string_equal(text_of(row_of(all, "epochs", 0), "at"), "2023-11-14T22:13:20Z");
	json_decref(all);
	all = json_of(&f, "config history -n 1", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "epochs")), 1);
	json_decref(all);
	write_file("epochs/000001.yaml", "# saker epoch 1\n", path);
	expect("config history", EXIT_REFUSED, "apply x", "000001.yaml: is no epoch's file");
}

static void test_apply(void **state)
{
	(void)state;
	char path[64], socket[64], line[128], hash[EPOCH_HASH_MAX], sent[256];
	const char *text = CONFIG_LEAST "mode: live\n";
	struct fake_door d;
	write_file("other.yaml", text, path);
	epoch_hash(text, strlen(text), hash);
	snprintf(socket, sizeof socket, "/tmp/%s.sock", f.name);
	snprintf(line, sizeof line, "config apply %s", path);
	snprintf(sent, sizeof sent, "apply %s %s", hash, path);
	fake_door_open(&d, socket, "{\"ok\":false,\"error\":\"STATE\",\"text\":\"cannot change: mode\"}\n", 0);
	expect(line, EXIT_REFUSED, "", "hostctl: config refused: cannot change: mode\n");
	fake_door_close(&d);
	assert_string_equal(d.line, sent);
	fake_door_open(&d, socket, "{\"ok\":true,\"error\":\"OK\",\"text\":\"epoch 3 is in force\"}\n", 0);
	expect("config apply 1", EXIT_DONE, "epoch 3 is in force\n", "");
	fake_door_close(&d);
	assert_non_null(strstr(d.line, ".epochs/000001.yaml"));
	write_file("other.yaml", "mode: dead\n", path);
	expect(line, EXIT_CONFIG, "", "other.yaml:1: mode: found \"dead\"");
	unlink(path);
	expect(line, EXIT_REFUSED, "", "other.yaml: No such file");
	expect("config apply 77", EXIT_REFUSED, "", "000077.yaml: No such file");
}

static void test_without_an_instance(void **state)
{
	(void)state;
	expect("--instance nobody-here config show", EXIT_NOT_RUNNING, "", "nobody-here does not run; with --config FILE");
	expect("--instance nobody-here config apply 1", EXIT_NOT_RUNNING, "", "does not run");
	char path[64], text[1024], line[128];
	snprintf(text, sizeof text, CONFIG_LEAST "instance: nobody-here\nfiles: { state_dir: /tmp/%s.state }\n", f.name);
	write_file("other.yaml", text, path);
	snprintf(line, sizeof line, "--config %s --instance nobody-here config history", path);
	expect(line, EXIT_REFUSED, "", ".state/epochs: holds no epoch");
	unlink(path);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(test_show), CASE(test_diff), CASE(test_history), CASE(test_apply),
					    CASE(test_without_an_instance) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
