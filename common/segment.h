/*
 * segment.h - the shared-memory segment of one running instance: how everything outside the hot
 * cores sees them.
 *
 * A file /dev/shm/saker.<instance>.<generation>, new at each start; the newest generation is
 * the one that counts. It holds a header and named regions (counters, tapes, histograms, books,
 * tables), by offset only. Readers map it read-only; one word, `kill`, is written from outside,
 * through segment_kill, which maps that page alone.
 */
#ifndef SAKER_SEGMENT_H
#define SAKER_SEGMENT_H

#include "common/counter.h"
#include "common/err.h"

#define SEGMENT_MAGIC 0x31306b6173ULL /* "sak01" */
#define SEGMENT_ABI 1
#define SEGMENT_REGIONS 96
#define SEGMENT_PAGE 4096
#define INSTANCE_MAX 32

enum region_kind { REGION_NONE, REGION_COUNTERS, REGION_TAPE, REGION_HIST, REGION_BOOK, REGION_TABLE, REGION_RING };

/*
 * The kill word: what trading may do at all. Larger is stricter; only ctl lowers it, by an
 * explicit arm.
 */
enum kill_level { KILL_NONE, KILL_CANCEL_ONLY, KILL_HALT };

struct region {
	char name[32];
	u32 kind;
	u32 count; /* counters, slots, rows: by kind */
	u64 offset, size;
};

struct segment_header {
	u64 magic; /* written last: a reader that sees it sees everything before */
	u32 abi, layout; /* layout: hash over sizes of the shared structs */
	char instance[INSTANCE_MAX];
	u64 generation;
	char build[48];
	char boot_id[40];
	u32 pid, n_regions;
	u64 start_time;      /* of the process, in clock ticks since boot, as /proc/<pid>/stat gives it */
	u64 start_wall_ns;
	u64 tsc_hz, tsc_base, ns_base, tsc_mult;
	u64 heartbeat_ns;    /* the ctl thread's clock, some times a second */
	u32 closed;          /* 1: stopped in good order */
	u32 rsv;
	struct region region[SEGMENT_REGIONS];
};

/* The page that is written from outside. */
struct segment_kill_page {
	CACHE_ALIGNED u32 kill; /* enum kill_level */
	u32 by_pid;             /* who raised it last */
	u64 at_wall_ns;
};

struct segment {
	struct segment_header *h;
	struct segment_kill_page *kill;
	u8 *base;
	size_t size, used;
	char path[96];
	int lock_fd; /* the owner's; the lock on it says that the owner lives */
	bool writer;
};

/*
 * Owner. Removes segments of the same instance whose process is gone; ERR_EXISTS where one is
 * alive, of whatever build. A child made by fork without exec keeps the segment alive as long as it
 * runs.
 */
err_t segment_create(struct segment *s, const char *instance, size_t size);
/*
 * Lets a group of this machine read it (mode 0640); nobody but the owner writes, the kill word
 * included. ERR_IO: the owner is not in that group.
 */
err_t segment_share(const struct segment *s, u32 gid);
/* A segment in memory of this process alone, with no name and no file: for a replay. */
err_t segment_create_private(struct segment *s, size_t size);
/* zeroed, cache-line aligned; NULL: full */
void *segment_add(struct segment *s, const char *name, u32 kind, u32 count, size_t size);
void segment_ready(struct segment *s); /* after the last segment_add: readers may come */
void segment_close(struct segment *s); /* owner: marks closed and leaves the file for a last look; reader: unmaps */
void segment_unlink(struct segment *s);

/*
 * Counters: one region holds the words and, behind them, name and help of each, so that a reader
 * needs no header file of the module. Returns the words to hand to the module.
 */
#define COUNTER_NAME_MAX 40
#define COUNTER_HELP_MAX 104
struct counter_text {
	char name[COUNTER_NAME_MAX], help[COUNTER_HELP_MAX];
};
u64 *segment_add_counters(struct segment *s, const char *name, const struct counter_def *defs, u32 n);
static inline const struct counter_text *counter_texts(const u64 *words, u32 n) { return (const void *)(words + n); }

/*
 * Reader. ERR_NOT_FOUND: no such instance ran here; ERR_AGAIN: it is starting; ERR_UNSUPPORTED:
 * other ABI or layout; ERR_SYNTAX: damaged.
 */
err_t segment_open(struct segment *s, const char *instance);
bool segment_alive(const struct segment *s); /* its process runs and has not closed it; two system calls */
const struct region *segment_find(const struct segment *s, const char *name);
static inline void *segment_at(const struct segment *s, const struct region *r) { return s->base + r->offset; }

/*
 * Raises the kill word of a running instance from any process of the same user, from before
 * segment_ready on. Never lowers it. ERR_CLOSED: the word was raised, but no process is there to
 * read it.
 */
err_t segment_kill(const char *instance, enum kill_level level);

static inline u32 kill_level(const struct segment_kill_page *k) { return __atomic_load_n(&k->kill, __ATOMIC_RELAXED); }

#endif
