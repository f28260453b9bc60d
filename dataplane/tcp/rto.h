/*
 * rto.h - the retransmission timeout estimator (RFC 6298), in nanoseconds.
 *
 * Guarantee: min_ns <= rto_ns(r) <= RTO_MAX_NS.
 */
#ifndef SAKER_RTO_H
#define SAKER_RTO_H

#include "common/types.h"

#define RTO_INITIAL_NS (1 * NS_PER_S)
#define RTO_SYN_LOST_NS (3 * NS_PER_S) /* RFC 6298 5.7 */
#define RTO_MAX_NS (60 * NS_PER_S)
#define RTO_BACKOFF_MAX 12
#define RTO_SAMPLE_MAX_NS (60 * NS_PER_S)

struct rto {
	ns_t srtt_ns, rttvar_ns; /* srtt 0: no sample yet */
	ns_t min_ns;
	u8 backoff; /* doublings since the last acknowledgement of new data */
	bool syn_lost;
};

static inline void rto_init(struct rto *r, ns_t min_ns) { *r = (struct rto){ .min_ns = min_ns }; }

/* A round trip of a segment sent once (Karn). */
static inline void rto_sample(struct rto *r, ns_t rtt_ns)
{
	rtt_ns = u64_max(1, u64_min(rtt_ns, RTO_SAMPLE_MAX_NS));
	if (!r->srtt_ns) {
		r->srtt_ns = rtt_ns;
		r->rttvar_ns = rtt_ns / 2;
		return;
	}
	ns_t diff = r->srtt_ns > rtt_ns ? r->srtt_ns - rtt_ns : rtt_ns - r->srtt_ns;
	r->rttvar_ns = (3 * r->rttvar_ns + diff) / 4;
	r->srtt_ns = (7 * r->srtt_ns + rtt_ns) / 8;
}

static inline void rto_expired(struct rto *r) { r->backoff += r->backoff < RTO_BACKOFF_MAX; }
static inline void rto_progress(struct rto *r) { r->backoff = 0; }

static inline ns_t rto_ns(const struct rto *r)
{
	ns_t first = r->syn_lost ? RTO_SYN_LOST_NS : RTO_INITIAL_NS;
	ns_t base = r->srtt_ns ? r->srtt_ns + 4 * r->rttvar_ns : first;
	return u64_min(u64_max(base, r->min_ns) << r->backoff, RTO_MAX_NS);
}

#endif
