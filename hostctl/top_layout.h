/*
 * top_layout.h - the screen of hostctl top, from the tables of other verbs: pure, so that a test sees
 * what an operator sees.
 *
 * Three lines say what runs and what is wrong; below stand panels, each a heading and rows. A panel
 * that finds no room for all its rows says how many there are; one that finds none at all is left
 * out. Columns that do not fit are left out from the right.
 */
#ifndef HOSTCTL_TOP_LAYOUT_H
#define HOSTCTL_TOP_LAYOUT_H

#include "hostctl/screen.h"
#include "hostctl/table.h"

struct top_state {
	bool held, done; /* held: what is shown stays */
	u32 page;        /* 0: all panels; else one alone */
	u32 sort;        /* 0: as it comes; else by that column, the largest first */
	char note[160];  /* why there is nothing new; "": all is well */
	char clock[16];
};

/* A key: q, p, s, tab. Others do nothing. */
void top_key(struct top_state *t, int key);

void top_draw(struct screen *s, const struct report *r, const struct top_state *t);

#endif
