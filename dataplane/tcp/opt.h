/*
 * opt.h - TCP options: maximum segment size, window scale, SACK, timestamps (RFC 9293 3.2, 7323,
 * 2018, 2883).
 */
#ifndef SAKER_OPT_H
#define SAKER_OPT_H

#include "dataplane/tcp/range.h"

#define TCP_OPT_MAX 40
#define TCP_SCALE_MAX 14    /* RFC 7323 2.3: larger counts as 14 */
#define TCP_MSS_ABSENT 536  /* RFC 9293 3.7.1 */
#define TCP_MSS_ABSENT6 1220
#define TCP_MSS_MIN 88	    /* smaller is raised: CVE-2019-11479 */
#define TCP_SACK_BLOCKS 4
#define TCP_TS_BYTES 12 /* with its padding */

struct tcp_opts {
	bool has_mss, has_scale, sack_ok, has_ts;
	u8 scale; /* at most TCP_SCALE_MAX */
	u8 n_sack;
	u16 mss; /* as it was sent */
	u32 ts_val, ts_ecr;
	struct range sack[TCP_SACK_BLOCKS];
};

/*
 * Unknown options are skipped, a second option of a kind counts (last wins), a malformed length
 * ends the list: what came before stays. `p` holds `n` <= TCP_OPT_MAX bytes.
 */
void tcp_opts_parse(const u8 *p, u32 n, struct tcp_opts *out);

/* Each writes at most TCP_OPT_MAX bytes, a multiple of four, and returns how many. */
u32 tcp_opts_write_syn(u8 *p, const struct tcp_opts *o);
u32 tcp_opts_write_ts(u8 *p, u32 val, u32 ecr);
u32 tcp_opts_write_sack(u8 *p, const struct range *blocks, u32 n);

#endif
