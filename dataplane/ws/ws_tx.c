#include "common/cursor.h"
#include "dataplane/ws/ws.h"

#define BIT_FIN  0x80
#define BIT_MASK 0x80
#define CLOSE_REASON_MAX (WS_CONTROL_MAX - 2)

typedef u64 vec __attribute__((vector_size(32), aligned(1), may_alias));

/* The mask, turned so that its first byte falls on the payload byte number `at`. */
static u32 mask_turn(u32 mask, u32 at)
{
	u8 m[4], turned[4];

	memcpy(m, &mask, 4);
	for (u32 i = 0; i < 4; i++)
		turned[i] = m[(at + i) & 3];
	memcpy(&mask, turned, 4);
	return mask;
}

void ws_mask(u8 *p, u32 n, u32 mask, u32 at)
{
	if (at & 3)
		mask = mask_turn(mask, at);
	u64 m8 = (u64)mask << 32 | mask;
	vec m32 = { m8, m8, m8, m8 };
	u32 i = 0;

	for (; i + 32 <= n; i += 32)
		*(vec *)(p + i) ^= m32;
	for (; i + 8 <= n; i += 8) {
		u64 v;
		memcpy(&v, p + i, 8);
		v ^= m8;
		memcpy(p + i, &v, 8);
	}
	for (; i < n; i++) {
		p[i] ^= (u8)m8;
		m8 = m8 >> 8 | m8 << 56;
	}
}

/* Returns the bytes written: flags, opcode and length. */
static u32 put_head(u8 *at, u32 n, u8 opcode, u8 mask_bit)
{
	at[0] = BIT_FIN | opcode;
	if (n <= WS_CONTROL_MAX) {
		at[1] = (u8)(mask_bit | n);
		return 2;
	}
	if (n <= UINT16_MAX) {
		u16 be = __builtin_bswap16((u16)n);
		at[1] = mask_bit | 126;
		memcpy(at + 2, &be, 2);
		return 4;
	}
	u64 be = __builtin_bswap64(n);
	at[1] = mask_bit | 127;
	memcpy(at + 2, &be, 8);
	return 10;
}

u32 ws_frame(u8 *at, u32 n, u8 opcode, u32 mask)
{
	u32 head_n = put_head(at, n, opcode, BIT_MASK);

	memcpy(at + head_n, &mask, 4);
	head_n += 4;
	assert(head_n == ws_head_len(n));
	ws_mask(at + head_n, n, mask, 0);
	return head_n + n;
}

/*
 * Whole vectors; the last one ends with the text and may overlap the one before. The cipher loads
 * wide, and narrower stores would keep it waiting.
 */
static void copy_masked(u8 *to, const u8 *p, u32 n, u32 mask)
{
	u64 m8 = (u64)mask << 32 | mask;
	vec m32 = { m8, m8, m8, m8 };

	for (u32 i = 0; i + 32 <= n; i += 32)
		*(vec *)(to + i) = *(const vec *)(p + i) ^ m32;
	if (n < 32) {
		for (u32 i = 0; i < n; i++, m8 = m8 >> 8 | m8 << 56)
			to[i] = p[i] ^ (u8)m8;
	} else if (n % 32) {
		u32 turn = n % 4 * 8; /* at n - 32 the mask's byte number n mod 4 stands */
		m8 = m8 >> turn | m8 << (64 - turn) % 64;
		m32 = (vec){ m8, m8, m8, m8 };
		*(vec *)(to + n - 32) = *(const vec *)(p + n - 32) ^ m32;
	}
}

u32 ws_frame_of(u8 *at, struct span data, u8 opcode, u32 mask)
{
	u32 n = (u32)data.n, head_n = put_head(at, n, opcode, BIT_MASK);

	memcpy(at + head_n, &mask, 4);
	copy_masked(at + head_n + 4, data.p, n, mask);
	return head_n + 4 + n;
}

u32 ws_frame_plain(u8 *at, u32 n, u8 opcode)
{
	u32 head_n = put_head(at, n, opcode, 0);

	assert(head_n == ws_head_len_plain(n));
	return head_n + n;
}

static u32 control(const struct ws *w, u8 *at, u8 opcode, struct span data, u32 mask)
{
	u32 n = (u32)data.n, head_n = w->role == WS_CLIENT ? ws_head_len(n) : ws_head_len_plain(n);

	assert(data.n <= WS_CONTROL_MAX);
	if (n)
		memmove(at + head_n, data.p, n);
	return w->role == WS_CLIENT ? ws_frame(at, n, opcode, mask) : ws_frame_plain(at, n, opcode);
}

u32 ws_ping(const struct ws *w, u8 *at, struct span data, u32 mask)
{
	return control(w, at, WS_OP_PING, data, mask);
}

u32 ws_pong(const struct ws *w, u8 *at, struct span data, u32 mask)
{
	return control(w, at, WS_OP_PONG, data, mask);
}

/* The longest start of `s` within `max` bytes that does not end inside a character. */
static size_t cut_utf8(struct span s, size_t max)
{
	size_t n = s.n;

	if (n > max)
		for (n = max; n && (s.p[n] & 0xc0) == 0x80; n--)
			;
	return n;
}

u32 ws_close(struct ws *w, u8 *at, u16 code, struct span reason, u32 mask)
{
	u8 payload[WS_CONTROL_MAX];
	struct wr p = wr_of(payload, sizeof payload);

	if (w->close_tx)
		return 0;
	if (code != WS_NO_STATUS) {
		wr_u16(&p, code);
		wr_bytes(&p, reason.p, cut_utf8(reason, CLOSE_REASON_MAX));
	}
	assert(!p.bad);
	w->close_tx = true;
	w->state = w->close_rx || w->fail_code ? WS_CLOSED : WS_CLOSING;
	return control(w, at, WS_OP_CLOSE, (struct span){ payload, wr_len(&p) }, mask);
}
