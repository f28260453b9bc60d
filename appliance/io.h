/*
 * io.h - the io thread: everything that touches the disk. The journal, and histograms made of the
 * cores' traces.
 *
 * A hot core never waits for it: where a ring is full the core counts and goes on, or denies new
 * orders (journal).
 */
#ifndef SAKER_IO_H
#define SAKER_IO_H

#include "appliance/audit.h"
#include "appliance/capture.h"
#include "appliance/epoch_desk.h"
#include "appliance/outliers.h"
#include "common/clock.h"
#include "common/counter.h"
#include "common/hist.h"
#include "common/trace.h"
#include "common/tape.h"
#include "gateway/journal.h"

enum io_hist {
	HIST_T2T, /* poll of the tick's frame to doorbell of the order or cancel it caused */
	HIST_POLL_TO_PUBLISH,
	HIST_PUBLISH_TO_READ,  /* one order in profile_every */
	HIST_READ_TO_DECIDE,   /* likewise, */
	HIST_DECIDE_TO_RISK,   /* likewise, */
	HIST_RISK_TO_DOORBELL, /* likewise */
	HIST_DECIDE_TO_DOORBELL,
	HIST_ORDER_TO_ACK,
	HIST_FEED_LAG, /* venue event time to local receive time, by the estimated clock offset */
	IO_HISTS
};

extern const char *const io_hist_names[IO_HISTS];

#define IO_BATCH 64 /* journal records written at once */

struct io {
	struct clock clock;
	struct ring *trace, *journal; /* of the trade core */
	const struct tape *tape;      /* of the md core: read like any reader of it */
	u64 tape_next;
	i64 venue_offset_ns; /* venue time = our clock + this; 0: not known yet. ctl sets it, relaxed */
	struct capture *capture; /* NULL: none */
	struct audit *audit;     /* likewise */
	struct epoch_desk *desk; /* likewise */
	struct hist *hist[IO_HISTS];
	struct outliers outliers;
	int journal_fd;                                     /* -1: none */
	u64 *write_errors, *lag_negative, *lag_implausible, *tape_lapped; /* counter words */
	bool stop;                                          /* relaxed */
	u64 journal_at; /* bytes of whole records in the file */
	u32 batch_n;    /* records taken from the ring and not in the file yet */
	u8 batch[IO_BATCH * JOURNAL_RECORD];
};

/* Creates the journal file, whose name holds the boot number. ERR_IO: `error` names it. */
err_t io_open_journal(struct io *io, const char *dir, u32 boot, char *error, size_t n);

/*
 * Records that the disk does not take are kept and tried again, and meanwhile no more are taken:
 * the ring fills, and the trade core denies new orders. A record cut short is written over.
 */
u32 io_step(struct io *io);
u32 io_measure(struct io *io); /* of that, the histograms alone: of trace and tape */
void *io_thread(void *arg); /* steps until `stop`, then once more to the end of its rings */
void io_close(struct io *io);

#endif
