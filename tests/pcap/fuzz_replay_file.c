/*
 * Any bytes as a capture to be replayed: what is taken of it is sound, turn by turn. (The cores
 * themselves are fuzzed at their ports.)
 */
#include <stdlib.h>

#include "dataplane/nic/port.h"
#include "pcap/replay_file.h"

static void check_core(const struct replay_core_file *c)
{
	u64 at = 0;
	for (u64 t = 0; t < c->n_turns; t++) {
		u32 rx = 0;
		if (c->turns[t].first < at || c->turns[t].first + c->turns[t].n > c->n_items)
			abort();
		at = c->turns[t].first + c->turns[t].n;
		for (u64 i = c->turns[t].first; i < at; i++)
			rx += c->items[i].r.type == RECORD_RX;
		if (rx > PORT_BURST_MAX)
			abort();
	}
}

/* What a checkpoint holds goes nowhere but into memory named for it. */
static void check_checkpoint(const struct replay_stretch *s)
{
	static u64 words[64];
	struct state_place here = state_place("words", words, sizeof words, true);
	struct checkpoint k = { 0 };
	char lacks[STATE_NAME];
	if (s->head.cores && checkpoint_open(&k, s->checkpoint_version, s->checkpoint) == ERR_OK)
		for (u32 i = 0; i < RECORD_CORES; i++)
			state_load(k.state[i], k.place, k.n_places, &here, 1, lacks);
	checkpoint_close(&k);
}

int LLVMFuzzerTestOneInput(const u8 *p, size_t n);

int LLVMFuzzerTestOneInput(const u8 *p, size_t n)
{
	static struct replay_file f;
	char why[REPLAY_TEXT];
	replay_file_add(&f, "one", (struct span){ p, n });
	replay_file_add(&f, "two", (struct span){ p, n });
	for (u32 i = 0; i < f.n_stretches; i++) {
		for (u32 k = 0; k < RECORD_CORES; k++)
			check_core(&f.stretch[i].core[k]);
		check_checkpoint(&f.stretch[i]);
	}
	replay_file_usable(&f, why);
	replay_file_free(&f);
	return 0;
}
