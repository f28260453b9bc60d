/* Link-layer headers: where the payload begins, and every shorter frame. */
#include <string.h>

#include "pcap/link.h"
#include "tests/cmocka_all.h"
#include "tests/pcap/hex.h"

#define MACS "020000000001 020000000002 "

static const struct row {
	u16 link;
	const char *frame;
	err_t e;
	u16 ethertype;
	size_t header_n; /* 0: the payload begins with the frame */
	const char *remark;
} rows[] = {
	{ 1, MACS "0800 45", ERR_OK, 0x0800, 14, "Ethernet, IPv4" },
	{ 1, MACS "86dd 60", ERR_OK, 0x86dd, 14, "Ethernet, IPv6" },
	{ 1, MACS "0806", ERR_OK, 0x0806, 14, "ARP, empty" },
	{ 1, MACS "8100 0064 0800 45", ERR_OK, 0x0800, 18, "one tag" },
	{ 1, MACS "88a8 0064 8100 0065 86dd 60", ERR_OK, 0x86dd, 22, "two tags" },
	{ 1, MACS "8100 0064 8100 0065 8100 0066 0800", ERR_OK, 0x8100, 22, "the third is payload" },
	{ 1, MACS "0026 4242", ERR_OK, 0x0026, 14, "802.3: a length" },
	{ 0, "02000000 45", ERR_OK, 0x0800, 4, "null, little-endian IPv4" },
	{ 0, "00000002 45", ERR_OK, 0x0800, 4, "null, big-endian IPv4" },
	{ 0, "0a000000 60", ERR_OK, 0x86dd, 4, "null, IPv6 of Linux" },
	{ 0, "18000000 60", ERR_OK, 0x86dd, 4, "null, IPv6 of NetBSD" },
	{ 0, "0000001c 60", ERR_OK, 0x86dd, 4, "null, IPv6 of FreeBSD" },
	{ 0, "1e000000 60", ERR_OK, 0x86dd, 4, "null, IPv6 of macOS" },
	{ 0, "07000000 60", ERR_UNSUPPORTED, 0, 0, "null, no IP" },
	{ 12, "45", ERR_OK, 0x0800, 0, "raw IPv4" },
	{ 12, "60", ERR_OK, 0x86dd, 0, "raw IPv6" },
	{ 101, "4f00", ERR_OK, 0x0800, 0, "raw IPv4, the other number" },
	{ 101, "50", ERR_UNSUPPORTED, 0, 0, "raw, version 5" },
	{ 101, "", ERR_TRUNCATED, 0, 0, "raw, nothing" },
	{ 113, "0000 0001 0006 020000000001 0000 0800 45", ERR_OK, 0x0800, 16, "Linux cooked" },
	{ 113, "0004 0304 0006 000000000000 0000 86dd", ERR_OK, 0x86dd, 16, "Linux cooked, loopback" },
	{ 276, "0800 0000 00000002 0001 00 06 0200000000010000 45", ERR_OK, 0x0800, 20, "cooked 2" },
	{ 105, "0800", ERR_UNSUPPORTED, 0, 0, "802.11" },
};

static void test_payload(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 b[64];
		struct link_payload p;
		size_t n = hex_bytes(rows[i].frame, b, sizeof b);
		err_t e = link_payload(rows[i].link, (struct span){ b, n }, &p);
		if (e != rows[i].e || p.ethertype != rows[i].ethertype)
			fail_msg("%s: %s %04x", rows[i].remark, err_name(e), p.ethertype);
		if (e == ERR_OK && (p.data.p != b + rows[i].header_n || p.data.n != n - rows[i].header_n))
			fail_msg("%s: %zu bytes", rows[i].remark, p.data.n);
	}
}

/* Each header cut at each byte, in a buffer of just that size for the sanitizers. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 b[64];
		struct link_payload p;
		hex_bytes(rows[i].frame, b, sizeof b);
		for (size_t n = 0; n < rows[i].header_n; n++) {
			u8 *exact = malloc(n + 1);
			memcpy(exact, b, n);
			if (link_payload(rows[i].link, (struct span){ exact, n }, &p) != ERR_TRUNCATED)
				fail_msg("%s: cut to %zu", rows[i].remark, n);
			assert_int_equal(p.data.n, 0);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_payload), cmocka_unit_test(test_cut) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
