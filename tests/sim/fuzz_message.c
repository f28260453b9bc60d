/* Any bytes as a line of a recording's JSON. */
#include "sim/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m = { 0 };
	const char *why = NULL;
	err_t e = message_parse(&m, (const char *)data, size, "BTCUSDT", &why);
	assert((e == ERR_OK) == (why == NULL));
	if (e == ERR_OK && m.kind != MESSAGE_SNAPSHOT)
		assert(m.data.p > data && m.data.p + m.data.n < data + size);
	message_free(&m);
	return 0;
}
