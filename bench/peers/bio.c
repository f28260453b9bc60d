#include "bench/peers/bio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int take(BIO *b, char *to, int n)
{
	struct bio_ends *e = BIO_get_data(b);
	BIO_clear_retry_flags(b);
	if (!e->in_n) {
		BIO_set_retry_read(b);
		return -1;
	}
	u32 some = u32_min((u32)n, e->in_n);
	memcpy(to, e->in, some);
	e->in += some;
	e->in_n -= some;
	return (int)some;
}

static int append(BIO *b, const char *from, int n)
{
	struct bio_ends *e = BIO_get_data(b);
	BIO_clear_retry_flags(b);
	if (!e->out)
		return -1;
	memcpy(e->out + e->out_n, from, (size_t)n);
	e->out_n += (u32)n;
	return n;
}

static long control(BIO *b, int cmd, long n, void *p)
{
	(void)b, (void)n, (void)p;
	return cmd == BIO_CTRL_FLUSH;
}

SSL *bio_join(SSL_CTX *client, struct bio_ends *e)
{
	static BIO_METHOD *m; /* for the life of the process: its BIOs point to it */
	if (!m && (m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory ends"))) {
		BIO_meth_set_read(m, take);
		BIO_meth_set_write(m, append);
		BIO_meth_set_ctrl(m, control);
	}
	BIO *b = m ? BIO_new(m) : NULL;
	SSL *ssl = SSL_new(client);
	if (!b || !ssl) {
		fprintf(stderr, "bench: no memory for a peer's TLS\n");
		exit(1);
	}
	BIO_set_data(b, e);
	BIO_set_init(b, 1);
	SSL_set_bio(ssl, b, b);
	return ssl;
}
