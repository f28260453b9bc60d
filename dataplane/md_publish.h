/*
 * md_publish.h - from a parsed venue message to book, tape and image: the md core's second half.
 */
#ifndef SAKER_MD_PUBLISH_H
#define SAKER_MD_PUBLISH_H

#include "dataplane/md_core.h"

void md_on_bbo(struct md_core *c, const struct feed_msg *m, ns_t now);
void md_on_trade(struct md_core *c, const struct feed_msg *m, ns_t now);
void md_on_depth(struct md_core *c, const struct feed_msg *m, ns_t now);
void md_on_snapshot(struct md_core *c, const struct ring_msg *m, ns_t now);

/*
 * Brings the images up to what has been published: the next turn's first work, behind whatever the
 * trading core has made of it.
 */
void md_write_images(struct md_core *c);

/* Publishes the state of book `i` where it changed. */
void md_publish_state(struct md_core *c, u32 i, ns_t now);

void md_mark_stale(struct md_core *c, ns_t now); /* all books: the session or the kill word */

/* Periodic, some of the books each time: silent books become STALE, an unanswered wish for a snapshot is repeated. */
void md_check_books(struct md_core *c, ns_t now);

#endif
