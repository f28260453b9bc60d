#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/frame.h"
#include "common/rng.h"
#include "pcap/record_file.h"

/* A message as a record ring would hold it. */
struct message {
	struct ring_msg m;
	u8 data[2048];
};

static u8 file[1 << 16];
static struct pcapng_if ifs[8];

static const struct record_stamp stamp = { .at_ns = 1723161255000000123, .tx_csum = true };

static u32 fixed_of(u16 type)
{
	static const u32 n[RECORD_TYPES] = { [RECORD_RX] = sizeof(struct record_frame),
					     [RECORD_TX] = sizeof(struct record_frame),
					     [RECORD_REFUSED] = sizeof(struct record_refused),
					     [RECORD_INBOX] = sizeof(struct record_inbox),
					     [RECORD_IMAGE] = sizeof(struct record_image),
					     [RECORD_HOST] = sizeof(struct record_host),
					     [RECORD_TURN] = sizeof(struct record_turn),
					     [RECORD_START] = sizeof(struct record_start),
					     [RECORD_LAP] = sizeof(struct record_lap) };
	return n[type];
}

/* Any record of a type, `more` bytes behind its fixed part. */
static void make(struct message *x, struct rng *r, u16 type, u32 more)
{
	x->m = (struct ring_msg){ .type = type, .tag = rng_next(r), .n = fixed_of(type) + more };
	for (u32 i = 0; i < x->m.n; i++)
		x->data[i] = (u8)rng_next(r);
	u32 at = type <= RECORD_TX	   ? offsetof(struct record_frame, n)
		 : type == RECORD_INBOX ? offsetof(struct record_inbox, n)
					: offsetof(struct record_image, n);
	if (type <= RECORD_TX || type == RECORD_INBOX || type == RECORD_IMAGE)
		memcpy(x->data + at, &more, sizeof more);
	if (type <= RECORD_TX)
		((struct record_frame *)(void *)x->data)->flags &= FRAME_CSUM_GOOD | FRAME_CSUM_BAD;
}

static bool has_more(u16 type) { return type <= RECORD_TX || type == RECORD_INBOX || type == RECORD_IMAGE; }

static struct wr begin(void)
{
	struct wr w = wr_of(file, sizeof file);
	assert_int_equal(pcapng_write_section(&w, &(struct pcapng_section){ 0 }), ERR_OK);
	assert_int_equal(record_write_ifs(&w), ERR_OK);
	return w;
}

/* The record behind the section and its interfaces. */
static err_t read_back(struct pcapng_reader *r, size_t n, struct record_item *i)
{
	struct pcapng_block b;
	err_t e;
	pcapng_read_init(r, (struct span){ .p = file, .n = n }, ifs, ARRAY_LEN(ifs));
	for (u32 k = 0; k < 1 + RECORD_IFS; k++)
		assert_int_equal(pcapng_next(r, &b), ERR_OK);
	e = pcapng_next(r, &b);
	return e == ERR_OK ? record_read(&b, i) : e;
}

static void every_record_comes_back(void **state)
{
	struct rng r;
	u64 seed = (u64)time(NULL);
	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	(void)state;
	for (u32 k = 0; k < 20000; k++) {
		static struct message x;
		struct pcapng_reader rd;
		struct record_item i;
		u16 type = (u16)(1 + rng_below(&r, RECORD_TYPES - 1));
		enum record_core core = (enum record_core)rng_below(&r, RECORD_CORES);
		make(&x, &r, type, has_more(type) ? 14 + (u32)rng_below(&r, FRAME_MAX - 13) : 0);
		struct wr w = begin();
		size_t before = wr_len(&w);
		assert_int_equal(record_write(&w, core, &x.m, &stamp), ERR_OK);
		assert_in_range(wr_len(&w) - before, 1, x.m.n + RECORD_FILE_EXTRA);
		assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_OK);
		assert_true(i.core == core && i.type == type && i.numbered == (type > RECORD_TX));
		u32 skip = type <= RECORD_TX ? sizeof(struct record_frame) : 0;
		assert_true(i.data.n == x.m.n - skip && !memcmp(i.data.p, x.data + skip, i.data.n));
		assert_true(!i.numbered || i.number == x.m.tag);
		if (type <= RECORD_TX)
			assert_int_equal(i.flags, ((struct record_frame *)(void *)x.data)->flags);
	}
}

