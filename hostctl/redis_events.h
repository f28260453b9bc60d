/*
 * redis_events.h - orders and fills out of the appliance's journal, as streams: each once, also over restarts of any
 * of the three.
 *
 * saker:{<instance>}:fills has the fills, saker:{<instance>}:orders every other record of an order. An
 * entry's id is <boot>-<number in that boot's journal>, in decimal: it is its own proof that it was
 * sent. The journal is the queue: Redis may be away as long as the journals are kept. A Redis that comes
 * back without its newest entries gets them again, one that comes back empty those of the journal under way. Symbols
 * and scales are those of the running configuration. One thread.
 */
#ifndef HOSTCTL_REDIS_EVENTS_H
#define HOSTCTL_REDIS_EVENTS_H

#include "common/instrument.h"
#include "gateway/journal.h"
#include "hostctl/redis_link.h"

#define EVENTS_BATCH 256 /* records of one flush */

enum events_stream { EVENTS_ORDERS, EVENTS_FILLS, EVENTS_STREAMS };

struct events_at {
	u32 boot; /* 0: nowhere */
	u64 seq;
};

struct redis_events {
	const char *dir;
	u32 max_length;
	char key[EVENTS_STREAMS][REDIS_KEY_MAX];
	int fd;   /* of the journal under way; -1: none */
	u32 boot; /* its boot */
	u64 offset, gathered; /* in the file: what is sent, and where the gathered records end */
	u32 n;                /* gathered since events_done */
	bool resumed;         /* it is known what the streams hold */
	u64 connects;         /* by which connection: the server behind another may hold less */
	struct events_at last[EVENTS_STREAMS];    /* the newest entry of each */
	struct events_at pending[EVENTS_STREAMS]; /* once what is gathered has arrived */
};

void events_open(struct redis_events *e, const char *instance, const char *state_dir, u32 max_length);
void events_close(struct redis_events *e);

/*
 * Asks the streams where they stand, where that is not known, opens the journal that comes next, and gathers up to
 * EVENTS_BATCH of its records; returns how many.
 */
u32 events_gather(struct redis_events *e, struct redis_link *l, const struct instrument *i, u32 n);

/* After the flush. `ok` false: the same records come again, after a look at what arrived. */
void events_done(struct redis_events *e, struct redis_link *l, bool ok);

/* An id of ours, "7-1234"; false: it is none. */
bool events_id(const char *text, u32 *boot, u64 *seq);

#endif
