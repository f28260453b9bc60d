#include "appliance/replay_clock.h"

#include <stdio.h>

void replay_pace_wait(struct replay_pace *p, const struct clock *then, const struct clock *here, u64 tsc)
{
	if (!p->begun_tsc) {
		p->begun_tsc = tsc;
		p->began_ns = clock_ns(here, tsc_now());
	}
	i64 late_ns = (i64)(clock_ns(then, tsc) - clock_ns(then, p->begun_tsc));
	while (late_ns > 0 && clock_ns(here, tsc_now()) - p->began_ns < (u64)late_ns)
		_mm_pause();
}

err_t replay_measure(struct app *a, char *error)
{
	u64 *cnt = a->ctl.cnt;
	a->io = (struct io){ .trace = a->trace,
			     .journal = a->journal,
			     .tape = a->md_links.tape,
			     .tape_next = 1,
			     .journal_fd = -1,
			     .lag_negative = &cnt[APP_CNT_lag_negative],
			     .lag_implausible = &cnt[APP_CNT_lag_implausible],
			     .tape_lapped = &cnt[APP_CNT_tape_lapped],
			     .outliers = { .seen = &cnt[APP_CNT_outliers], .tape = a->md_links.tape } };
	for (u32 i = 0; i < IO_HISTS; i++)
		a->io.hist[i] = segment_at(&a->seg, segment_find(&a->seg, io_hist_names[i]));
	err_t e = clock_calibrate(&a->io.clock);
	if (e != ERR_OK)
		snprintf(error, APP_ERROR, "this processor's time-stamp counter is not invariant");
	return e;
}

void replay_print_latency(const struct app *a)
{
	printf("%-20s %10s %10s %10s %10s\n", "this machine, ns", "n", "p50", "p99", "max");
	for (u32 i = 0; i < IO_HISTS; i++) {
		const struct hist *h = a->io.hist[i];
		if (h->n && i != HIST_FEED_LAG && i != HIST_ORDER_TO_ACK)
			printf("%-20s %10llu %10llu %10llu %10llu\n", io_hist_names[i], (unsigned long long)h->n,
			       (unsigned long long)hist_quantile(h, 5000), (unsigned long long)hist_quantile(h, 9900),
			       (unsigned long long)h->max);
	}
}
