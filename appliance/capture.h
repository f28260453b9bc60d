/*
 * capture.h - what both cores saw and did, into pcapng files: begun, rotated and ended while they
 * trade.
 *
 * The io thread drains the cores' records (record.h). A core never waits for it: what finds its
 * ring full is lost, counted, and said in the file. An error of the disk ends the capture and
 * nothing else; `capture start` begins anew. Frames of a connection wait in the ring, for a second
 * at most, until its key log lines are here, because readers need these first.
 *
 * A capture begun late, each next file, and what follows a loss begins with a checkpoint (capture_save.h):
 * from there both cores can be run again.
 *
 * While no capture runs, the first frames and the secrets of each connection whose keys may be kept are
 * in memory (capture_opening.h): a capture begun then has them at its head.
 */
#ifndef SAKER_CAPTURE_H
#define SAKER_CAPTURE_H

#include "appliance/capture_file.h"
#include "appliance/capture_opening.h"
#include "appliance/capture_row.h"
#include "appliance/capture_save.h"
#include "appliance/capture_sessions.h"
#include "common/clock.h"
#include "common/core_status.h"
#include "common/counter.h"
#include "common/ring.h"
#include "dataplane/recorder.h"
#include "pcap/record_file.h"

#define CAPTURE_IFS RECORD_IFS
#define CAPTURE_SAYS 3                 /* sessions whose state the file's comment tells */

/* One core's recorder, from this side. */
struct capture_core {
	struct ring *from; /* NULL: nothing can be captured */
	struct recorder *recorder; /* switched by the io thread alone; NULL likewise */
	bool tx_csum;   /* the device fills checksums in */
	const char *clock; /* of its frames' device stamps: the device */
	u64 next;       /* number of the record that comes next */
	u64 lost;       /* records lost since the last frame written */
};

/* Between ctl and io; the answer repeats `id`. */
enum capture_ask_type { CAPTURE_START = 1, CAPTURE_STOP };

struct capture_answer {
	u32 err, rsv; /* err_t */
	char text[CAPTURE_PATH_MAX + CAPTURE_WHY_MAX];
};

struct capture_cfg {
	const char *dir; /* "": none, nothing is ever captured */
	const char *instance, *application;
	u32 boot, file_mb, file_s, keep; /* 0 s: no rotation by time; 0 files: all are kept */
	u32 secrets;                     /* enum capture_secrets */
	struct span config;              /* text, put into every file */
	struct span boot_record;         /* likewise; may be empty */
	struct clock clock;
};

struct capture {
	/* given */
	struct capture_cfg cfg;
	struct capture_core core[RECORD_CORES];
	struct ring *keys;          /* key log lines from slow; NULL: none are kept */
	struct ring *asked, *answers; /* commands: type capture_ask_type, tag the command's id */
	struct capture_cell *cell;
	struct capture_save save; /* its given part */
	const struct session_status *session[CAPTURE_SAYS]; /* md, order, standby; NULL: not known */
	u64 *errors, *frames; /* counter words */
	/* its own */
	struct capture_file file;
	struct capture_row row;
	struct capture_sessions sessions;
	struct capture_keys lines;
	struct capture_opening opening; /* by index of `sessions` */
	int dir_fd; /* -1: not open */
	u32 file_no;
	bool complete;    /* the capture begins with the process */
	bool save_due;    /* a checkpoint is to be made; `save_ns`: not before */
	bool rotating;    /* the checkpoint under way begins a new file */
	u64 save_ns;
	bool hurry;       /* the end: nothing waits for key log lines any more */
	u64 wall_ns;      /* real time minus the clock, as it was when the file was begun */
	u64 earlier;      /* bytes of this capture's files before this one */
	u64 stop_id;      /* command to be answered when stopped */
	u64 shown_ns, written_ns;
	struct {
		u64 frames, lost;
	} ifs[CAPTURE_IFS]; /* of the present file */
};

/* Whether the keys of a core's sessions may be kept under a policy (enum capture_secrets). */
static inline bool capture_keeps_keys(u32 secrets, u32 core)
{
	return secrets == CAPTURE_SECRETS_ALL || (secrets == CAPTURE_SECRETS_MARKET && core == RECORD_MD);
}

/* After the given part is filled in. ERR_NO_MEMORY. */
err_t capture_init(struct capture *c);

/* Before the cores' first turn: the capture begins with the process. A failure is an alarm, too. */
err_t capture_begin(struct capture *c, u64 now_ns);

/* Commands, key log lines, records; returns the work done. `now_ns`: of the clock. */
u32 capture_step(struct capture *c, u64 now_ns);

/* After the cores' last turn: what is left in the rings, and the file's end. Wipes all secrets. */
void capture_close(struct capture *c, u64 now_ns);

/* ---- capture_write.c: blocks, for capture.c alone ---- */


/* The beginning of every file: section, interfaces, configuration, boot record, secrets known. */
void capture_write_head(struct capture *c, u64 now_ns);
void capture_write_secrets(struct capture *c, struct span lines);
void capture_write_record(struct capture *c, u32 core, const struct ring_msg *m);
void capture_write_openings(struct capture *c);
/* The checkpoint that stands ready, if it can be made. */
void capture_write_checkpoint(struct capture *c);
void capture_write_end(struct capture *c, u64 now_ns);

#endif
