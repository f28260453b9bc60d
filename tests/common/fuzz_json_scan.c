/* Any text as JSON: walked member by member; every span lies inside the text. */
#include <stdint.h>

#include "common/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size, const struct js_val *v)
{
	const uint8_t *p = (const uint8_t *)v->p;
	if (p < data || p > data + size || v->n > (size_t)(data + size - p))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct js j = js_of(data, size);
	struct js_val k, v;
	if (js_enter(&j, '{'))
		while (js_key(&j, &k) && js_value(&j, &v)) {
			check(data, size, &k);
			check(data, size, &v);
		}
	js_done(&j);
	j = js_of(data, size);
	if (js_enter(&j, '['))
		while (js_more(&j) && js_value(&j, &v))
			check(data, size, &v);
	return 0;
}
