#include "bench/limit.h"

#include <string.h>

#include "bench/place.h"
#include "dataplane/feed/digits.h"
#include "dataplane/net/wire.h"

typedef u64 vec __attribute__((vector_size(32), aligned(1), may_alias));

#define SUM_FROM (ETH_BYTES + IP_OFF_SRC) /* the TCP checksum's bytes begin with the addresses */

static inline u64 load64(const u8 *p)
{
	u64 v;
	memcpy(&v, p, sizeof v);
	return v;
}

static inline u32 load32(const u8 *p)
{
	u32 v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* ---- checksum: whole vectors, the last one cut; buffers have room behind ---- */

static const u8 cut[64] = { [0 ... 31] = 0xff };

static inline vec halves(vec v) { return (v & 0xffffffff) + (v >> 32); }

static inline vec last_vec(const u8 *p, u32 n) { return *(const vec *)p & *(const vec *)(cut + 32 - n); }

static inline u64 across(vec v) { return v[0] + v[1] + v[2] + v[3]; }

static inline u64 sum_bytes(const u8 *p, u32 n)
{
	vec acc = { 0 };
	for (; n >= 32; p += 32, n -= 32)
		acc += halves(*(const vec *)p);
	return across(acc + halves(last_vec(p, n)));
}

static inline u64 sum_copy(u8 *to, const u8 *p, u32 n)
{
	vec acc = { 0 };
	for (; n >= 32; p += 32, to += 32, n -= 32) {
		vec v = *(const vec *)p;
		*(vec *)to = v;
		acc += halves(v);
	}
	vec v = last_vec(p, n);
	*(vec *)to = v;
	return across(acc + halves(v));
}

static inline u64 sum_ip(const u8 *ip)
{
	u64 a = load64(ip), b = load64(ip + 8);
	return (a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32) + load32(ip + 16);
}

/* ---- frame to record ---- */

static inline bool take_segment(struct limit *l, const struct frame *f, struct span *rec)
{
	const u8 *p = f->p, *ip = p + ETH_BYTES, *tcp = ip + IP_BYTES;
	struct limit_conn *c = &l->md;
	u32 len = f->n >= TCP_HDR_BYTES ? be16(ip + IP_OFF_LEN) : 0;
	u64 odd = len < IP_BYTES + TCP_BYTES || len > f->n - ETH_BYTES;
	if (odd)
		return false;
	odd |= (load64(p) ^ l->mac) << 16;
	odd |= (load32(p + ETH_OFF_TYPE) & 0x00ffffff) ^ (0x450000 | __builtin_bswap16(ETH_IPV4));
	odd |= (u64)(be16(ip + IP_OFF_FRAG) & IP_FRAG_MASK) | (ip[IP_OFF_PROTO] ^ IP_TCP);
	odd |= (load32(ip + IP_OFF_DST) ^ l->ip) | (load32(ip + IP_OFF_SRC) ^ c->rem_ip);
	odd |= (load32(tcp) ^ c->ports) | (be32(tcp + 4) ^ c->rcv_nxt);
	odd |= (tcp[12] ^ 0x50) | ((tcp[13] & ~TCP_PSH) ^ TCP_ACK);
	odd |= be32(tcp + 8) - c->snd_una > c->snd_nxt - c->snd_una;
	u64 sum = sum_bytes(p + SUM_FROM, len - IP_OFF_SRC) + csum_word(IP_TCP) +
		  csum_word((u16)(len - IP_BYTES));
	if (odd | csum_finish(sum) | csum_finish(sum_ip(ip)))
		return false;
	*rec = (struct span){ tcp + TCP_BYTES, len - IP_BYTES - TCP_BYTES };
	c->rcv_nxt += (u32)rec->n;
	l->ack_due = rec->n > 0;
	return rec->n > 0;
}

static inline void nonce_of(const struct limit_keys *k, u8 nonce[16])
{
	u64 tail = load64(k->iv + 4) ^ __builtin_bswap64(k->seq);
	memcpy(nonce, k->iv, 4);
	memcpy(nonce + 4, &tail, 8);
}

/* One whole record to one whole text. */
static inline bool open_text(struct limit *l, struct span rec, struct span *text)
{
	struct gcm_context_data ctx;
	u8 nonce[16], tag[TLS_TAG_LEN];
	u32 over = TLS_HEADER_LEN + TLS_TAG_LEN, n = (u32)rec.n - over;
	if (rec.n < over + 8 || load32(rec.p) << 8 != 0x030317u << 8 ||
	    be16(rec.p + 3) != rec.n - TLS_HEADER_LEN || n > TLS_INNER_MAX)
		return false;
	nonce_of(&l->rx, nonce);
	l->rx.run(&l->rx.key, &ctx, l->plain, rec.p + TLS_HEADER_LEN, n, nonce, rec.p, TLS_HEADER_LEN, tag,
		  TLS_TAG_LEN);
	const u8 *sent = rec.p + TLS_HEADER_LEN + n;
	if ((load64(tag) ^ load64(sent)) | (load64(tag + 8) ^ load64(sent + 8)))
		return false;
	l->rx.seq++;
	bool extended = l->plain[1] == 126;
	u32 head = extended ? 4 : 2, text_n = extended ? be16(l->plain + 2) : l->plain[1];
	if (l->plain[--n] != TLS_APPLICATION_DATA || l->plain[0] != 0x81 || l->plain[1] > 126 ||
	    n != head + text_n)
		return false;
	*text = (struct span){ l->plain + head, text_n };
	return true;
}

/* ---- text to integers ---- */

#define LIT(s) lit(&p, end, s, sizeof(s) - 1)

static inline bool lit(const char **p, const char *end, const char *s, size_t n)
{
	bool same = (size_t)(end - *p) >= n && !memcmp(*p, s, n);
	*p += n;
	return same;
}

/* The instrument's two decimals of a price, all eight of a quantity: constants here. */
static const struct digits_cut px_cut = { 1000000, 68720, 100 };
static const struct digits_cut qty_cut = { 1, 1ULL << 36, 100000000 };

static inline bool read_quote(struct span text, struct quote *q)
{
	const char *p = (const char *)text.p, *end = p + text.n;
	return LIT("{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":") && digits_u64(&p, end, &q->id) &&
	       LIT(",\"s\":\"BTCUSDT\",\"b\":\"") && digits_decimal(&p, end, &px_cut, &q->bid_px) &&
	       LIT("\",\"B\":\"") && digits_decimal(&p, end, &qty_cut, &q->bid_qty) &&
	       LIT("\",\"a\":\"") && digits_decimal(&p, end, &px_cut, &q->ask_px) &&
	       LIT("\",\"A\":\"") && digits_decimal(&p, end, &qty_cut, &q->ask_qty) && LIT("\"}}") &&
	       p == end;
}

/* ---- decision and risk ---- */

static inline bool decide(struct limit *l, const struct quote *q, struct limit_order *o, ns_t now)
{
	if (q->id <= l->update_id || q->bid_px >= q->ask_px || q->ask_px - q->bid_px > l->rules.max_spread)
		return false;
	l->update_id = q->id;
	*o = (struct limit_order){ l->last.id + 1, (now + l->wall_ns) / NS_PER_MS, q->ask_px, l->rules.qty };
	return true;
}

static inline bool allowed(const struct limit *l, const struct limit_order *o, const struct quote *q, ns_t now)
{
	const struct limit_rules *r = &l->rules;
	i128 raw = (i128)o->px * o->qty;
	i64 middle2 = q->bid_px + q->ask_px, off2 = 2 * o->px - middle2;
	bool bad = o->px < r->min_px;
	bad |= o->px > r->max_px;
	bad |= o->qty < r->min_qty;
	bad |= o->qty > r->max_qty;
	bad |= o->qty % r->lot != 0;
	bad |= raw < r->min_raw;
	bad |= raw > r->max_raw;
	bad |= raw > r->max_open_raw - l->open_raw;
	bad |= (i128)(off2 < 0 ? -off2 : off2) * 10000 > (i128)middle2 * r->collar_bps;
	bad |= l->position + o->qty > r->max_position;
	bad |= l->open >= r->max_open;
	bad |= now < l->next_order_ns;
	bad |= o->ts_ms < 1000000000000ULL || o->ts_ms > 9999999999999ULL;
	return !bad;
}

/* ---- integers to text ---- */

/* Eight digits of v < 10^8, the first in the lowest byte: split side by side in halves, twice. */
static inline u64 eight(u64 v)
{
	u64 x = v / 10000 | v % 10000 << 32;
	u64 q = x * 10486 >> 20 & 0x0000007f0000007fULL;
	x = q | (x - 100 * q) << 16;
	q = x * 103 >> 10 & 0x000f000f000f000fULL;
	return (q | (x - 10 * q) << 8) | DIGITS_ZEROS;
}

/* `units` < 10^14 with `scale` decimals, the closing quote and blanks, 16 bytes. */
static inline void put_decimal(u8 *to, u64 units, u32 scale)
{
	typedef unsigned __int128 u128;
	u128 digits = (u128)eight(units % 100000000) << 64 | eight(units / 100000000);
	u128 zeros = (u128)DIGITS_ZEROS << 64 | DIGITS_ZEROS, other = digits ^ zeros;
	u32 skip = (u64)other ? (u32)__builtin_ctzll((u64)other) / 8 :
				8 + (u32)__builtin_ctzll((u64)(other >> 64) | 1ULL << 63) / 8;
	skip = u32_min(skip, 15 - scale);
	u32 whole = 16 - skip - scale;
	u128 text = digits >> 8 * skip, fraction = text >> 8 * whole;
	u128 blanks = ((u128)0x2020202020202020ULL << 64 | 0x2020202020202022ULL) << 8 * (whole + scale + 1);
	text = (text & (((u128)1 << 8 * whole) - 1)) | (u128)'.' << 8 * whole | fraction << 8 * (whole + 1);
	text |= blanks;
	memcpy(to, &text, sizeof text);
}

static inline void put_ten(u8 *to, u64 v)
{
	u64 high = eight(v / 100000000) >> 48, low = eight(v % 100000000);
	memcpy(to, &high, 2);
	memcpy(to + 2, &low, 8);
}

static inline void put_thirteen(u8 *to, u64 v)
{
	u64 high = eight(v / 100000000) >> 24, low = eight(v % 100000000);
	memcpy(to, &high, 8);
	memcpy(to + 5, &low, 8);
}

static inline void patch(struct limit *l, const struct limit_order *o)
{
	const struct binance_tmpl *t = l->tmpl;
	put_ten(l->text + t->id_at, o->id);
	put_ten(l->text + t->coid_at, o->id);
	put_thirteen(l->text + t->ts_at, o->ts_ms);
	put_decimal(l->text + t->qty_at, (u64)o->qty, 8);
	put_decimal(l->text + t->px_at, (u64)o->px, 2);
}

/* ---- text to frame ---- */

/* The text masked into the frame, and sealed there. Returns the record's length. */
static inline u32 seal(struct limit *l)
{
	struct gcm_context_data ctx;
	u8 nonce[16], *rec = l->frame + TCP_HDR_BYTES, *body = rec + TLS_HEADER_LEN;
	u32 mask = (u32)rng_next(&l->rng), n = l->tmpl->n;
	u64 m8 = (u64)mask << 32 | mask;
	vec m32 = { m8, m8, m8, m8 };
	memcpy(body + LIMIT_WS_HEAD - 4, &mask, 4);
	for (u32 i = 0; i < n; i += 32)
		*(vec *)(body + LIMIT_WS_HEAD + i) = *(const vec *)(l->text + i) ^ m32;
	n += LIMIT_WS_HEAD;
	body[n++] = TLS_APPLICATION_DATA;
	nonce_of(&l->tx, nonce);
	l->tx.run(&l->tx.key, &ctx, body, body, n, nonce, rec, TLS_HEADER_LEN, body + n, TLS_TAG_LEN);
	l->tx.seq++;
	return TLS_HEADER_LEN + n + TLS_TAG_LEN;
}

/* A copy for retransmission, the header, and the frame's length. */
static inline u32 finish(struct limit *l, u32 rec_n)
{
	struct limit_conn *c = &l->trade;
	struct hdr_var v = { .seq = c->snd_nxt,
			     .ack = c->rcv_nxt,
			     .flags = TCP_ACK | TCP_PSH,
			     .wnd = 0xffff,
			     .id = c->ip_id++,
			     .len = rec_n };
	v.payload_sum = sum_copy(l->slot[l->last.id % LIMIT_SLOTS], l->frame + TCP_HDR_BYTES, rec_n);
	c->snd_nxt += rec_n;
	return hdr_patch(l->frame, &v, hdr_usual, c->ports, &c->sums, false);
}

void limit_prepare(struct limit *l)
{
	if (!l->frame && (l->frame = l->trade_port->out.room(&l->trade_port->out)))
		memcpy(l->frame, l->head, LIMIT_HEAD);
	for (u32 i = 0; l->frame && i < LIMIT_SLOT_BYTES; i += CACHE_LINE) {
		__builtin_prefetch(l->frame + i, 1);
		__builtin_prefetch(l->slot[(l->last.id + 1) % LIMIT_SLOTS] + i, 1);
	}
}

struct turn {
	u64 *stamp;
	bool all;
	ns_t now;
};

static inline void passed(const struct turn *t, enum limit_stamp at)
{
	if (t->all)
		t->stamp[at] = tsc_now();
}

static inline bool receive(struct limit *l, const struct turn *t, const struct frame *f, struct quote *q)
{
	struct span rec, text;
	if (!take_segment(l, f, &rec) || !open_text(l, rec, &text))
		return false;
	passed(t, LIMIT_OPEN);
	bool ok = read_quote(text, q);
	passed(t, LIMIT_READ);
	return ok;
}

static inline bool trade(struct limit *l, const struct turn *t, const struct quote *q)
{
	struct limit_order o;
	u32 flight = l->trade.snd_nxt - l->trade.snd_una;
	if (!decide(l, q, &o, t->now) || !allowed(l, &o, q, t->now) || !l->frame ||
	    flight + LIMIT_SLOT_BYTES > l->trade.snd_wnd)
		return false;
	patch(l, &o);
	l->last = o;
	passed(t, LIMIT_ORDER);
	u32 rec_n = seal(l);
	passed(t, LIMIT_SEAL);
	u32 n = finish(l, rec_n);
	t->stamp[LIMIT_SENT] = tsc_fenced();
	l->trade_port->out.push(&l->trade_port->out, n);
	l->frame = NULL;
	l->next_order_ns = t->now + l->rules.order_gap_ns;
	return true;
}

static inline bool turn(struct limit *l, const struct turn *t)
{
	struct frame f;
	struct quote q;
	if (!port_rx(l->md_port, &f, 1))
		return false;
	t->stamp[LIMIT_POLL] = f.rx_tsc;
	bool sent = receive(l, t, &f, &q) && trade(l, t, &q);
	port_rx_done(l->md_port);
	return sent;
}

bool limit_turn(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS])
{
	return turn(l, &(struct turn){ .stamp = stamp, .all = false, .now = now });
}

bool limit_turn_stamped(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS])
{
	return turn(l, &(struct turn){ .stamp = stamp, .all = true, .now = now });
}

/* ---- cut at the tape ---- */

bool limit_receive(struct limit *l)
{
	struct frame f;
	struct quote q;
	struct turn none = { .all = false };
	if (!port_rx(l->md_port, &f, 1))
		return false;
	bool ok = receive(l, &none, &f, &q);
	if (ok) {
		l->hop.quote = q;
		l->hop.poll_tsc = f.rx_tsc;
		__atomic_store_n(&l->hop.seq, l->hop.seq + 1, __ATOMIC_RELEASE);
	}
	port_rx_done(l->md_port);
	return ok;
}

/* The receiving core writes the next quote only after the venue has seen what became of this one. */
bool limit_trade(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS])
{
	struct quote q = l->hop.quote;
	stamp[LIMIT_POLL] = l->hop.poll_tsc;
	l->hop_seq = l->hop.seq;
	return trade(l, &(struct turn){ .stamp = stamp, .all = false, .now = now }, &q);
}
