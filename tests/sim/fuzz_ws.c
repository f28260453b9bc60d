/* Any bytes as a run of client frames. */
#include <stdlib.h>
#include <string.h>

#include "sim/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *copy = malloc(size ? size : 1);
	size_t at = 0;
	struct ws_frame f;
	if (size)
		memcpy(copy, data, size);
	while (at < size && ws_decode(&f, copy + at, size - at) == ERR_OK) {
		assert(f.used <= size - at && f.n <= f.used && f.payload >= copy + at);
		at += f.used;
	}
	free(copy);
	return 0;
}