/* What the device's clock said stands beside the frame, with whose clock it is, and changes nothing else. */
static void a_device_stamp_is_told(void **state)
{
	static const char says[] = "device stamp 123456789012345678, clock of 0000:3b:00.0";
	struct record_stamp at = { .at_ns = 1, .clock = "0000:3b:00.0" };
	struct pcapng_reader rd;
	struct record_item i;
	static struct message x;
	struct rng r;
	(void)state;
	rng_seed(&r, 9);
	make(&x, &r, RECORD_RX, 60);
	struct record_frame *f = (void *)x.data;
	f->device_stamp = 123456789012345678;
	for (u32 stamped = 0; stamped < 2; stamped++) {
		f->flags = FRAME_CSUM_GOOD | (stamped ? FRAME_STAMPED : 0);
		struct wr w = begin();
		assert_int_equal(record_write(&w, RECORD_MD, &x.m, &at), ERR_OK);
		assert_int_equal(!!memmem(file, wr_len(&w), says, sizeof says - 1), stamped);
		assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_OK);
		assert_true(i.flags == FRAME_CSUM_GOOD && i.data.n == 60 && !memcmp(i.data.p, f->data, 60));
	}
}

static void a_changed_byte_of_our_own_block_is_found(void **state)
{
	struct rng r;
	static struct message x;
	struct pcapng_reader rd;
	struct record_item i;
	(void)state;
	rng_seed(&r, 5);
	make(&x, &r, RECORD_INBOX, 100);
	struct wr w = begin();
	size_t before = wr_len(&w), n;
	assert_int_equal(record_write(&w, RECORD_MD, &x.m, &stamp), ERR_OK);
	n = wr_len(&w);
	/* behind block type, length, number, magic, type, version and the payload's length */
	for (size_t at = before + 24; at < n - 4; at++) {
		file[at] ^= 0x10;
		assert_int_equal(read_back(&rd, n, &i), ERR_CHECKSUM);
		file[at] ^= 0x10;
	}
	assert_int_equal(read_back(&rd, n, &i), ERR_OK);
}

static void what_is_no_record_is_refused(void **state)
{
	struct rng r;
	static struct message x;
	struct pcapng_reader rd;
	struct record_item i;
	(void)state;
	rng_seed(&r, 6);
	make(&x, &r, RECORD_TURN, 0);
	u8 little[8];
	struct wr w = begin(), full = wr_of(little, sizeof little);
	x.m.type = RECORD_TYPES;
	assert_int_equal(record_write(&w, RECORD_MD, &x.m, &stamp), ERR_ARGUMENT);
	x.m.type = RECORD_TURN;
	assert_int_equal(record_write(&w, RECORD_CORES, &x.m, &stamp), ERR_ARGUMENT);
	assert_int_equal(record_write(&full, RECORD_MD, &x.m, &stamp), ERR_FULL);
	assert_int_equal(record_write_ifs(&full), ERR_FULL);
	assert_int_equal(wr_len(&full), 0);
	x.m.n--; /* a turn that is too short: its checksum is right */
	assert_int_equal(record_write(&w, RECORD_MD, &x.m, &stamp), ERR_OK);
	assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_SYNTAX);
	w = begin();
	assert_int_equal(pcapng_write_own(&w, PCAPNG_OWN_RECORD, RECORD_FILE_VERSION + 1, pcapng_text("x")),
			 ERR_OK);
	assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_UNSUPPORTED);
	w = begin();
	assert_int_equal(pcapng_write_own(&w, PCAPNG_OWN_CONFIG, 1, pcapng_text("a: b")), ERR_OK);
	assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_NOT_FOUND);
	struct pcapng_packet cut = { .flags = PCAPNG_RX, .n_wire = 100, .data = { x.data, 60 } };
	w = begin();
	assert_int_equal(pcapng_write_packet(&w, &cut), ERR_OK);
	assert_int_equal(read_back(&rd, wr_len(&w), &i), ERR_TRUNCATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_comes_back),
		cmocka_unit_test(a_device_stamp_is_told),
		cmocka_unit_test(a_changed_byte_of_our_own_block_is_found),
		cmocka_unit_test(what_is_no_record_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
