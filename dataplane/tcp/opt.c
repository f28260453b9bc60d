#include "dataplane/tcp/opt.h"

#include "common/cursor.h"
#include "dataplane/net/wire.h"

enum { OPT_END, OPT_NOP, OPT_MSS, OPT_SCALE, OPT_SACK_OK, OPT_SACK, OPT_TS = 8 };

static void sack_parse(struct rd *r, struct tcp_opts *out)
{
	for (out->n_sack = 0; rd_left(r) >= 8 && out->n_sack < TCP_SACK_BLOCKS; out->n_sack++) {
		out->sack[out->n_sack].lo = rd_u32(r);
		out->sack[out->n_sack].hi = rd_u32(r);
	}
}

static void opt_parse(u8 kind, struct rd *r, struct tcp_opts *out)
{
	size_t n = rd_left(r);
	if (kind == OPT_MSS && n == 2) {
		out->has_mss = true;
		out->mss = rd_u16(r);
	} else if (kind == OPT_SCALE && n == 1) {
		u8 scale = rd_u8(r);
		out->has_scale = true;
		out->scale = scale > TCP_SCALE_MAX ? TCP_SCALE_MAX : scale;
	} else if (kind == OPT_SACK_OK && n == 0) {
		out->sack_ok = true;
	} else if (kind == OPT_TS && n == 8) {
		out->has_ts = true;
		out->ts_val = rd_u32(r);
		out->ts_ecr = rd_u32(r);
	} else if (kind == OPT_SACK && n % 8 == 0) {
		sack_parse(r, out);
	}
}

void tcp_opts_parse(const u8 *p, u32 n, struct tcp_opts *out)
{
	assert(n <= TCP_OPT_MAX);
	*out = (struct tcp_opts){ 0 };
	struct rd r = rd_of(p, n);
	while (rd_left(&r)) {
		u8 kind = rd_u8(&r);
		if (kind == OPT_END)
			return;
		if (kind == OPT_NOP)
			continue;
		u8 len = rd_u8(&r);
		if (len < 2)
			return; /* 0 would never end */
		struct rd body = rd_sub(&r, len - 2u);
		if (body.bad)
			return;
		opt_parse(kind, &body, out);
	}
}

/* Each option with its padding fills whole words. */
u32 tcp_opts_write_syn(u8 *p, const struct tcp_opts *o)
{
	u32 n = 4;
	put_be32(p, OPT_MSS << 24 | 4 << 16 | o->mss);
	if (o->sack_ok) {
		put_be32(p + n, OPT_NOP << 24 | OPT_NOP << 16 | OPT_SACK_OK << 8 | 2);
		n += 4;
	}
	if (o->has_scale) {
		put_be32(p + n, OPT_NOP << 24 | OPT_SCALE << 16 | 3 << 8 | o->scale);
		n += 4;
	}
	if (o->has_ts)
		n += tcp_opts_write_ts(p + n, o->ts_val, o->ts_ecr);
	assert(n <= TCP_OPT_MAX);
	return n;
}

/* As RFC 7323 appendix A lays it out. */
u32 tcp_opts_write_ts(u8 *p, u32 val, u32 ecr)
{
	put_be32(p, OPT_NOP << 24 | OPT_NOP << 16 | OPT_TS << 8 | 10);
	put_be32(p + 4, val);
	put_be32(p + 8, ecr);
	return TCP_TS_BYTES;
}

u32 tcp_opts_write_sack(u8 *p, const struct range *blocks, u32 n)
{
	assert(n > 0 && n <= TCP_SACK_BLOCKS);
	put_be32(p, OPT_NOP << 24 | OPT_NOP << 16 | OPT_SACK << 8 | (2 + 8 * n));
	for (u32 i = 0; i < n; i++) {
		put_be32(p + 4 + 8 * i, blocks[i].lo);
		put_be32(p + 8 + 8 * i, blocks[i].hi);
	}
	return 4 + 8 * n;
}
