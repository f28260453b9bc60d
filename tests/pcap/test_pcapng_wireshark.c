/*
 * What Wireshark's programs make of a file written here: a TLS session with its secrets is
 * decrypted, our blocks disturb nothing, and a conversion by editcap keeps each stamp. Skipped by
 * name where the programs or the recorded session are absent.
 */
#include "pcap/link.h"
#include "pcap/pcapng_read.h"
#include "pcap/pcapng_write.h"
#include "tests/pcap/shell.h"

#define SESSION "pcap/illustrated-tls13-MIT/"

enum { PATH = 512, PACKETS = 64, FRAME_MAX = 1600, FILE_MAX = 1 << 16, LOST = 3 };

static const struct pcapng_section about = { { (const u8 *)"test", 4 }, { (const u8 *)"Linux", 5 },
					     { (const u8 *)"saker", 5 }, { (const u8 *)"a session", 9 } };

struct session {
	char *capture, *keylog;
	size_t capture_n, keylog_n;
	struct pcapng_packet p[PACKETS];
	u8 frame[PACKETS][FRAME_MAX];
	u32 n;
};

/* As Ethernet, which is what we capture: the recordings were made on a loopback without it. */
static void packet_add(struct session *s, const struct pcapng_packet *p)
{
	static const u8 head[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	struct link_payload ip;
	struct wr w = wr_of(s->frame[s->n], FRAME_MAX);
	assert_int_equal(link_payload(p->link, p->data, &ip), ERR_OK);
	assert_int_equal(ip.ethertype, 0x0800);
	wr_bytes(&w, head, sizeof head);
	wr_bytes(&w, ip.data.p, ip.data.n);
	assert_false(w.bad);
	s->p[s->n] = *p;
	s->p[s->n].data = (struct span){ w.start, wr_len(&w) };
	s->p[s->n++].n_wire = (u32)wr_len(&w);
}

static bool session_read(struct session *s, const char *folder)
{
	char path[PATH];
	struct pcapng_if ifs[1];
	struct pcapng_reader r;
	struct pcapng_block b;
	memset(s, 0, sizeof *s);
	snprintf(path, sizeof path, "%s/" SESSION "%s/capture.pcap", sh_data(), folder);
	if (access(path, R_OK)) {
		print_message("SKIP: no %s\n", path);
		return false;
	}
	s->capture = sh_file(path, &s->capture_n);
	snprintf(path, sizeof path, "%s/" SESSION "%s/keylog.txt", sh_data(), folder);
	s->keylog = sh_file(path, &s->keylog_n);
	pcapng_read_init(&r, (struct span){ (const u8 *)s->capture, s->capture_n }, ifs, 1);
	while (pcapng_next(&r, &b) == ERR_OK)
		if (b.kind == PCAPNG_PACKET && s->n < PACKETS)
			packet_add(s, &b.packet);
	assert_true(s->n > 10);
	return true;
}

static void session_free(struct session *s)
{
	free(s->capture);
	free(s->keylog);
}

/* Two interfaces: the client's frames, told by their source port, are sent, the others received. */
static void packets_write(struct wr *w, const struct session *s, bool marks)
{
	for (u32 i = 0; i < s->n; i++) {
		struct pcapng_packet p = s->p[i];
		bool sent = !memcmp(p.data.p + 34, s->p[0].data.p + 34, 2);
		p.flags = sent ? PCAPNG_TX : PCAPNG_RX;
		p.if_id = sent;
		p.at_ns += 123; /* more than a microsecond tells */
		p.dropped = i == 1 ? LOST : 0;
		if (marks)
			assert_int_equal(pcapng_write_own(w, PCAPNG_OWN_RECORD, 1, pcapng_text("turn")), ERR_OK);
		assert_int_equal(pcapng_write_packet(w, &p), ERR_OK);
	}
}

static size_t session_write(u8 file[FILE_MAX], const struct session *s, bool secrets, bool marks)
{
	struct wr w = wr_of(file, FILE_MAX);
	const struct pcapng_secrets keys = { PCAPNG_SECRETS_TLS, { (const u8 *)s->keylog, s->keylog_n } };
	const struct pcapng_if rx = { .link = 1, .snaplen = 65535, .name = pcapng_text("md0"),
				      .description = pcapng_text("stamps: poll of the burst") };
	const struct pcapng_if tx = { .link = 1, .snaplen = 65535, .name = pcapng_text("md0-tx"),
				      .description = pcapng_text("stamps: after the doorbell") };
	const struct pcapng_stats end = { .at_ns = s->p[s->n - 1].at_ns, .received = s->n, .dropped = LOST };
	assert_int_equal(pcapng_write_section(&w, &about), ERR_OK);
	assert_int_equal(pcapng_write_if(&w, &rx), ERR_OK);
	assert_int_equal(pcapng_write_if(&w, &tx), ERR_OK);
	if (marks)
		assert_int_equal(pcapng_write_own(&w, PCAPNG_OWN_CONFIG, 1, pcapng_text("venue: x\n")), ERR_OK);
	if (secrets)
		assert_int_equal(pcapng_write_secrets(&w, &keys), ERR_OK);
	packets_write(&w, s, marks);
	assert_int_equal(pcapng_write_stats(&w, &end), ERR_OK);
	return wr_len(&w);
}

/* The output of `program -r FILE options`. */
static char *ask(const char *program, const char *path, const char *options)
{
	char command[PATH];
	size_t n;
	snprintf(command, sizeof command, "%s '%s' %s 2>/dev/null", program, path, options);
	return sh_output(command, &n);
}

static void expect(const char *program, const char *path, const char *options, const char *want)
{
	char *got = ask(program, path, options);
	if (strcmp(got, want))
		fail_msg("%s %s:\n%s\nwant:\n%s", program, options, got, want);
	free(got);
}

static void expect_word(const char *program, const char *path, const char *options, const char *want)
{
	char *got = ask(program, path, options);
	if (!strstr(got, want))
		fail_msg("%s %s: no '%s' in:\n%s", program, options, want, got);
	free(got);
}

static void expect_lines(const char *program, const char *path, const char *options, u32 want)
{
	char *got = ask(program, path, options);
	u32 n = 0;
	for (const char *p = got; (p = strchr(p, '\n')); p++)
		n++;
	assert_int_equal(n, want);
	free(got);
}

static bool ready(struct session *s, const char *folder)
{
	if (sh_has("tshark") && sh_has("capinfos") && sh_has("editcap"))
		return session_read(s, folder);
	print_message("SKIP: no tshark, capinfos or editcap\n");
	return false;
}

#define DATA "-n -Y 'tls.app_data && data' -T fields -e data.data"

static void decrypted(const char *folder, const char *ping_pong)
{
	static u8 file[FILE_MAX];
	static struct session s;
	char path[64], count[64];
	if (!ready(&s, folder))
		skip();
	for (int marks = 0; marks < 2; marks++) {
		sh_temp(path, (struct span){ file, session_write(file, &s, true, marks) });
		expect("tshark -r", path, DATA, ping_pong);
		expect("tshark -r", path, "-n -Y '_ws.malformed'", "");
		snprintf(count, sizeof count, "Number of packets:   %u\n", s.n);
		expect_word("capinfos -M", path, "", count);
		expect_lines("tshark -r", path, "-n -Y frame.interface_id", s.n);
		expect_lines("tshark -r", path, "-n", marks ? 2 * s.n + 1 : s.n); /* custom blocks, too */
		unlink(path);
	}
	sh_temp(path, (struct span){ file, session_write(file, &s, false, false) });
	expect("tshark -r", path, DATA, "");
	unlink(path);
	session_free(&s);
}

static void test_decrypted(void **state)
{
	(void)state;
	decrypted("captures", "70696e67\n706f6e67\n");
}

static void test_decrypted_archive(void **state)
{
	(void)state;
	decrypted("archive/captures", "70696e67\n706f6e67\n");
}

/* The options reach who reads them. */
static void test_told(void **state)
{
	static u8 file[FILE_MAX];
	static struct session s;
	char path[64];
	(void)state;
	if (!ready(&s, "captures"))
		skip();
	sh_temp(path, (struct span){ file, session_write(file, &s, true, false) });
	expect_word("capinfos", path, "", "saker");
	expect_word("capinfos", path, "", "a session");
	expect_word("capinfos", path, "", "File timestamp precision:  nanoseconds (9)");
	expect_word("capinfos", path, "", "stamps: after the doorbell");
	expect("tshark -r", path,
	       "-c 2 -T fields -e frame.packet_flags_direction -e frame.drop_count -e frame.interface_name",
	       "0x00000002\t\tmd0-tx\n0x00000001\t3\tmd0\n");
	unlink(path);
	session_free(&s);
}

/* By editcap to classic nanoseconds and back by our reader: the same packets. */
static void test_converted(void **state)
{
	static u8 file[FILE_MAX];
	static struct session s;
	struct pcapng_if ifs[1];
	struct pcapng_reader r;
	struct pcapng_block b;
	char path[64], options[128];
	size_t n;
	(void)state;
	if (!ready(&s, "captures"))
		skip();
	sh_temp(path, (struct span){ file, session_write(file, &s, true, false) });
	snprintf(options, sizeof options, "'%s.pcap'", path);
	free(ask("editcap -F nsecpcap", path, options));
	snprintf(options, sizeof options, "%s.pcap", path);
	char *converted = sh_file(options, &n);
	pcapng_read_init(&r, (struct span){ (const u8 *)converted, n }, ifs, 1);
	assert_int_equal(pcapng_next(&r, &b), ERR_OK);
	assert_int_equal(b.interface.tsresol, 9);
	for (u32 i = 0; i < s.n; i++) {
		assert_int_equal(pcapng_next(&r, &b), ERR_OK);
		assert_true(b.packet.at_ns == s.p[i].at_ns + 123);
		assert_int_equal(b.packet.n_wire, s.p[i].n_wire);
		assert_int_equal(b.packet.data.n, s.p[i].data.n);
		assert_memory_equal(b.packet.data.p, s.p[i].data.p, b.packet.data.n);
	}
	assert_int_equal(pcapng_next(&r, &b), ERR_NOT_FOUND);
	free(converted);
	unlink(options);
	unlink(path);
	session_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_decrypted), cmocka_unit_test(test_decrypted_archive),
					    cmocka_unit_test(test_told), cmocka_unit_test(test_converted) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
