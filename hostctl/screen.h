/*
 * screen.h - what a terminal is to show, as characters in memory: written by pure functions, painted by top.c.
 *
 * Whatever lies outside is cut off; what cannot be printed becomes '?'.
 */
#ifndef HOSTCTL_SCREEN_H
#define HOSTCTL_SCREEN_H

#include "common/types.h"

enum look { LOOK_PLAIN, LOOK_BOLD, LOOK_HEADING, LOOK_ALARM };

struct screen {
	u32 rows, cols;
	char *text; /* rows * cols, no NULs */
	u8 *look;   /* enum look of each */
};

/* Blank. false: out of memory. */
bool screen_open(struct screen *s, u32 rows, u32 cols);
void screen_close(struct screen *s);

/* Returns the column behind the text. */
u32 screen_put(struct screen *s, u32 row, u32 col, enum look look, const char *text);

/* The whole row, from column 0 on, gets this look. */
void screen_bar(struct screen *s, u32 row, enum look look);

#endif
