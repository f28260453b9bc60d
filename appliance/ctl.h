/*
 * ctl.h - the ctl thread: commands, snapshots, venue time, configuration for the cores, notices for
 * the operator. Never blocks.
 *
 * It is the only producer of both cores' ctl inboxes. Runs on the process's main thread.
 */
#ifndef SAKER_CTL_H
#define SAKER_CTL_H

#include "appliance/config.h"
#include "appliance/ctl_epoch.h"
#include "appliance/door.h"
#include "appliance/http.h"
#include "appliance/role.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/order_row.h"
#include "common/ring.h"
#include "common/segment.h"
#include "dataplane/nic/port.h"
#include "gateway/limits_row.h"
#include "tuning/fitness.h"

enum app_cnt {
#define CNT(name, help) APP_CNT_##name,
#include "appliance/app_cnt.def"
#undef CNT
	APP_CNT_COUNT
};

extern const struct counter_def app_counter_defs[APP_CNT_COUNT];

#define CTL_REASON 128

struct ctl_core {
	struct ring *to, *from;
};

struct ctl {
	/* given */
	const struct config *cfg; /* in force */
	const struct clock *clock;
	struct segment *seg;
	struct ctl_core md, trade;
	const struct fitness *fitness; /* of the machine, as the process started; NULL: nobody looked */
	struct port *port[2]; /* of both cores: what their devices count is read here */
	const struct instrument *instrument;
	u32 n_instruments;
	i64 *io_venue_offset_ns; /* the io thread's: for the feed's lag */
	struct ring *capture_ask, *capture_answers; /* to and from the io thread (capture.h) */
	struct ctl_epoch epoch; /* what its first part says is given */
	struct ring *audit; /* to the io thread: struct audit_entry; NULL: nobody keeps it */
	u64 *cnt; /* APP_CNT_COUNT words */
	/* its own */
	struct http *http;
	struct door door;
	struct access access;
	u32 kill_told; /* level of the kill word the audit knows of */
	ns_t heartbeat_ns, time_ns, ports_ns; /* when due next */
	bool time_asked;
	bool snapshot_wanted[INSTRUMENTS_MAX], snapshot_asked[INSTRUMENTS_MAX];
	ns_t snapshot_retry_ns[INSTRUMENTS_MAX], snapshot_wait_ns[INSTRUMENTS_MAX];
	ns_t rest_ns; /* the venue has told us to stop asking until then */
	u32 stop_id; /* command id whose answer ends the process; 0: not stopping */
	ns_t stop_ns; /* when the core's answer is no longer waited for */
	bool done;   /* the loop is to end */
	int exit_code;
	bool auto_armed;
	char override[CTL_REASON]; /* why it trades live on a machine the doctor finds red; "": nobody said so */
	u32 next_id; /* of commands of its own */
};

/*
 * Asks the venue what the configured instruments are; waits for the answer. `error` names what is
 * wrong. Start-up, main thread.
 */
err_t ctl_fetch_instruments(struct ctl *c, struct instrument *out, char *error, size_t n);

/*
 * Before the cores step: clocks, entropy, limits, instruments, connect. ERR_FULL, ERR_ARGUMENT
 * (limits): `error` says which.
 */
err_t ctl_start(struct ctl *c, char *error, size_t n);

/*
 * Live trading may not begin: the doctor found the machine red, and nobody has said why it may all the
 * same. `why` (CTL_WHY bytes) then says what is red, and the remedy.
 */
#define CTL_WHY 560
bool ctl_is_unfit(const struct ctl *c, char *why);

/* The first entries of this start in the audit log; before ctl_start. */
void ctl_audit_start(struct ctl *c, u32 boot);

/*
 * Until stopped. `stop_signals`: how many times the process was asked to end. Returns the exit
 * code.
 */
int ctl_run(struct ctl *c, const int *stop_signals);

void ctl_close(struct ctl *c);

/* ---- between ctl.c, ctl_venue.c, ctl_command.c and ctl_limits.c ---- */

bool ctl_tell(struct ctl *c, struct ctl_core *core, u16 type, u64 tag, const void *p, u32 n);
void ctl_want_snapshot(struct ctl *c, u32 instrument);
void ctl_venue_turn(struct ctl *c, ns_t now);
void ctl_on_request(void *user, u32 id, const struct door_peer *p, char *verb, char *arg); /* door_request */
void ctl_on_answer(struct ctl *c, const struct msg_command *m);
void ctl_stop(struct ctl *c, u32 id);

/* ctl_audit.c */
void ctl_audit(struct ctl *c, const char *what, const char *text, err_t result, const char *why);
void ctl_audit_kill(struct ctl *c);
void ctl_on_answered(void *user, const struct door_client *d, err_t result, const char *text); /* of the door */

void ctl_capture_turn(struct ctl *c);
/* The limits of one instrument and the account; on failure `error` names the option. */
err_t ctl_limits(const struct config *cfg, const struct instrument *i, struct msg_limits *m, char *error, size_t n);
err_t ctl_own_minimum(const struct config_risk *r,
		      /* our minimum order value where it is above the venue's */
		      struct instrument *i);
err_t ctl_send_limits(struct ctl *c, char *error, size_t n);

#endif
