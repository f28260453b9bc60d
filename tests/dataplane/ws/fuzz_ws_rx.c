/*
 * Fuzz target: hostile frames in pieces; the first byte chooses role, piece size, and whether longer
 * messages go to a large buffer.
 */
#include <stdlib.h>
#include <string.h>

#include "dataplane/ws/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 4096
#define OWN   64

static void offer(struct ws *w, u8 *buf, u32 *held)
{
	struct ws_event ev;
	u32 used;

	do {
		used = ws_next(w, buf, *held, &ev);
		assert(used <= *held);
		assert(ev.data.n <= LIMIT);
		for (size_t i = 0; i < ev.data.n; i++)
			(void)*(const volatile u8 *)(ev.data.p + i);
		memmove(buf, buf + used, *held - used);
		*held -= used;
	} while (used || ev.kind == WS_FAILED);
	assert(ws_need(w) <= u32_max(w->own, WS_CONTROL_MAX) + WS_HEAD_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct pool pool;
	struct ws w;
	bool shared = size && data[0] & 0x80;
	u64 cnt[WS_CNT_COUNT] = { 0 };
	u8 *buf = malloc(size + 1), reply[WS_CONTROL_FRAME_MAX];
	u32 held = 0, step = size ? (data[0] >> 1 & 63) + 1u : 1;

	if (arena_open(&a, 1 << 16) || pool_init(&pool, &a, 1, LIMIT) ||
	    ws_init(&w, &a, size ? data[0] & 1 : 0, shared ? OWN : LIMIT, cnt))
		abort();
	if (shared)
		ws_share(&w, &pool, LIMIT);
	for (size_t at = 1; at < size; at += step) {
		u32 k = u32_min(step, (u32)(size - at));
		u8 *tight = malloc(held + k);
		memcpy(tight, buf, held);
		memcpy(tight + held, data + at, k);
		held += k;
		offer(&w, tight, &held);
		memcpy(buf, tight, held);
		free(tight);
	}
	(void)ws_close(&w, reply, WS_NORMAL, (struct span){ data, u32_min(size, 200) }, 7);
	ws_reset(&w);
	assert(pool.n_free == pool.n);
	free(buf);
	arena_close(&a);
	return 0;
}
