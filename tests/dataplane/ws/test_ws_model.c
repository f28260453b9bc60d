/*
 * Receiving: random streams, mostly right, against a slow model.
 */
#include "common/rng.h"
#include "tests/dataplane/ws/ws_peer.h"

/*
 * The slow model: reads the whole stream with the RFC's rules one after the other, keeping every
 * message in memory of its own.
 */
struct model {
	const u8 *s;
	u32 n, at;
	u8 msg[STREAM_MAX];
	u32 msg_n;
	int msg_op; /* -1: none */
	bool server, over;
	char log[LOG_MAX];
	size_t log_n;
};

static void model_event(struct model *m, u8 kind, u16 code, const u8 *p, u32 n)
{
	struct ws_event ev = { .kind = kind, .code = code, .data = { p, n } };

	m->log_n = log_event(m->log, m->log_n, &ev);
	m->over = kind == WS_CLOSE || kind == WS_FAILED;
}

static void model_close(struct model *m, const u8 *p, u32 n)
{
	u32 code = n >= 2 ? (u32)p[0] * 256 + p[1] : 0;
	bool known = (code > 999 && code < 1004) || (code > 1006 && code < 1015) ||
		     (code > 2999 && code < 5000);

	if (n == 0)
		model_event(m, WS_CLOSE, 1005, p, 0);
	else if (!known)
		model_event(m, WS_FAILED, 1002, NULL, 0);
	else if (!ws_utf8_ok(p + 2, n - 2))
		model_event(m, WS_FAILED, 1007, NULL, 0);
	else
		model_event(m, WS_CLOSE, (u16)code, p + 2, n - 2);
}

static void model_payload(struct model *m, bool fin, int op, const u8 *p, u32 n)
{
	if (op == 8) {
		model_close(m, p, n);
	} else if (op > 8) {
		model_event(m, op == 9 ? WS_PING : WS_PONG, 0, p, n);
	} else {
		if (op) {
			m->msg_op = op;
			m->msg_n = 0;
		}
		memcpy(m->msg + m->msg_n, p, n);
		m->msg_n += n;
		if (fin) {
			model_event(m, m->msg_op == 1 ? WS_TEXT : WS_BINARY, 0, m->msg, m->msg_n);
			m->msg_op = -1;
		}
	}
}

static bool model_start_bad(const struct model *m, u8 b0, u8 b1)
{
	int op = b0 % 16;

	if (b0 / 16 % 8 || (b1 >= 128) != m->server)
		return true;
	if (op >= 8)
		return op > 10 || b0 < 128 || b1 % 128 > 125;
	return op > 2 || (op == 0) != (m->msg_op >= 0);
}

/* One frame; false: the stream ends inside it, or everything is over. */
static bool model_frame(struct model *m)
{
	const u8 *f = m->s + m->at;
	u32 left = m->n - m->at, ext, head;
	u8 clear[STREAM_MAX];
	u64 n = 0;

	if (m->over || left < 2)
		return false;
	if (model_start_bad(m, f[0], f[1]))
		return model_event(m, WS_FAILED, 1002, NULL, 0), false;
	ext = f[1] % 128 == 126 ? 2 : f[1] % 128 == 127 ? 8 : 0;
	if (left < 2 + ext)
		return false;
	for (u32 i = 0; i < ext; i++)
		n = n * 256 + f[2 + i];
	if ((ext == 2 && n < 126) || (ext == 8 && (n < 65536 || n >= 1ull << 63)))
		return model_event(m, WS_FAILED, 1002, NULL, 0), false;
	n = ext ? n : f[1] % 128;
	if (f[0] % 16 < 8 && n + (f[0] % 16 ? 0 : m->msg_n) > LIMIT)
		return model_event(m, WS_FAILED, 1009, NULL, 0), false;
	head = 2 + ext + (m->server ? 4 : 0);
	if (left < head + n)
		return false;
	for (u32 i = 0; i < n; i++)
		clear[i] = f[head + i] ^ (m->server ? f[2 + ext + i % 4] : 0);
	m->at += head + (u32)n;
	model_payload(m, f[0] >= 128, f[0] % 16, clear, (u32)n);
	return true;
}

