/* What a server sends, byte by byte: answers as long as it keeps to the protocol, and memory within the bounds. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostctl/redis_conn.h"

#define BYTES_MAX 65536 /* what a socket takes at once */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static u32 elements_of(const redisReply *r)
{
	u32 sum = 0;
	if (r->type != REDIS_REPLY_ARRAY)
		return 0;
	for (size_t i = 0; i < r->elements; i++)
		sum += 1 + elements_of(r->element[i]);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct redis_conn conn;
	char why[REDIS_WHY_MAX];
	int fd[2];
	redisReply *r;
	if (n > BYTES_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		return 0;
	if (write(fd[0], data, n) != (ssize_t)n || conn_adopt(&conn, fd[1]) != ERR_OK)
		abort();
	close(fd[0]);
	while ((r = conn_answer(&conn, why))) {
		if (elements_of(r) > CONN_ELEMENTS)
			abort();
		freeReplyObject(r);
	}
	conn_close(&conn);
	return 0;
}
