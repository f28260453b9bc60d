/*
 * hdr.h - the frame header of a connection: made once, patched for each segment. Internal to tcp.
 */
#ifndef SAKER_HDR_H
#define SAKER_HDR_H

#include "dataplane/net/csum.h"
#include "dataplane/tcp/conn.h"

/* Where a header goes and what it says besides what the connection knows. */
struct hdr_addr {
	struct ip_addr rem;
	u32 ports; /* as in struct tcp_conn */
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

/* Where the headers of a frame to `rem` begin. */
struct hdr_at hdr_place(const struct net *n, const struct ip_addr *rem);

/* Writes hdr_bytes; returns the partial sums of what hdr_patch does not change. */
struct hdr_sums hdr_make(u8 *f, const struct net *n, const struct hdr_addr *a);

/* IPv4 without tag. */
static const struct hdr_at hdr_usual = { ETH_BYTES, ETH_BYTES + IP_BYTES };

static inline bool hdr_is_usual(struct hdr_at at) { return at.tcp == hdr_usual.tcp; }

static inline u32 hdr_bytes(struct hdr_at at) { return at.tcp + TCP_BYTES; }

/* Copies a header made by hdr_make: in one piece of fixed size where there is neither tag nor IPv6. */
static inline void hdr_copy(u8 *f, const u8 *hdr, struct hdr_at at)
{
	memcpy(f, hdr, TCP_HDR_BYTES);
	if (!hdr_is_usual(at))
		memcpy(f + TCP_HDR_BYTES, hdr + TCP_HDR_BYTES, TCP_HDR_MAX - TCP_HDR_BYTES);
}

static inline void hdr_store_sum(u8 *at, u16 v) { memcpy(at, &v, sizeof v); }

static inline void hdr_patch_ip4(u8 *ip, u32 tcp_len, u16 id, const struct hdr_sums *s, bool offload)
{
	u16 ip_len = (u16)(IP_BYTES + tcp_len);
	put_be16(ip + IP_OFF_LEN, ip_len);
	put_be16(ip + IP_OFF_ID, id);
	u64 sum = s->ip + csum_word(ip_len) + csum_word(id);
	hdr_store_sum(ip + IP_OFF_CSUM, offload ? 0 : csum_finish(sum));
}

static inline u32 hdr_patch_at(u8 *f, const struct hdr_var *v, struct hdr_at at, u32 ports,
			       const struct hdr_sums *s, bool offload)
{
	u32 tcp_len = TCP_BYTES + v->opt_len + v->len;
	u8 *ip = f + at.ip, *tcp = f + at.tcp;
	u32 word3 = (tcp_len - v->len) << 26 | (u32)v->flags << 16 | v->wnd;
	if (at.tcp - at.ip == IP_BYTES)
		hdr_patch_ip4(ip, tcp_len, v->id, s, offload);
	else
		put_be16(ip + IP6_OFF_LEN, (u16)tcp_len);
	put_be32(tcp + 4, v->seq);
	put_be32(tcp + 8, v->ack);
	put_be32(tcp + 12, word3);
	u64 sum = s->pseudo + csum_word((u16)tcp_len);
	if (offload) {
		hdr_store_sum(tcp + 16, csum_fold(sum));
	} else {
		sum += v->payload_sum + ports;
		sum += (u64)__builtin_bswap32(v->seq) + __builtin_bswap32(v->ack) +
		       __builtin_bswap32(word3);
		hdr_store_sum(tcp + 16, csum_finish(sum));
	}
	u32 n = at.tcp + tcp_len;
	for (; n < ETH_FRAME_MIN; n++)
		f[n] = 0;
	return n;
}

/* hdr_patch of what has a tag or goes by IPv6; `v` a copy, so that the usual way keeps it in registers. */
u32 hdr_patch_other(u8 *f, struct hdr_var v, struct hdr_at at, u32 ports,
		    const struct hdr_sums *s, bool offload);

/*
 * Lengths, identification, numbers, flags, window and checksums of a frame whose headers hdr_make
 * has written. Returns the frame's length, padded to the least there is. IPv4 without tag has code of
 * its own, in which each place is a constant.
 */
static inline u32 hdr_patch(u8 *f, const struct hdr_var *v, struct hdr_at at, u32 ports,
			    const struct hdr_sums *s, bool offload)
{
	if (!hdr_is_usual(at))
		return hdr_patch_other(f, *v, at, ports, s, offload);
	return hdr_patch_at(f, v, hdr_usual, ports, s, offload);
}

#endif
