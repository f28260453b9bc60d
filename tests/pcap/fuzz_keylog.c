/* Any bytes as a key log: a secret that is found has one of two lengths. */
#include <assert.h>

#include "pcap/keylog.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const u8 random[KEYLOG_RANDOM];
	struct keylog_secret s;
	struct span log = { data, n };
	if (keylog_find(log, "CLIENT_RANDOM", random, &s) == ERR_OK)
		assert(s.n == 32 || s.n == 48);
	return 0;
}
