#include "bench/parts.h"

static void one_block(const struct clock *c, struct part *p, u32 batches)
{
	for (u32 i = 0; i < batches + batches / 10; i++) {
		u64 t0 = tsc_now();
		p->run(p->arg, i * PARTS_BATCH);
		u64 ns = tsc_to_ns(c, tsc_now() - t0);
		if (i >= batches / 10)
			samples_add(&p->s, ns * 1000 / PARTS_BATCH);
	}
	samples_block(&p->s);
}

void parts_run(const struct clock *c, struct part *parts, u32 n, u32 batches)
{
	u32 blocks = samples_blocks_wanted();
	for (u32 i = 0; i < n; i++) {
		samples_open(&parts[i].s, blocks * batches);
		parts[i].s.unit = "ps";
	}
	for (u32 b = 0; b < blocks; b++)
		for (u32 i = 0; i < n; i++)
			one_block(c, &parts[i], batches);
	for (u32 i = 0; i < n; i++) {
		samples_print(&parts[i].s, parts[i].name, ",\"batch\":64");
		samples_close(&parts[i].s);
	}
}
