/*
 * hdr.h - the frame header of a connection: made once, patched for each segment. Internal to tcp.
 */
#ifndef SAKER_HDR_H
#define SAKER_HDR_H

#include "dataplane/net/csum.h"
#include "dataplane/tcp/conn.h"

/* Where a header goes and what it says besides what the connection knows. */
struct hdr_addr {
	u32 rem_ip, ports; /* as in struct tcp_conn */
	u8 mac[6];
};

struct hdr_var {
	u32 seq, ack;
	u8 flags;
	u8 opt_len; /* a multiple of four */
	u16 wnd;
	u16 id;
	u32 len;	 /* payload bytes */
	u64 payload_sum; /* partial sum of options and payload */
};

/* Writes TCP_HDR_BYTES; returns the partial sums of what hdr_patch does not change. */
struct hdr_sums hdr_make(u8 *f, const struct net *n, const struct hdr_addr *a);

static inline void hdr_store_sum(u8 *at, u16 v) { memcpy(at, &v, sizeof v); }

/*
 * Lengths, identification, numbers, flags, window and both checksums of a frame whose first
 * TCP_HDR_BYTES hdr_make has written. Returns the frame's length, padded to the least there is.
 */
static inline u32 hdr_patch(u8 *f, const struct hdr_var *v, u32 ports, const struct hdr_sums *s,
			    bool offload)
{
	u32 tcp_len = TCP_BYTES + v->opt_len + v->len, ip_len = IP_BYTES + tcp_len;
	u8 *ip = f + ETH_BYTES, *tcp = ip + IP_BYTES;
	u32 word3 = (tcp_len - v->len) << 26 | (u32)v->flags << 16 | v->wnd;
	put_be16(ip + IP_OFF_LEN, (u16)ip_len);
	put_be16(ip + IP_OFF_ID, v->id);
	put_be32(tcp + 4, v->seq);
	put_be32(tcp + 8, v->ack);
	put_be32(tcp + 12, word3);
	u64 pseudo = s->pseudo + csum_word((u16)tcp_len);
	if (offload) {
		hdr_store_sum(ip + IP_OFF_CSUM, 0);
		hdr_store_sum(tcp + 16, csum_fold(pseudo));
	} else {
		u64 sum = s->ip + csum_word((u16)ip_len) + csum_word(v->id);
		hdr_store_sum(ip + IP_OFF_CSUM, csum_finish(sum));
		sum = pseudo + v->payload_sum + ports;
		sum += (u64)__builtin_bswap32(v->seq) + __builtin_bswap32(v->ack) +
		       __builtin_bswap32(word3);
		hdr_store_sum(tcp + 16, csum_finish(sum));
	}
	u32 n = ETH_BYTES + ip_len;
	for (; n < ETH_FRAME_MIN; n++)
		f[n] = 0;
	return n;
}

#endif
