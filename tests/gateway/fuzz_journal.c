/* A journal file of any bytes: opened, read to its end, and its leftovers listed. */
#include <stdint.h>
#include <string.h>

#include "common/instrument.h"
#include "gateway/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_reader r;
	struct journal_open_order out[4];
	u64 last[INSTRUMENTS_MAX] = { 0 };
	u32 n = 0;
	u8 file[4096];
	struct journal_header h;
	journal_open(&r, data, size);
	/* behind a good header, and with good checksums, so that the records themselves are looked at */
	if (size > sizeof file - sizeof h)
		return 0;
	journal_header_make(&h, 1, 1, 1);
	memcpy(file, &h, sizeof h);
	memcpy(file + sizeof h, data, size);
	for (size_t at = sizeof h; at + JOURNAL_RECORD <= sizeof h + size; at += JOURNAL_RECORD) {
		u32 crc = crc32c(0, file + at + 4, JOURNAL_RECORD - 4);
		memcpy(file + at, &crc, sizeof crc);
	}
	if (journal_open(&r, file, sizeof h + size) != ERR_OK)
		__builtin_trap();
	journal_open_orders(&r, out, 4, &n, last);
	if (n > 4)
		__builtin_trap();
	return 0;
}
