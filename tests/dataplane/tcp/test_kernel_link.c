/*
 * Bad links between us and the kernel, in real time: each repairs what the other has lost. The seed of
 * a failure is in its message; KERNEL_LINK=name SEED=n repeats the same losses, if not the same times.
 * TRANSPORT_FULL=1: 10 MB each way instead of 2.
 */
#include "tests/cmocka_all.h"

#include "dataplane/tcp/conn.h"
#include "tests/dataplane/tcp/kernel_peer.h"

static const struct {
	const char *name;
	struct mock_bad bad;
} links[] = {
	{ "loss", { .lose = 10 } },
	{ "dup", { .dup = 50 } },
	{ "reorder", { .reorder = 50 } },
	{ "corrupt", { .corrupt = 10 } },
	{ "truncate", { .truncate = 10 } },
	{ "all", { .lose = 5, .dup = 10, .reorder = 30, .corrupt = 5, .truncate = 5 } },
};

static void test_links(void **state)
{
	struct fixture *x = *state;
	const char *only = getenv("KERNEL_LINK"), *env = getenv("SEED");
	u64 seed = env ? strtoull(env, NULL, 10) : 1;
	u32 bytes = getenv("TRANSPORT_FULL") ? 10u << 20 : 2u << 20;
	for (u16 k = 0; k < 2 * ARRAY_LEN(links); k++) {
		u32 i = k / 2;
		if (only && strcmp(only, links[i].name))
			continue;
		x->tcp->cfg.timestamps = k % 2; /* the kernel offers them always */
		struct ours o = { .close_on_fin = true };
		int s = connected(x, &o, PORT + k);
		rng_seed(&x->port.rng, seed);
		u64 again = x->tcp_cnt[TCP_CNT_rtx_fast], late = x->tcp_cnt[TCP_CNT_rtx_timeouts];
		ns_t begin = now_ns();
		print_message("%s%s, seed %llu: ", links[i].name, k % 2 ? " with timestamps" : "", (unsigned long long)seed);
		x->port.bad = links[i].bad;
		exchange(x, &o, s, bytes);
		x->port.bad = (struct mock_bad){ 0 };
		print_message("%u bytes each way in %llu ms, %llu again, %llu time-outs\n", bytes,
			      (unsigned long long)((now_ns() - begin) / NS_PER_MS),
			      (unsigned long long)(x->tcp_cnt[TCP_CNT_rtx_fast] - again),
			      (unsigned long long)(x->tcp_cnt[TCP_CNT_rtx_timeouts] - late));
		close(s);
		assert_true(ours_ends(x, &o, ERR_CLOSED));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { PEER_TEST(test_links) };
	return cmocka_run_group_tests_name("IPv4", tests, setup, teardown) +
	       cmocka_run_group_tests_name("IPv6", tests, setup6, teardown);
}
