#include "gateway/journal.h"

#include <string.h>

#include "gateway/gateway_cnt.h"

#define CRC_SKIP offsetof(struct journal_record, type)

void journal_init(struct journal *j, struct ring *ring, u64 *cnt) { *j = (struct journal){ .ring = ring, .cnt = cnt }; }

/* The next record in the ring, not yet committed; NULL where there is no room. */
static struct journal_record *begin(struct journal *j, u16 type, ns_t now)
{
	struct journal_record *r = ring_reserve(j->ring, type, j->seq + 1, JOURNAL_RECORD);
	if (!r) {
		counter_inc(&j->cnt[GATEWAY_CNT_journal_full]);
		return NULL;
	}
	*r = (struct journal_record){ .type = type, .seq = ++j->seq, .at_ns = now };
	return r;
}

static bool end(struct journal *j, struct journal_record *r)
{
	r->crc = crc32c(0, (const u8 *)r + CRC_SKIP, JOURNAL_RECORD - CRC_SKIP);
	ring_commit(j->ring);
	return true;
}

void journal_turn(struct journal *j) { j->has_room = ring_has_room(j->ring, j->ring->size / 4); }

bool journal_order_sent(struct journal *j, u64 order_id, const struct order_req *req, ns_t now)
{
	struct journal_record *r = begin(j, JOURNAL_ORDER_SENT, now);
	if (!r)
		return false;
	r->sent = (struct journal_sent){ .order_id = order_id, .req = *req };
	return end(j, r);
}

bool journal_order_event(struct journal *j, const struct order_event *ev, ns_t now)
{
	struct journal_record *r = begin(j, JOURNAL_ORDER_EVENT, now);
	if (!r)
		return false;
	r->event = *ev;
	return end(j, r);
}

bool journal_cancel_sent(struct journal *j, u64 order_id, u64 venue_id, ns_t now)
{
	struct journal_record *r = begin(j, JOURNAL_CANCEL_SENT, now);
	if (!r)
		return false;
	r->cancel = (struct journal_cancel){ .order_id = order_id, .venue_id = venue_id };
	return end(j, r);
}

bool journal_config_epoch(struct journal *j, u64 epoch, u64 hash, ns_t now)
{
	struct journal_record *r = begin(j, JOURNAL_CONFIG_EPOCH, now);
	if (!r)
		return false;
	r->epoch = (struct journal_epoch){ .epoch = epoch, .hash = hash };
	return end(j, r);
}

bool journal_session(struct journal *j, u32 session, u16 what, int32_t code, ns_t now)
{
	struct journal_record *r = begin(j, JOURNAL_SESSION, now);
	if (!r)
		return false;
	r->session = (struct journal_session){ .session = session, .what = what, .code = code };
	return end(j, r);
}

/* ---- files ---- */

void journal_header_make(struct journal_header *h, u32 boot, u32 account, u64 start_wall_ns)
{
	*h = (struct journal_header){ .magic = JOURNAL_MAGIC, .version = JOURNAL_VERSION, .record_size = JOURNAL_RECORD,
				      .boot = boot, .account = account, .start_wall_ns = start_wall_ns };
	h->crc = crc32c(0, h, offsetof(struct journal_header, crc));
}

err_t journal_open(struct journal_reader *r, const void *bytes, size_t n)
{
	*r = (struct journal_reader){ .next_seq = 1 };
	if (n < sizeof r->head)
		return ERR_TRUNCATED;
	memcpy(&r->head, bytes, sizeof r->head);
	if (r->head.magic != JOURNAL_MAGIC)
		return ERR_SYNTAX;
	if (r->head.crc != crc32c(0, &r->head, offsetof(struct journal_header, crc)))
		return ERR_CHECKSUM;
	if (r->head.version != JOURNAL_VERSION || r->head.record_size != JOURNAL_RECORD)
		return ERR_UNSUPPORTED;
	r->p = (const u8 *)bytes + sizeof r->head;
	r->left = n - sizeof r->head;
	return ERR_OK;
}

static bool is_good(const struct journal_reader *r, const struct journal_record *rec)
{
	return rec->crc == crc32c(0, (const u8 *)rec + CRC_SKIP, JOURNAL_RECORD - CRC_SKIP) && rec->type >= 1 &&
	       rec->type < JOURNAL_TYPES && rec->seq >= r->next_seq;
}

bool journal_next(struct journal_reader *r, struct journal_record *rec)
{
	while (r->left >= JOURNAL_RECORD) {
		memcpy(rec, r->p, JOURNAL_RECORD);
		r->p += JOURNAL_RECORD;
		r->left -= JOURNAL_RECORD;
		if (!is_good(r, rec)) {
			r->n_bad++;
			continue;
		}
		r->n_lost += rec->seq - r->next_seq;
		r->next_seq = rec->seq + 1;
		return true;
	}
	r->truncated = r->left > 0;
	return false;
}
