/* Any bytes as a frame of any link type: what is given lies within the frame. */
#include <assert.h>

#include "pcap/tcp_frame.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct tcp_frame f;
	if (n < 2)
		return 0;
	struct span frame = { data + 2, n - 2 };
	if (tcp_frame_parse((u16)(data[0] | data[1] << 8), frame, &f) != ERR_OK)
		return 0;
	assert(f.payload.p >= frame.p && f.payload.p + f.payload.n <= frame.p + frame.n);
	return 0;
}
