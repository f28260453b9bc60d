/* The hot send, the queue, and a device that has no room. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_hot(void **state)
{
	(void)state;
	SCRIPT("one segment each", OPENED, "hot 1", "hot 1460", "hot 200", "> PA 1 1 1",
	       "> PA 2 1 1460", "> PA 1462 1 200", "cnt tx_hot 3", "cnt tx_data 0");
	SCRIPT("more than one segment", OPENED, "hot! 1461");
	SCRIPT("not open yet", "connect", "> S 0 0 0 ws 3 sackok", "hot! 1");
	SCRIPT("closed by us", OPENED, "close", "> FA 1 1 0", "hot! 1");
	SCRIPT("the congestion window: ten segments", OPENED, "hot 1460", "hot 1460", "hot 1460",
	       "hot 1460", "hot 1460", "hot 1460", "hot 1460", "hot 1460", "hot 1460", "hot 1460",
	       "hot! 1");
	SCRIPT("the peer's window", OPENED, "< A 1 1 0 wnd 1", "hot! 129", "hot 128", "hot! 1");
	SCRIPT("data queued ahead", OPENED, "< A 1 1 0 wnd 1", "write 200", "hot! 1",
	       "> none");
	SCRIPT("with the ACK that was owed", OPENED, "<< PA 1 1 10", "hot 10", "> PA 1 11 10", "+ 39",
	       "> none", "ev data(10)");
	SCRIPT("again after a loss: the same bytes", OPENED, "hot 100", "hot 100", "hot 100",
	       "> PA 1 1 100", "> PA 101 1 100", "> PA 201 1 100", "< A 1 1 0 wnd 512 sack 101-201",
	       "> none", "< A 1 1 0 wnd 512 sack 101-301", "> A 1 1 100", "> none");
}

static void test_no_room(void **state)
{
	(void)state;
	SCRIPT("the device takes nothing: the next turn brings it", OPENED, "refuse", "hot 100",
	       "> none", "+ 1", "> none", "accept", "+ 1", "> PA 1 1 100", "> none");
	SCRIPT("what comes after waits behind it", OPENED, "refuse", "hot 100", "hot! 5", "accept",
	       "+ 1", "> PA 1 1 100", "hot 5", "> PA 101 1 5");
	SCRIPT("queued", OPENED, "refuse", "write 100", "> none", "accept", "+ 1", "> PA 1 1 100");
	SCRIPT("an ACK", OPENED, "refuse", "< PA 1 1 10", "> none", "accept", "+ 1", "> A 1 11 0");
	SCRIPT("the FIN", OPENED, "refuse", "close", "> none", "accept", "+ 1", "> FA 1 1 0");
	SCRIPT("a retransmission", OPENED, "hot 100", "> PA 1 1 100", "refuse", "+ 1300", "accept",
	       "+ 1", "> PA 1 1 100", "> none");
}

static void test_queue(void **state)
{
	(void)state;
	SCRIPT("whole or not at all", OPENED, "< A 1 1 0 wnd 0", "write 65536", "full 1", "> none");
	SCRIPT("the ring is free when acknowledged", OPENED, "write 14600", "< A 1 14601 0 wnd 512",
	       "write 65536", "full 1");
}

static void test_cancel(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "cancelled", &cfg);
	script_run(&s, (const char *const[]){ OPENED, NULL });
	for (int i = 0; i < 3; i++) {
		assert_non_null(tcp_tx_room(s.c, 100));
		tcp_tx_cancel(s.c);
	}
	u8 *room = tcp_tx_room(s.c, 1000); /* less than asked for */
	for (u32 i = 0; i < 10; i++)
		room[i] = script_byte(i);
	tcp_tx_fire(s.c, 10, s.now);
	script_run(&s, (const char *const[]){ "> PA 1 1 10", "> none", NULL });
	script_close(&s);
}

/* With a device that fills checksums in: zero in the IP header, the pseudo-header's sum in TCP. */
static void test_device_checksums(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "checksums by the device", &cfg);
	script_run(&s, (const char *const[]){ OPENED, NULL });
	s.refuse = s.out.tx_csum = true; /* so that the frame stays where it can be read */
	script_run(&s, (const char *const[]){ "hot 33", NULL });
	const u8 *ip = s.buf + 14;
	assert_int_equal(be16(ip + 10), 0);
	u32 sum = 6 + 20 + 33;
	for (u32 i = 12; i < 20; i += 2)
		sum += be16(ip + i);
	assert_int_equal(be16(ip + 20 + 16), (u16)((sum & 0xffff) + (sum >> 16)));
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hot),    cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_queue),  cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_device_checksums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
