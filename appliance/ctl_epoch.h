/*
 * ctl_epoch.h - another configuration comes into force while the cores trade.
 *
 * One at a time: the io thread reads and checks the file (or ctl makes the text of what one command
 * changes), ctl looks whether everything that differs can change now and whether the asker may, the
 * io thread writes it to the disk, the trade core takes it whole in one turn, the io thread makes it
 * the epoch in force. What is refused on the way leaves everything as it was. ctl thread.
 */
#ifndef SAKER_CTL_EPOCH_H
#define SAKER_CTL_EPOCH_H

#include "appliance/door.h"
#include "appliance/epoch_desk.h"
#include "appliance/role.h"
#include "appliance/strategy_show.h"
#include "common/clock.h"
#include "common/msg.h"

struct ctl;
struct host;

enum ctl_epoch_state { EPOCH_IDLE, EPOCH_AT_IO, EPOCH_AT_CORE };

struct ctl_epoch {
	/* given */
	struct ring *ask, *answers; /* to and from the io thread (epoch_desk.h) */
	struct epoch_cell *cell;
	struct epoch_row row;       /* in force */
	struct strategy_show show;
	const struct host *host;    /* its descriptors alone: they do not change after start */
	/* its own */
	enum ctl_epoch_state state;
	struct epoch_job job;
	enum role role; /* of who asked */
	u32 id;         /* of his command; 0: he has been answered */
	ns_t late_ns;   /* when the core's answer is no longer waited for at the door */
	err_t refused;  /* why the core did not take it */
	char why[EPOCH_WHY_MAX];
	struct config *owned; /* the configuration in force where it is not that of the start */
};

/* "apply HASH PATH", "set NAME p=v ...", "enable NAME", "disable NAME", "add NAME TYPE p=v ...": begun; false: no such verb. */
bool ctl_epoch_command(struct ctl *c, u32 id, const struct door_peer *p, const char *verb, const char *arg);

void ctl_epoch_turn(struct ctl *c, ns_t now);
void ctl_epoch_answer(struct ctl *c, const struct msg_command *m); /* of the trade core */
void ctl_epoch_show(struct ctl *c);                                /* the row, to the segment */
void ctl_epoch_close(struct ctl *c);

#endif
