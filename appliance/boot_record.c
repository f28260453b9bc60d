#include "appliance/boot_record.h"

#include <string.h>

#include "common/msg.h"
#include "common/tape.h"
#include "gateway/trade_core.h"
#include "gateway/trade_epoch.h"

/* Over the sizes of all that a capture holds as structs: here, and in messages and images. */
static u32 layout(void)
{
	static const u32 sizes[] = {
		sizeof(struct boot_record), sizeof(struct instrument),   sizeof(struct recon_other),
		sizeof(struct book_top),    sizeof(struct tls_keys),	 sizeof(struct tls_dir_keys),
		sizeof(struct msg_limits),  sizeof(struct msg_clock),	 sizeof(struct msg_command),
		sizeof(struct msg_ready),   sizeof(struct msg_snapshot), sizeof(struct msg_levels),
		sizeof(struct msg_failed),  sizeof(struct record_turn),  sizeof(struct msg_epoch),
		sizeof(struct epoch_strategy),
	};
	return crc32c(MSG_NOTICE, sizes, sizeof sizes);
}

void boot_record_write(struct wr *w, const struct boot_record *b)
{
	wr_bytes(w, b->build, sizeof b->build);
	wr_u32(w, layout());
	wr_u32(w, crc32c(0, b, sizeof *b));
	wr_bytes(w, b, sizeof *b);
}

err_t boot_record_read(struct boot_record *b, struct span bytes)
{
	struct rd r = rd_of(bytes.p, bytes.n);
	memset(b, 0, sizeof *b);
	const u8 *build = rd_bytes(&r, sizeof b->build);
	u32 l = rd_u32(&r), crc = rd_u32(&r);
	if (r.bad)
		return ERR_TRUNCATED;
	memcpy(b->build, build, sizeof b->build - 1);
	if (l != layout())
		return ERR_UNSUPPORTED;
	const u8 *p = rd_bytes(&r, sizeof *b);
	if (!p)
		return ERR_TRUNCATED;
	if (crc != crc32c(0, p, sizeof *b))
		return ERR_CHECKSUM;
	memcpy(b, p, sizeof *b);
	b->build[sizeof b->build - 1] = 0;
	bool fits = b->n_instruments <= INSTRUMENTS_MAX && b->recovered.n_open <= RECON_OTHERS_MAX;
	return fits ? ERR_OK : ERR_SYNTAX;
}
