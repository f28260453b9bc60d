/* Any bytes as a configuration: never a crash; refused in one line that names the place, or whole. */
#include <stdlib.h>
#include <string.h>

#include "appliance/config_check.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static struct config c;
	char error[CONFIG_ERROR];
	err_t e = config_parse(&c, "fuzz.yaml", (const char *)data, n, error);
	if (e != ERR_OK) {
		if (strncmp(error, "fuzz.yaml:", 10) || strpbrk(error, "\n\r"))
			abort();
		return 0;
	}
	if (!c.n_instruments || !is_pow2(c.tape_slots) || !*c.socket ||
	    c.n_strategies > CONFIG_STRATEGIES)
		abort();
	check_ports(&c, error);
	return 0;
}
