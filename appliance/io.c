#include "appliance/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REST_NS NS_PER_MS
#define LAG_MAX_NS (60 * NS_PER_S) /* beyond: the feed is a recording of another day */
#define TAPE_BATCH 4096

const char *const io_hist_names[IO_HISTS] = { "t2t",
					      "poll_to_publish",
					      "publish_to_read",
					      "read_to_decide",
					      "decide_to_risk",
					      "risk_to_doorbell",
					      "decide_to_doorbell",
					      "order_to_ack",
					      "feed_lag" };

/* ---- journal ---- */

static bool write_at(int fd, const void *p, size_t n, u64 at)
{
	for (size_t done = 0; done < n;) {
		ssize_t w = pwrite(fd, (const u8 *)p + done, n - done, (off_t)(at + done));
		if (w < 0 && errno != EINTR)
			return false;
		done += w > 0 ? (size_t)w : 0;
	}
	return true;
}

err_t io_open_journal(struct io *io, const char *dir, u32 boot, char *error, size_t n)
{
	char path[512];
	struct journal_header h;
	snprintf(path, sizeof path, "%s/journal.%08x", dir, boot);
	io->journal_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	journal_header_make(&h, boot, 0, clock_wall_ns());
	io->journal_at = sizeof h;
	if (io->journal_fd >= 0 && write_at(io->journal_fd, &h, sizeof h, 0))
		return ERR_OK;
	snprintf(error, n, "%s: the journal cannot be written: %s (check files.state_dir)", path,
		 strerror(errno));
	return ERR_IO;
}

static u32 drain_journal(struct io *io)
{
	u32 n;
	const struct ring_msg *m;
	while (io->batch_n < IO_BATCH && (m = ring_peek(io->journal))) {
		assert(m->n == JOURNAL_RECORD);
		memcpy(io->batch + (size_t)io->batch_n++ * JOURNAL_RECORD, m->data, JOURNAL_RECORD);
		ring_release(io->journal, m);
	}
	n = io->batch_n;
	if (!n)
		return 0;
	if (io->journal_fd < 0 ||
	    !write_at(io->journal_fd, io->batch, (size_t)n * JOURNAL_RECORD, io->journal_at)) {
		counter_inc(io->write_errors);
		return 0;
	}
	io->journal_at += (u64)n * JOURNAL_RECORD;
	io->batch_n = 0;
	return n;
}

/* ---- traces ---- */

static void span(struct io *io, enum io_hist which, u64 from, u64 to)
{
	if (from && to >= from)
		hist_add(io->hist[which], tsc_to_ns(&io->clock, to - from));
}

static void take_order(struct io *io, const struct trace_rec *t)
{
	span(io, HIST_T2T, t->tsc[STAMP_POLL], t->tsc[STAMP_DOORBELL]);
	span(io, HIST_PUBLISH_TO_READ, t->tsc[STAMP_PUBLISH], t->tsc[STAMP_READ]);
	span(io, HIST_READ_TO_DECIDE, t->tsc[STAMP_READ], t->tsc[STAMP_DECIDE]);
	span(io, HIST_DECIDE_TO_DOORBELL, t->tsc[STAMP_DECIDE], t->tsc[STAMP_DOORBELL]);
	if (!t->tsc[STAMP_RISK])
		return;
	span(io, HIST_DECIDE_TO_RISK, t->tsc[STAMP_DECIDE], t->tsc[STAMP_RISK]);
	span(io, HIST_RISK_TO_DOORBELL, t->tsc[STAMP_RISK], t->tsc[STAMP_DOORBELL]);
}

static void take_trace(struct io *io, u16 kind, const struct trace_rec *t)
{
	switch (kind) {
	case TRACE_CANCEL:
	case TRACE_ORDER: take_order(io, t); break;
	case TRACE_ANSWER: hist_add(io->hist[HIST_ORDER_TO_ACK], (u64)t->ns); break;
	default: break;
	}
}

static u32 drain_trace(struct io *io, struct ring *r)
{
	u32 n = 0;
	const struct ring_msg *m;
	for (; n < 4096 && (m = ring_peek(r)); n++) {
		take_trace(io, m->type, (const void *)m->data);
		outliers_trace(&io->outliers, m->type, (const void *)m->data);
		ring_release(r, m);
	}
	return n;
}

/* ---- the tape ---- */

static void take_lag(struct io *io, const struct tape_event *e)
{
	i64 offset_ns = __atomic_load_n(&io->venue_offset_ns, __ATOMIC_RELAXED);
	if (!e->venue_time_us || !offset_ns)
		return;
	i64 lag_ns = (i64)e->rx_ns + offset_ns - (i64)(e->venue_time_us * NS_PER_US);
	if (lag_ns > (i64)LAG_MAX_NS)
		counter_inc(io->lag_implausible);
	else if (lag_ns < 0)
		counter_inc(io->lag_negative);
	else
		hist_add(io->hist[HIST_FEED_LAG], (u64)lag_ns);
}

static u32 drain_tape(struct io *io)
{
	struct tape_event e;
	u32 n = 0;
	for (; n < TAPE_BATCH; n++) {
		enum tape_result got = tape_read(io->tape, io->tape_next, &e);
		if (got == TAPE_EMPTY)
			break;
		if (got == TAPE_LAPPED) {
			counter_inc(io->tape_lapped);
			io->tape_next = tape_head(io->tape) + 1;
			continue;
		}
		io->tape_next++;
		if (!(e.flags & TAPE_LAST) || e.kind > TAPE_LEVEL)
			continue;
		span(io, HIST_POLL_TO_PUBLISH, e.poll_tsc, e.publish_tsc);
		outliers_tape(&io->outliers, &e);
		take_lag(io, &e);
	}
	return n;
}

/* ---- the loop ---- */

u32 io_measure(struct io *io) { return drain_trace(io, io->trace) + drain_tape(io); }

u32 io_step(struct io *io)
{
	u32 work = drain_journal(io) + io_measure(io) + (io->audit ? audit_step(io->audit) : 0);
	work += io->desk ? epoch_desk_step(io->desk) : 0;
	return work + (io->capture ? capture_step(io->capture, clock_ns(&io->clock, tsc_now())) : 0);
}

void *io_thread(void *arg)
{
	struct io *io = arg;
	struct timespec pause = { .tv_nsec = (long)REST_NS };
	while (!__atomic_load_n(&io->stop, __ATOMIC_RELAXED))
		if (!io_step(io))
			nanosleep(&pause, NULL);
	while (io_step(io))
		;
	return NULL;
}

void io_close(struct io *io)
{
	if (io->audit)
		audit_close(io->audit);
	if (io->journal_fd >= 0) {
		fdatasync(io->journal_fd);
		close(io->journal_fd);
	}
	io->journal_fd = -1;
}
