/*
 * tune.h - what would turn the doctor green, as a list of files and what they should say; writing
 * it; and taking it back to the byte.
 *
 * Three kinds of file: those of the kernel (/proc/sys, /sys) act at once and are forgotten at
 * the next start; /etc/sysctl.d and /etc/tmpfiles.d say them again at each start; the boot loader's
 * fragment in /etc/default/grub.d needs update-grub and a restart. Nothing else is touched. Before
 * the first change the old content of each file goes to TUNE_STATE, from which tune_revert
 * restores it; one that another user owns is not believed. One thread, root.
 */
#ifndef SAKER_TUNE_H
#define SAKER_TUNE_H

#include "common/err.h"
#include "tuning/doctor.h"

#define TUNE_CHANGES 1024
#define TUNE_PATH 160
#define TUNE_TEXT 2048 /* of one file */

#define TUNE_STATE "/var/lib/saker-tune/state"
#define TUNE_SYSCTL "/etc/sysctl.d/90-saker.conf"
#define TUNE_TMPFILES "/etc/tmpfiles.d/saker.conf"
#define TUNE_BOOT "/etc/default/grub.d/90-saker.cfg"

enum tune_kind {
	TUNE_NOW,  /* the kernel's own: acts when written */
	TUNE_KEEP, /* says it again at each start */
	TUNE_START /* acts after update-grub and a restart */
};

struct tune_change {
	enum tune_kind kind;
	const char *check; /* the doctor's, which it mends; "": several */
	char path[TUNE_PATH];
	char *text;  /* what it should say, with its newline */
	bool due;    /* it says something else now */
	bool failed; /* tune_apply: it could not be written */
};

struct tune_plan {
	u32 n, n_due;
	bool full; /* more was wanted than fits */
	struct tune_change change[TUNE_CHANGES];
};

/* What this machine needs for what is to run on it. Free by tune_free. ERR_NO_MEMORY. */
err_t tune_make(struct tune_plan *plan, const struct patient *p);
void tune_free(struct tune_plan *plan);

/*
 * Writes what is due. The old content is on disk first. ERR_IO: the state file cannot be written,
 * nothing was changed; files that could not be written are marked, and the rest is done. A second
 * call finds nothing due.
 */
err_t tune_apply(struct tune_plan *plan, const struct patient *p);

/*
 * Restores what tune_apply found, and removes what it made. ERR_NOT_FOUND: nothing was applied;
 * ERR_SYNTAX: the state file is damaged, nothing was changed; ERR_IO: something could not be
 * restored, the state stays. *n: files restored.
 */
err_t tune_revert(const struct host *h, u32 *n);

#endif
