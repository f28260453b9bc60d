/*
 * terminal.h - the terminal of a full-screen verb: opened, painted, asked for keys, given back as it
 * was. ncurses, and the only file that knows it. One at a time.
 */
#ifndef HOSTCTL_TERMINAL_H
#define HOSTCTL_TERMINAL_H

#include <stdio.h>

#include "hostctl/screen.h"

/* false: `out` is no terminal, or TERM names none that is known. An interrupt gives it back and ends the process. */
bool terminal_open(FILE *out, FILE *in);
void terminal_close(void);

/* As it is now, also after a resize. */
void terminal_size(u32 *rows, u32 *cols);
void terminal_paint(const struct screen *s);

/* The next key, or 0 where none has come within `wait_ms`. -1: nobody is there any more. */
int terminal_key(int wait_ms);

#endif
