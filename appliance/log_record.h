/*
 * log_record.h - one line of the log, and the three forms it leaves in: text for people, JSON, and
 * the fields of systemd's journal. Pure; any thread.
 */
#ifndef SAKER_LOG_RECORD_H
#define SAKER_LOG_RECORD_H

#include "common/types.h"

#define LOG_MESSAGE 640
#define LOG_FIELDS  8
#define LOG_ROOM    16384 /* more than any form needs */

enum log_level { LOG_ERROR_LEVEL = 3, LOG_WARNING_LEVEL = 4, LOG_INFO_LEVEL = 6 }; /* as syslog counts */

struct log_field {
	const char *name; /* lower case and '_', our own */
	const char *text; /* may hold anything; at most 256 bytes of it are kept */
};

struct log_record {
	u64 at_wall_ns;
	enum log_level level;
	const char *area, *event; /* our own words; event "": a sentence alone */
	u32 n_fields;
	struct log_field field[LOG_FIELDS];
	char message[LOG_MESSAGE];
};

const char *log_level_name(enum log_level l);

/*
 * Each to `out` of LOG_ROOM bytes; returns the length. Text and JSON end with their only
 * newline.
 */
size_t log_record_text(const struct log_record *r, char *out);

/*
 * {"time_ns":1,"time":"...Z","level":"info","area":"ctl","event":"command","message":"...","uid":"0"};
 * ASCII alone, and what is no UTF-8 as U+FFFD.
 */
size_t log_record_json(const struct log_record *r, char *out);

/*
 * The native protocol of systemd-journald: NAME=value, or NAME, a length and the bytes where
 * there is a newline in them.
 */
size_t log_record_journal(const struct log_record *r, const char *instance, char *out);

#endif
