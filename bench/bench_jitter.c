/*
 * bench_jitter.c - whose gaps they are: the time between two looks at the clock of a loop that does
 * nothing else, and of the idle hot core's loop on the same CPU, in turns. What the bare loop has as
 * well is the machine's; what the core alone has is ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/place.h"
#include "bench/t2t.h"

#define BLOCK_NS (50 * NS_PER_MS)
#define KEPT 200000 /* turns of a block whose times are kept: the first; longer than GAP_NS: all */
#define GAP_NS 5000
#define GAPS 2000 /* room for those, a block */

struct loop {
	const char *name;
	void (*turn)(u64 tsc);
	struct samples turns;
	u64 n, longest_ns, gaps, lost_ns; /* lost: the sum of the gaps */
	u64 looked_ns;
};

static struct world w;

static void bare(u64 tsc) { (void)tsc; }

static void fused(u64 tsc)
{
	md_core_step(&w.md, tsc);
	trade_core_step(&w.trade, tsc);
}

static void block(struct loop *l)
{
	u64 kept = 0, begin = tsc_now(), before = begin;
	for (u64 now; tsc_to_ns(&w.clock, before - begin) < BLOCK_NS; before = now) {
		l->turn(before);
		now = tsc_now();
		u64 ns = tsc_to_ns(&w.clock, now - before);
		l->n++;
		if (ns > GAP_NS) {
			l->gaps++;
			l->lost_ns += ns;
		}
		l->longest_ns = u64_max(l->longest_ns, ns);
		if (kept < KEPT || ns > GAP_NS) {
			samples_add(&l->turns, ns);
			kept++;
		}
	}
	l->looked_ns += tsc_to_ns(&w.clock, before - begin);
	samples_block(&l->turns);
}

static void print(struct loop *l)
{
	char note[160], name[64];
	snprintf(note, sizeof note, ",\"turns\":%llu,\"gaps_over_5us\":%llu,\"ns_in_gaps\":%llu,\"of_ns\":%llu",
		 (unsigned long long)l->n, (unsigned long long)l->gaps, (unsigned long long)l->lost_ns,
		 (unsigned long long)l->looked_ns);
	samples_print(&l->turns, l->name, note);
	snprintf(name, sizeof name, "%s.longest_gap", l->name);
	sample_print_figure(name, "ns, once", l->longest_ns, "");
	samples_close(&l->turns);
}

int main(void)
{
	struct world_cfg cfg = { .strategy = &t2t_taker };
	struct loop loops[] = { { .name = "jitter.bare", .turn = bare }, { .name = "jitter.idle_core", .turn = fused } };
	u32 blocks = samples_blocks_wanted();
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	world_open(&w, &cfg);
	arena_seal(&w.arena);
	for (u32 k = 0; k < ARRAY_LEN(loops); k++)
		samples_open(&loops[k].turns, blocks * (KEPT + GAPS));
	for (u32 b = 0; b < blocks; b++)
		for (u32 k = 0; k < ARRAY_LEN(loops); k++)
			block(&loops[k]);
	for (u32 k = 0; k < ARRAY_LEN(loops); k++)
		print(&loops[k]);
	world_close(&w);
	return 0;
}
