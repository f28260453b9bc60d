/*
 * Any bytes as a capture of another program, with a key log in front of them: a length of one byte and
 * the log. Reading ends, and each text lies within what a message may be.
 */
#include <assert.h>
#include <string.h>

#include "pcap/tap.h"

static void on_turn(void *user, ns_t at) { (void)user, (void)at; }

static void on_text(void *user, const u8 *p, u32 n, ns_t at)
{
	(void)user, (void)p, (void)at;
	assert(n <= TAP_MESSAGE_MAX);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const struct tap_events ev = { .turn = on_turn, .opened = on_turn, .text = on_text };
	static struct tap t;
	struct arena a;
	struct tls_crypto crypto;
	if (n < 1 || n < 1 + (size_t)data[0])
		return 0;
	memset(&t, 0, sizeof t);
	t.log[t.n_logs++] = (struct span){ data + 1, data[0] };
	t.file[t.n_files++] = (struct tap_file){ "one", { data + 1 + data[0], n - 1 - data[0] } };
	tap_scan(&t);
	if (!t.flows.n || arena_open(&a, 32 << 20) != ERR_OK)
		return 0;
	if (tls_crypto_init(&crypto, true) == ERR_OK)
		tap_run(&t, 0, &ev, &a, &crypto);
	arena_close(&a);
	return 0;
}
