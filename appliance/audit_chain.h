/*
 * audit_chain.h - the audit log's lines: JSON, each with the hash of the one before it.
 *
 *   {"seq":1,"at":"...Z", ... ,"prev":"<hash of line 0>","hash":"<SHA-256 of all that stands before>"}
 *
 * Line 0 is no line: its hash is 64 zeros. Bytes in, bytes out; any thread. Of what a file holds
 * nothing is believed: it may have been changed by anybody.
 */
#ifndef SAKER_AUDIT_CHAIN_H
#define SAKER_AUDIT_CHAIN_H

#include "common/err.h"
#include "common/types.h"

#define AUDIT_HASH 65   /* 64 hexadecimal digits and the end */
#define AUDIT_LINE 2048 /* longer than any, its newline included */
#define AUDIT_WHY  128

/* What happened. Texts may hold anything; what is not printable is shown as '?'. */
struct audit_entry {
	u64 at_wall_ns;
	bool by_somebody; /* uid, pid and role are known */
	u32 uid, pid;
	char role[12];
	char what[12]; /* start, config, command, kill, signal, stop, broken */
	char text[256];
	char result[16];
	char why[256];
	char via[112]; /* on whose behalf somebody asked; "": on their own */
};

/* Where a chain stands: after its line `seq`. All zero bytes is not a start: audit_chain_init makes one. */
struct audit_chain {
	u64 seq;
	char hash[AUDIT_HASH];
};

void audit_chain_init(struct audit_chain *c);

/*
 * The next line, its newline included, to `out` (AUDIT_LINE bytes); the chain then stands after it. Returns its
 * length.
 */
u32 audit_chain_add(struct audit_chain *c, const struct audit_entry *e, char *out);

/*
 * The next line of a file, without its newline. ERR_SYNTAX: it is none, or does not follow; `why`
 * (AUDIT_WHY bytes) then says in what way, and the chain stays where it was.
 */
err_t audit_chain_check(struct audit_chain *c, const char *line, size_t n, char *why);

/*
 * A whole file against its head record (the text of that file; n 0: there is none). `c` is where the
 * chain ends; ERR_SYNTAX: `why`, and `line` (from 1) is the first that is broken or missing.
 */
err_t audit_chain_verify(struct audit_chain *c, struct span file, struct span head, u64 *line, char *why);

#define AUDIT_HEAD 88
/* The head record of a chain: "<seq> <hash>\n" to `out` (AUDIT_HEAD bytes). Returns its length. */
u32 audit_head_make(const struct audit_chain *c, char *out);

#endif
