/*
 * KeyUpdate against OpenSSL's server (RFC 8446 section 4.6.3): both directions, asked for or not,
 * before the refill is there, at the record limit.
 */
#include "tests/dataplane/tls/link.h"

struct world {
	struct venue v;
	struct tls_client_ctx *ctx;
	struct link *l;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	venue_open(&w->v, &(struct venue_cfg){ .version = TLS_1_3 });
	w->ctx = client_ctx(&w->v, NULL, NULL);
	w->l = link_new(true);
	link_connect(w->l, &w->v, w->ctx, VENUE_HOST);
	settle(w->l);
	assert_int_equal(w->l->t.state, TLS_OPEN);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	link_free(w->l);
	tls_client_ctx_free(w->ctx);
	venue_close(&w->v);
	free(w);
	return 0;
}

static void server_update(struct link *l, int type)
{
	assert_int_equal(SSL_key_update(l->srv, type), 1);
	assert_int_equal(SSL_do_handshake(l->srv), 1);
}

/* Both directions work, and have got exactly what is named. */
static void expect(struct link *l, const char *at_client, const char *at_server)
{
	assert_int_equal(l->err, ERR_OK);
	assert_int_equal(l->srv_err, 0);
	assert_int_equal(l->plain_n, strlen(at_client));
	assert_memory_equal(l->plain, at_client, l->plain_n);
	assert_int_equal(l->srv_plain_n, strlen(at_server));
	assert_memory_equal(l->srv_plain, at_server, l->srv_plain_n);
}

static void test_server_updates(void **state)
{
	struct link *l = ((struct world *)*state)->l;

	server_send(l, "a", 1);
	server_update(l, SSL_KEY_UPDATE_NOT_REQUESTED);
	server_send(l, "b", 1);
	settle(l);
	client_send(l, "x", 1);
	settle(l);
	expect(l, "ab", "x");
	assert_int_equal(l->cnt[TLS_CNT_rx_key_updates], 1);
	assert_int_equal(l->cnt[TLS_CNT_tx_key_updates], 0);
}

/* Nothing of ours may go before our own KeyUpdate. */
static void test_server_requests(void **state)
{
	struct link *l = ((struct world *)*state)->l;

	server_update(l, SSL_KEY_UPDATE_REQUESTED);
	while (deliver(l))
		;
	assert_false(tls_can_send(&l->t));
	assert_true(tls_ctl_due(&l->t));
	control_step(l);
	assert_true(tls_can_send(&l->t));
	client_send(l, "x", 1);
	server_send(l, "a", 1);
	settle(l);
	expect(l, "a", "x");
	assert_int_equal(l->cnt[TLS_CNT_tx_key_updates], 1);
}

static void test_client_updates(void **state)
{
	struct link *l = ((struct world *)*state)->l;
	char want[64] = "";

	for (int i = 0; i < 10; i++) {
		assert_int_equal(tls_update_keys(&l->t), ERR_OK);
		assert_false(tls_can_send(&l->t));
		settle(l);
		char letter[2] = { (char)('a' + i), 0 };
		strcat(want, letter);
		client_send(l, letter, 1);
		settle(l);
	}
	expect(l, "", want);
	assert_int_equal(l->cnt[TLS_CNT_tx_key_updates], 10);
}

/* Records under keys that are not there yet wait; each refill lets one more generation through. */
static void test_second_before_refill(void **state)
{
	struct link *l = ((struct world *)*state)->l;

	l->no_refill = true;
	server_send(l, "a", 1);
	for (int i = 0; i < 3; i++) {
		server_update(l, SSL_KEY_UPDATE_REQUESTED);
		server_send(l, (char[]){ (char)('b' + i) }, 1);
	}
	settle(l);
	expect(l, "ab", "");
	assert_true(l->asked[TLS_RX]);
	assert_true(l->cnt[TLS_CNT_rx_waited] > 0);
	l->no_refill = false;
	settle(l);
	expect(l, "abcd", "");
	client_send(l, "x", 1);
	server_send(l, "e", 1);
	settle(l);
	expect(l, "abcde", "x");
	assert_int_equal(l->cnt[TLS_CNT_rx_key_updates], 3);
}

/* Our answer to a second request waits for its keys too, and holds back what we send. */
static void test_tx_refill_late(void **state)
{
	struct link *l = ((struct world *)*state)->l;

	l->no_refill = true;
	assert_int_equal(tls_update_keys(&l->t), ERR_OK);
	settle(l);
	assert_true(tls_can_send(&l->t));
	assert_int_equal(tls_update_keys(&l->t), ERR_OK);
	assert_false(tls_ctl_due(&l->t));
	assert_false(tls_can_send(&l->t));
	l->no_refill = false;
	settle(l);
	assert_true(tls_can_send(&l->t));
	client_send(l, "x", 1);
	settle(l);
	expect(l, "", "x");
	assert_int_equal(l->cnt[TLS_CNT_tx_key_updates], 2);
}

