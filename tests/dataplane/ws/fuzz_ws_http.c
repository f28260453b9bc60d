/* Fuzz target: hostile answers to the upgrade, growing in pieces, in memory of just their size. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/ws/ws_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_http h;
	u32 step = size ? data[0] + 1u : 1, used;
	err_t e = ERR_AGAIN;

	ws_http_init(&h, (const u8 *)"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	for (size_t n = 1; n < size && e == ERR_AGAIN; n += step) {
		size_t have = n + step < size ? n + step : size;
		u8 *buf = malloc(have);
		memcpy(buf, data, have);
		e = ws_http_rx(&h, buf, (u32)have, &used);
		assert(used <= have && (e != ERR_OK || (h.status == 101 && used)));
		free(buf);
	}
	return 0;
}
