/* Any bytes as options; what is written back is understood again. */
#include <string.h>

#include "dataplane/tcp/opt.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct tcp_opts o, again;
	u8 out[TCP_OPT_MAX];
	if (n > TCP_OPT_MAX)
		return 0;
	tcp_opts_parse(data, (u32)n, &o);
	assert(o.scale <= TCP_SCALE_MAX && o.n_sack <= TCP_SACK_BLOCKS);
	u32 len = tcp_opts_write_syn(out, &o);
	tcp_opts_parse(out, len, &again);
	assert(again.mss == o.mss && again.scale == o.scale && again.sack_ok == o.sack_ok);
	if (o.n_sack) {
		len = tcp_opts_write_sack(out, o.sack, o.n_sack);
		tcp_opts_parse(out, len, &again);
		assert(again.n_sack == o.n_sack && !memcmp(again.sack, o.sack, 8u * o.n_sack));
	}
	return 0;
}
