#include "pcap/checkpoint.h"

#define ZLIB_CONST /* its input is read alone */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/cursor.h"
#include "gateway/journal.h"
#include "pcap/order.h"

/* What is deflated begins with it; all parts are whole words. */
struct parts {
	u32 n_places, n_events;
	u64 n_state[RECORD_CORES];
};

/* ---- writing ---- */

static size_t inner_bytes(const struct checkpoint *c)
{
	return sizeof(struct parts) + c->n_places * sizeof *c->place + c->n_events * sizeof *c->event +
	       c->state[RECORD_MD].n + c->state[RECORD_TRADE].n;
}

/* The parts one by one, so that no copy of them all is made. */
static bool deflate_parts(z_stream *z, const struct checkpoint *c)
{
	struct parts p = { c->n_places, c->n_events, { c->state[RECORD_MD].n, c->state[RECORD_TRADE].n } };
	struct span all[] = { { (const u8 *)&p, sizeof p },
			      { (const u8 *)c->place, c->n_places * sizeof *c->place },
			      { (const u8 *)c->event, c->n_events * sizeof *c->event },
			      c->state[RECORD_MD],
			      c->state[RECORD_TRADE] };
	for (u32 i = 0; i < ARRAY_LEN(all); i++) {
		z->next_in = all[i].p;
		z->avail_in = (uInt)all[i].n;
		if (all[i].n && deflate(z, Z_NO_FLUSH) != Z_OK)
			return false;
	}
	return deflate(z, Z_FINISH) == Z_STREAM_END;
}

static void write_head(u8 *to, const struct checkpoint *c, size_t inner, size_t n)
{
	struct wr w = wr_of(to, CHECKPOINT_HEAD);
	wr_le32(&w, 0);
	wr_le32(&w, c->cores);
	wr_le64(&w, inner);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		wr_le64(&w, c->core[i].number);
		wr_le64(&w, c->core[i].turn);
		wr_le64(&w, c->core[i].tape);
	}
	assert(!w.bad && wr_len(&w) == CHECKPOINT_HEAD);
	w = wr_of(to, 4);
	wr_le32(&w, crc32c(0, to + 4, n - 4));
}

u8 *checkpoint_write(const struct checkpoint *c, size_t *n)
{
	z_stream z = { 0 };
	size_t inner = inner_bytes(c), room = CHECKPOINT_HEAD;
	u8 *to = NULL;
	if (inner > CHECKPOINT_MAX || deflateInit(&z, Z_BEST_SPEED) != Z_OK)
		return NULL;
	room += deflateBound(&z, inner);
	to = malloc(room);
	z.next_out = to ? to + CHECKPOINT_HEAD : NULL;
	z.avail_out = (uInt)(room - CHECKPOINT_HEAD);
	bool ok = to && deflate_parts(&z, c);
	*n = CHECKPOINT_HEAD + z.total_out;
	deflateEnd(&z);
	if (ok) {
		write_head(to, c, inner, *n);
		return to;
	}
	free(to);
	return NULL;
}

/* ---- reading ---- */

static err_t read_head(struct checkpoint *c, u16 version, struct span payload, u64 *inner)
{
	struct rd r = rd_of(payload.p, payload.n);
	*c = (struct checkpoint){ 0 };
	if (version != CHECKPOINT_VERSION)
		return ERR_UNSUPPORTED;
	if (payload.n < CHECKPOINT_HEAD)
		return ERR_TRUNCATED;
	u32 crc = ord_u32(&r, false);
	if (crc != crc32c(0, r.p, rd_left(&r)))
		return ERR_CHECKSUM;
	c->cores = ord_u32(&r, false);
	*inner = ord_u64(&r, false);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		c->core[i].number = ord_u64(&r, false);
		c->core[i].turn = ord_u64(&r, false);
		c->core[i].tape = ord_u64(&r, false);
	}
	bool ok = c->cores >> RECORD_CORES == 0 && *inner >= sizeof(struct parts) && *inner <= CHECKPOINT_MAX;
	return ok ? ERR_OK : ERR_SYNTAX;
}

err_t checkpoint_read(struct checkpoint *c, u16 version, struct span payload)
{
	u64 inner;
	return read_head(c, version, payload, &inner);
}

static struct span take(struct rd *r, u64 n, u64 size)
{
	const u8 *p = n <= rd_left(r) / size ? rd_bytes(r, n * size) : NULL;
	r->bad |= !p;
	return (struct span){ p, p ? n * size : 0 };
}

static err_t read_parts(struct checkpoint *c, u64 n)
{
	struct parts p;
	struct rd r = rd_of(c->bytes, n);
	memcpy(&p, rd_bytes(&r, sizeof p), sizeof p);
	c->n_places = p.n_places, c->n_events = p.n_events;
	c->place = (const void *)take(&r, p.n_places, sizeof *c->place).p;
	c->event = (const void *)take(&r, p.n_events, sizeof *c->event).p;
	for (u32 i = 0; i < RECORD_CORES; i++)
		c->state[i] = take(&r, p.n_state[i], 1);
	return r.bad || rd_left(&r) ? ERR_SYNTAX : ERR_OK;
}

err_t checkpoint_open(struct checkpoint *c, u16 version, struct span payload)
{
	u64 inner;
	err_t e = read_head(c, version, payload, &inner);
	if (e != ERR_OK)
		return e;
	uLongf n = inner;
	if (!(c->bytes = calloc(1, inner)))
		return ERR_NO_MEMORY;
	c->n_bytes = inner;
	int z = uncompress(c->bytes, &n, payload.p + CHECKPOINT_HEAD, payload.n - CHECKPOINT_HEAD);
	return z == Z_OK && n == inner ? read_parts(c, inner) : ERR_SYNTAX;
}

void checkpoint_close(struct checkpoint *c)
{
	if (c->bytes)
		explicit_bzero(c->bytes, c->n_bytes);
	free(c->bytes);
	*c = (struct checkpoint){ 0 };
}