/* What waits for a refill that never comes ends the connection, visibly, once it does not fit. */
static void test_refill_never_comes(void **state)
{
	struct link *l = ((struct world *)*state)->l;
	static u8 big[TLS_PLAIN_MAX];

	l->no_refill = true;
	server_update(l, SSL_KEY_UPDATE_NOT_REQUESTED);
	server_update(l, SSL_KEY_UPDATE_NOT_REQUESTED);
	for (int i = 0; i < 6; i++)
		server_send(l, big, sizeof big);
	settle(l);
	assert_int_equal(l->err, ERR_FULL);
	assert_int_equal(l->t.state, TLS_CLOSED);
	assert_int_equal(l->t.alert_tx, TLS_INTERNAL_ERROR);
	assert_int_equal(l->cnt[TLS_CNT_rx_backlog_full], 1);
	assert_int_equal(tls_rx(&l->t, big, 1, 1), ERR_FULL);
}

/* Near the record limit the KeyUpdate comes of itself. */
static void test_limit(void **state)
{
	struct link *l = ((struct world *)*state)->l;

	tls_tx(&l->t)->seq_limit = tls_tx(&l->t)->seq + 2;
	client_send(l, "x", 1);
	assert_false(tls_ctl_due(&l->t));
	client_send(l, "y", 1);
	assert_true(tls_ctl_due(&l->t));
	settle(l);
	client_send(l, "z", 1);
	settle(l);
	expect(l, "", "xyz");
	assert_int_equal(l->cnt[TLS_CNT_tx_key_updates], 1);
}

/* Many updates, random order, data in between: nothing is lost. */
static void test_storm(void **state)
{
	struct link *l = ((struct world *)*state)->l;
	u64 seed = 0x0fda7e;
	struct rng r;
	u32 up = 0, down = 0;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int i = 0; i < 400; i++) {
		l->chunk = 1 + (u32)rng_below(&r, 200);
		l->no_refill = rng_below(&r, 2);
		switch (rng_below(&r, 4)) {
		case 0: server_update(l, (int)rng_below(&r, 2)); break;
		case 1: assert_int_equal(tls_update_keys(&l->t), ERR_OK); break;
		case 2: server_send(l, (u8[]){ (u8)down++ }, 1); break;
		default:
			if (tls_can_send(&l->t))
				client_send(l, (u8[]){ (u8)up++ }, 1);
		}
		if (rng_below(&r, 2))
			settle(l);
		assert_int_equal(l->err, ERR_OK);
	}
	l->no_refill = false;
	settle(l);
	assert_int_equal(l->plain_n, down);
	assert_int_equal(l->srv_plain_n, up);
	for (u32 i = 0; i < down; i++)
		assert_int_equal(l->plain[i], (u8)i);
	for (u32 i = 0; i < up; i++)
		assert_int_equal(l->srv_plain[i], (u8)i);
}

/* A recording is taken up where it begins: keys of a later generation, record numbers above 0. */
static void test_adoption(void **state)
{
	struct world *w = *state;
	struct link *l = w->l, *other = link_new(true);
	struct tls_keys k;

	server_send(l, "before", 6);
	settle(l);
	assert_int_equal(tls_client_keys(l->hs, &k), ERR_OK);
	k.now[TLS_RX].seq = l->t.dir[TLS_RX][0].seq;
	k.now[TLS_TX].seq = tls_tx(&l->t)->seq;
	memset(k.next, 0, sizeof k.next);
	assert_int_equal(tls_set_keys(&other->t, &k, 1), ERR_OK);
	assert_true(other->asked[TLS_RX] && other->asked[TLS_TX]);
	refill_step(other);
	server_send(l, "after", 5);
	server_update(l, SSL_KEY_UPDATE_NOT_REQUESTED);
	server_send(l, "wards", 5);
	u8 seg[256];
	int n = BIO_read(l->from_srv, seg, sizeof seg);
	assert_int_equal(tls_rx(&other->t, seg, (u32)n, 2), ERR_OK);
	assert_int_equal(other->plain_n, 10);
	assert_memory_equal(other->plain, "afterwards", 10);
	assert_int_equal(tls_set_keys(&other->t, &k, 3), ERR_STATE);
	tls_keys_wipe(&k);
	link_free(other);
}

static void test_states(void **state)
{
	struct link *l = ((struct world *)*state)->l;
	struct tls_dir_keys next;

	assert_int_equal(tls_refill(&l->t, TLS_RX, &l->t.newest[TLS_RX], 1), ERR_STATE);
	server_update(l, SSL_KEY_UPDATE_NOT_REQUESTED);
	while (deliver(l))
		;
	assert_true(l->asked[TLS_RX]);
	next = l->newest[TLS_RX];
	next.version = TLS_1_2;
	assert_int_equal(tls_refill(&l->t, TLS_RX, &next, 1), ERR_UNSUPPORTED);
	tls_close(&l->t);
	assert_int_equal(tls_update_keys(&l->t), ERR_STATE);
	assert_int_equal(tls_refill(&l->t, TLS_RX, &next, 1), ERR_STATE);
	tls_reset(&l->t);
	assert_int_equal(tls_update_keys(&l->t), ERR_STATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_server_updates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_server_requests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_client_updates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_second_before_refill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tx_refill_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refill_never_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_storm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_adoption, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_states, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
