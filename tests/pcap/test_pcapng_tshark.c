/*
 * Against tshark: each recording under SAKER_DATA/pcap and a file of both byte orders are read as it
 * reads them. Skipped by name where it or the recordings are absent.
 */
#include <ftw.h>

#include "common/rng.h"
#include "pcap/link.h"
#include "pcap/pcapng_read.h"
#include "tests/pcap/encode.h"
#include "tests/pcap/shell.h"

#define FIELDS                                                                                             \
	"-T fields -e frame.number -e frame.len -e frame.cap_len -e frame.time_epoch "                     \
	"-e frame.packet_flags -e frame.drop_count -e frame.interface_name 2>/dev/null"

enum { FILES = 200, IFS = 16, PATH = 1024, ENCODED = 1 << 18 };

static struct {
	char path[FILES][PATH];
	u32 n;
} found; /* nftw has no argument for it */

static int find(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *dot = strstr(path + at->base, ".pcap");
	(void)st;
	if (type == FTW_F && dot && found.n < FILES)
		snprintf(found.path[found.n++], PATH, "%s", path);
	return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

/* The next field of a line of tshark's, which is cut out of it. */
static char *field(char **line)
{
	char *f = strsep(line, "\t");
	return f ? f : "";
}

static void same_line(char *line, u64 number, const struct pcapng_packet *p, struct span name)
{
	char stamp[32] = "", said[200];
	snprintf(said, sizeof said, "%s", line);
	if (p->has_at)
		snprintf(stamp, sizeof stamp, "%llu.%09llu", (unsigned long long)(p->at_ns / NS_PER_S),
			 (unsigned long long)(p->at_ns % NS_PER_S));
	bool same = strtoull(field(&line), NULL, 10) == number;
	same &= strtoull(field(&line), NULL, 10) == p->n_wire;
	same &= strtoull(field(&line), NULL, 10) == p->data.n;
	same &= !strcmp(field(&line), stamp);
	same &= strtoull(field(&line), NULL, 0) == p->flags;
	same &= strtoull(field(&line), NULL, 10) == p->dropped;
	const char *if_name = field(&line);
	same &= !name.n || (strlen(if_name) == name.n && !memcmp(if_name, name.p, name.n));
	if (!same)
		fail_msg("packet %llu: %u/%zu %s, tshark: %s", (unsigned long long)number, p->n_wire, p->data.n,
			 stamp, said);
}

struct totals {
	u32 files, packets, with_ip;
	u32 link[300];
};

/* Reads `bytes` along tshark's lines; both end together. */
static void compare(struct span bytes, char *lines, struct totals *t)
{
	struct pcapng_if ifs[IFS];
	struct pcapng_reader r;
	struct pcapng_block b;
	u64 number = 0;
	err_t e;
	pcapng_read_init(&r, bytes, ifs, IFS);
	while ((e = pcapng_next(&r, &b)) == ERR_OK) {
		struct link_payload payload;
		if (b.kind != PCAPNG_PACKET)
			continue;
		char *line = strsep(&lines, "\n");
		if (!line || !*line)
			fail_msg("tshark ends before packet %llu", (unsigned long long)number + 1);
		same_line(line, ++number, &b.packet, ifs[b.packet.if_id].name);
		t->packets++;
		t->link[b.packet.link % ARRAY_LEN(t->link)]++;
		t->with_ip += link_payload(b.packet.link, b.packet.data, &payload) == ERR_OK &&
			      (payload.ethertype == 0x0800 || payload.ethertype == 0x86dd);
	}
	if (e != ERR_NOT_FOUND)
		fail_msg("%s @%llu #%llu", err_name(e), (unsigned long long)r.offset, (unsigned long long)r.number);
	if (lines && *lines)
		fail_msg("tshark has more than %llu packets", (unsigned long long)number);
	t->files++;
}

static void compare_file(const char *path, struct totals *t)
{
	char command[PATH + 256];
	size_t n, lines_n;
	char *bytes = sh_file(path, &n);
	snprintf(command, sizeof command, "tshark -n -r '%s' " FIELDS, path);
	char *lines = sh_output(command, &lines_n);
	compare((struct span){ (const u8 *)bytes, n }, lines, t);
	free(lines);
	free(bytes);
}

static bool no_tshark(const char *test)
{
	if (sh_has("tshark"))
		return false;
	print_message("SKIP %s: no tshark\n", test);
	return true;
}

static void test_recordings(void **state)
{
	struct totals t = { 0 };
	char dir[PATH];
	(void)state;
	snprintf(dir, sizeof dir, "%s/pcap", sh_data());
	if (no_tshark("test_recordings"))
		skip();
	if (nftw(dir, find, 8, FTW_PHYS) || !found.n) {
		print_message("SKIP test_recordings: no %s\n", dir);
		skip();
	}
	qsort(found.path, found.n, PATH, by_name);
	for (u32 i = 0; i < found.n; i++)
		compare_file(found.path[i], &t);
	print_message("%u files, %u packets, %u with IP; link types", t.files, t.packets, t.with_ip);
	for (u32 i = 0; i < ARRAY_LEN(t.link); i++)
		if (t.link[i])
			print_message(" %u: %u", i, t.link[i]);
	print_message("\n");
	assert_int_equal(t.files, found.n);
	assert_true(t.with_ip * 10 >= t.packets * 9 && "they are recordings of TCP and UDP");
}

/* Interfaces of many resolutions. From 10^-11 on tshark's fractions overflow its 64 bits. */
static void section(struct enc *e, struct rng *rng, const u8 *pool)
{
	static const u8 resolutions[] = { 9, 6, 3, 0, 0x8a, 0x94, 0xa0, 10 };
	enc_section(e, pcapng_text("test"));
	for (u32 i = 0; i < ARRAY_LEN(resolutions); i++) {
		char name[8];
		snprintf(name, sizeof name, "if%u", i);
		enc_if(e, &(struct pcapng_if){ .link = 1, .snaplen = 65535, .tsresol = resolutions[i],
					       .offset_s = (i64)(i * 100), .name = pcapng_text(name) });
	}
	for (u32 i = 0; i < 100; i++) {
		struct pcapng_packet p = { .if_id = (u32)rng_below(rng, ARRAY_LEN(resolutions)) };
		u64 per_s = enc_per_second(resolutions[p.if_id]);
		p.data = (struct span){ pool, 60 + rng_below(rng, 100) };
		p.n_wire = (u32)p.data.n + (u32)rng_below(rng, 2);
		p.flags = 1 + (u32)rng_below(rng, 2);
		p.dropped = rng_below(rng, 3);
		enc_packet(e, &p, rng_below(rng, 1000000) * per_s + rng_below(rng, per_s));
	}
}

static void test_both_orders(void **state)
{
	static u8 file[ENCODED], pool[256];
	char path[64];
	struct totals t = { 0 };
	struct rng rng;
	struct enc e = { .w = wr_of(file, sizeof file) };
	(void)state;
	if (no_tshark("test_both_orders"))
		skip();
	rng_seed(&rng, 7);
	for (u32 i = 0; i < 4; i++) {
		e.big = i % 2;
		section(&e, &rng, pool);
	}
	assert_false(e.w.bad);
	sh_temp(path, (struct span){ file, wr_len(&e.w) });
	compare_file(path, &t);
	assert_int_equal(t.packets, 400);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_recordings), cmocka_unit_test(test_both_orders) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
