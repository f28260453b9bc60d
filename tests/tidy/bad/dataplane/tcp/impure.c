/* printf(malloc(1.0)) in a comment is nothing, and neither is "printf(" in a text. */
static const char *const text = "printf( volatile double";
typedef double price; /* expect: float */
volatile int flag; /* expect: volatile */
#include <rte_mbuf.h> /* expect: rte */

void impure(struct tcp *t)
{
	t->printf(text); /* a member of that name is none of libc's */
	printf("%d", 1); /* expect: print */
	char *p = malloc(3); /* expect: alloc */
	free(p); /* expect: alloc */
	syslog(1, "x"); /* expect: print */
	p = strtod("1", 0); /* expect: float */
	read(0, p, 1); /* expect: syscall */
	usleep(1); /* expect: syscall */
	pthread_mutex_lock(0); /* expect: lock */
	abort(); /* expect: exit */
	clock_gettime(0, 0); /* expect: clock */
	t->now = tsc_now(); /* expect: clock */
	rte_pktmbuf_free(p); /* expect: rte */
}
