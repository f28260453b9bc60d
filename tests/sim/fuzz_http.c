/* Any bytes as a request head: parsed, its query asked for a parameter, never read beyond. */
#include "sim/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request r;
	char value[64];
	if (http_parse(&r, data, size) != ERR_OK)
		return 0;
	assert(r.head_n <= size && r.head_n >= 4 && r.path[0] == '/' && r.body_n <= HTTP_BODY_MAX);
	http_param(r.query, "symbol", value, sizeof value);
	return 0;
}