/* A frame that is mostly right; `joining` is what the sender believes. */
static u32 random_frame(struct rng *r, u8 *at, bool server, bool *joining)
{
	static const u8 ops[] = { 0, 0, 1, 2, 1, 9, 10, 8, 3 };
	u32 n = (u32)rng_below(r, rng_below(r, 8) ? 20 : 160), head;
	u8 op = ops[rng_below(r, ARRAY_LEN(ops))];
	bool fin = rng_below(r, 3) || op >= 8;

	if (op < 3 && rng_below(r, 30))
		op = *joining ? 0 : op ? op : 1;
	if (op < 3)
		*joining = !fin;
	if (op >= 8)
		n = u32_min(n, 125);
	head = server ? ws_head_len(n) : ws_head_len_plain(n);
	for (u32 i = 0; i < n; i++)
		at[head + i] = (u8)('a' + rng_below(r, 26));
	if (op == 8 && n >= 2)
		memcpy(at + head, (u8[]){ 3, (u8)(0xe8 + rng_below(r, 16)) }, 2);
	u32 total = server ? ws_frame(at, n, op, (u32)rng_next(r)) : ws_frame_plain(at, n, op);
	at[0] = (u8)((fin ? 0x80 : 0) | op);
	if (!rng_below(r, 60))
		at[rng_below(r, 3)] ^= (u8)(1u << rng_below(r, 8));
	return total;
}

static void test_against_model(void **state)
{
	u64 seed = 0x5eed0001, large = 0;
	struct rng r;
	(void)state;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 3000; round++) {
		static struct model m;
		u8 s[STREAM_MAX];
		bool server = round & 1, joining = false;
		u32 n = 0;
		struct peer p;

		for (u64 frames = 1 + rng_below(&r, 15); frames; frames--)
			n += random_frame(&r, s + n, server, &joining);
		n -= (u32)rng_below(&r, 4) ? 0 : (u32)rng_below(&r, n);
		memset(&m, 0, sizeof m);
		m = (struct model){ .s = s, .n = n, .msg_op = -1, .server = server };
		while (model_frame(&m))
			;
		u32 step = 1 + (u32)rng_below(&r, 40);
		peer_open(&p, server ? WS_SERVER : WS_CLIENT);
		feed(&p, s, n, step);
		assert_string_equal(p.log, m.log);
		arena_close(&p.arena);
		peer_open_shared(&p, server ? WS_SERVER : WS_CLIENT);
		feed(&p, s, n, step);
		assert_string_equal(p.log, m.log);
		large += p.cnt[WS_CNT_rx_large];
		ws_reset(&p.ws);
		assert_int_equal(p.pool.n_free, p.pool.n);
		arena_close(&p.arena);
	}
	print_message("%llu messages in large buffers\n", (unsigned long long)large);
	assert_true(large > 100);
}

/* Before each frame the short way is asked: what it takes the general way takes alike, else nothing changed. */
static void test_short_way(void **state)
{
	u64 seed = 0x5eed0002, taken = 0;
	struct rng r;
	(void)state;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 3000; round++) {
		struct peer p, twin;
		bool server = !(round & 15), joining = false;
		peer_open(&p, server ? WS_SERVER : WS_CLIENT);
		peer_open(&twin, server ? WS_SERVER : WS_CLIENT);
		p.ws.check_text = twin.ws.check_text = !(round & 31);
		for (u64 frames = 1 + rng_below(&r, 15); frames; frames--) {
			u8 s[STREAM_MAX];
			struct span text = { 0 };
			struct ws_event ev;
			u32 n = random_frame(&r, s, server, &joining);
			n = rng_below(&r, 20) ? n : 1 + (u32)rng_below(&r, n);
			struct ws before = p.ws;
			if (!ws_text(&p.ws, s, n, &text)) {
				assert_memory_equal(&p.ws, &before, sizeof before);
				ws_next(&p.ws, s, n, &ev);
				ws_next(&twin.ws, s, n, &ev); /* a server's frame is unmasked twice: nobody reads it */
				continue;
			}
			taken++;
			assert_int_equal(ws_next(&twin.ws, s, n, &ev), n);
			assert_int_equal(ev.kind, WS_TEXT);
			assert_ptr_equal(ev.data.p, text.p);
			assert_int_equal(ev.data.n, text.n);
			assert_int_equal(ws_need(&p.ws), ws_need(&twin.ws));
			assert_memory_equal(p.cnt, twin.cnt, sizeof p.cnt);
		}
		arena_close(&p.arena);
		arena_close(&twin.arena);
	}
	print_message("%llu by the short way\n", (unsigned long long)taken);
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_short_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
