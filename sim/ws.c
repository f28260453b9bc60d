#include "sim/ws.h"

#include <stdio.h>
#include <string.h>

#include "common/cursor.h"
#include "sim/ossl.h"

static bool known(enum ws_opcode o) { return o <= WS_BINARY || (o >= WS_CLOSE && o <= WS_PONG); }

/*
 * The payload length, from the 7 bits and what follows them. ERR_PROTOCOL where a shorter form
 * would do (RFC 6455 5.2).
 */
static err_t length(struct rd *r, u8 bits, u64 *n)
{
	u64 least = 0;
	*n = bits;
	if (bits == 126) {
		*n = rd_u16(r);
		least = 126;
	} else if (bits == 127) {
		*n = rd_u64(r);
		least = 65536;
	}
	if (r->bad)
		return ERR_AGAIN;
	return *n < least ? ERR_PROTOCOL : *n > WS_PAYLOAD_MAX ? ERR_TOO_LONG : ERR_OK;
}

err_t ws_decode(struct ws_frame *f, u8 *p, size_t n)
{
	struct rd r = rd_of(p, n);
	u8 b0 = rd_u8(&r), b1 = rd_u8(&r);
	u64 len;
	if (r.bad)
		return ERR_AGAIN;
	f->fin = b0 & 0x80;
	f->opcode = (enum ws_opcode)(b0 & 0x0f);
	bool control = f->opcode >= WS_CLOSE;
	if ((b0 & 0x70) || !known(f->opcode) || !(b1 & 0x80) ||
	    (control && (!f->fin || (b1 & 0x7f) > 125)))
		return ERR_PROTOCOL;
	err_t e = length(&r, b1 & 0x7f, &len);
	if (e != ERR_OK)
		return e;
	const u8 *mask = rd_bytes(&r, 4), *payload = rd_bytes(&r, len);
	if (r.bad)
		return ERR_AGAIN;
	f->payload = p + (payload - p);
	f->n = len;
	f->used = (size_t)(r.p - p);
	for (size_t i = 0; i < f->n; i++)
		f->payload[i] ^= mask[i & 3];
	return ERR_OK;
}

void ws_encode(struct buf *out, enum ws_opcode opcode, const void *payload, size_t n)
{
	u8 head[10];
	struct wr w = wr_of(head, sizeof head);
	wr_u8(&w, 0x80 | (u8)opcode);
	if (n < 126) {
		wr_u8(&w, (u8)n);
	} else if (n < 65536) {
		wr_u8(&w, 126);
		wr_u16(&w, (u16)n);
	} else {
		wr_u8(&w, 127);
		wr_u64(&w, n);
	}
	assert(!w.bad);
	buf_add(out, head, wr_len(&w));
	buf_add(out, payload, n);
}

void ws_accept(const char *key, char out[WS_ACCEPT_MAX])
{
	char text[128];
	u8 digest[SHA_DIGEST_LENGTH];
	snprintf(text, sizeof text, "%.64s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	SHA1((const u8 *)text, strlen(text), digest);
	EVP_EncodeBlock((u8 *)out, digest, sizeof digest);
}
