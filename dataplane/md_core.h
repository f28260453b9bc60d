/*
 * md_core.h - the market-data core: session, feed, books, tape. The picture's left half.
 *
 * init / step / close. One turn of step takes frames of its port, messages of its inboxes and one
 * time; the result is the tape and the book images. Runs on one hot thread, or is called by one
 * together with the trade core. Nothing is allocated after init.
 */
#ifndef SAKER_MD_CORE_H
#define SAKER_MD_CORE_H

#include "common/clock.h"
#include "common/core_status.h"
#include "common/instrument_set.h"
#include "common/segment.h"
#include "common/tape.h"
#include "dataplane/book/book_image.h"
#include "dataplane/feed/feed_binance.h"
#include "dataplane/nic/port.h"
#include "dataplane/recorder.h"
#include "dataplane/session_set.h"

enum md_cnt {
#define CNT(name, help) MD_CNT_##name,
#include "dataplane/md_cnt.def"
#undef CNT
	MD_CNT_COUNT
};

extern const struct counter_def md_counter_defs[MD_CNT_COUNT];

struct md_cfg {
	struct clock clock;
	struct net_cfg net;
	struct tcp_cfg tcp;
	struct session_cfg session;
	u32 large_buffers; /* of messages over session.message_own */
	u32 book_levels, book_buffer_levels, feed_levels;
	ns_t stale_ns;    /* silence of a book's streams after which it is STALE */
	ns_t snapshot_ns; /* wait before a snapshot is asked for again */
};

/* Everything others see or give: rings, shared memory, counter words. All outlive the core. */
struct md_links {
	struct port *port;
	struct recorder *rec; /* stands before the port; NULL: none */
	struct ring *in_ctl, *in_slow, *to_ctl, *to_slow;
	struct tape *tape;
	struct book_image *image[INSTRUMENTS_MAX]; /* by dense id; NULL: no such instrument */
	struct core_status *status;
	struct session_status *session_status;
	const struct segment_kill_page *kill;
	const struct tls_crypto *crypto;
	u64 *cnt, *net_cnt, *tcp_cnt, *feed_cnt, *book_cnt; /* MD_CNT_COUNT words and so on */
	struct session_words session_cnt;
};

struct md_core {
	/* the turn */
	struct port *port;
	struct tcp *tcp;
	struct feed *feed;
	struct tape *tape;
	struct recorder *rec; /* of this turn, NULL: it is not recorded */
	u64 rx_tsc; /* of the frame at hand; 0: none, the event comes from an inbox or a time-out */
	u64 turn;
	u32 kill;            /* level this core acts on */
	bool halted, wanted; /* by the kill word; by ctl */
	u32 n_instruments;
	bool images_due; /* one of these has a member */
	struct instrument_set top_due, ladder_due; /* images that lack what was published since */
	u8 published_state[INSTRUMENTS_MAX];
	struct book *book[INSTRUMENTS_MAX];
	ns_t snapshot_asked_ns[INSTRUMENTS_MAX];
	ns_t chores_ns; /* when the periodic checks are due */
	u32 check_next; /* the book they go on with */
	u64 slow_full;  /* the count as it was last recorded */
	struct md_links l;
	struct net net;
	struct rng rng;
	struct session_set sessions; /* one */
	struct session session;
	struct md_cfg cfg;
	const struct arena *arena; /* it consists of this struct and of what is in there */
};

/*
 * ERR_NO_MEMORY, ERR_ARGUMENT (addresses). Books are made for the images that are there;
 * instruments come by the inbox.
 */
err_t md_core_init(struct md_core *c, struct arena *a, const struct md_cfg *cfg,
		   const struct md_links *l);

/* One turn at the time-stamp count `tsc`. Returns the work done; 0: idle. */
u32 md_core_step(struct md_core *c, u64 tsc);

/*
 * The struct and its arena's lower part hold another process's core (common/state.h): ready for its
 * next turn. What md_core_init made of crypto contexts is freed before. ERR_NO_MEMORY.
 */
err_t md_core_reopen(struct md_core *c);

/* Frees what crypto contexts hold; the arena is the caller's. */
void md_core_close(struct md_core *c);

#endif
