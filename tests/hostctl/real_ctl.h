/*
 * real_ctl.h - the appliance's own control thread, as far as commands go, behind its own
 * socket: door, roles, table, audit. What it passes to the trade core and the io thread, a
 * thread here answers with "done"; a change of the configuration is refused so.
 */
#ifndef TESTS_REAL_CTL_H
#define TESTS_REAL_CTL_H

#include <pthread.h>

#include "appliance/audit_chain.h"
#include "appliance/ctl.h"
#include "common/arena.h"
#include "tests/hostctl/fake_instance.h"

#define REAL_CTL_AUDIT 64

struct real_ctl {
	struct ctl ctl;
	struct arena arena;
	pthread_t thread;
	bool stop;
	pthread_mutex_t lock; /* of what follows */
	u32 n_audit;          /* commands since real_ctl_open; the newest are kept */
	struct audit_entry audit[REAL_CTL_AUDIT];
};

/*
 * `cfg` says who has which role and where the socket is; the kill word is that of `f`. Both
 * outlive it.
 */
void real_ctl_open(struct real_ctl *r, const struct config *cfg, struct fake_instance *f);
void real_ctl_close(struct real_ctl *r);

u32 real_ctl_audited(struct real_ctl *r);                 /* how many commands; other entries do not count */
struct audit_entry real_ctl_newest(struct real_ctl *r);

#endif
