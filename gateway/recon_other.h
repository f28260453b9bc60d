/*
 * recon_other.h - the open orders of the account that are not in the order table. Part of recon,
 * which is what others use.
 */
#ifndef RECON_OTHER_H
#define RECON_OTHER_H

#include "gateway/recon.h"

/* What is to be done about an order of an older boot. */
enum todo { TODO_NOTHING, TODO_ASK, TODO_CANCEL };

/*
 * An order in the book that we have no record of; where there is no room, the next reconciliation
 * finds it.
 */
void recon_other_saw(struct recon *r, const struct reply_order *o);
void recon_other_ended(struct recon_other *x);
/* Whether the venue's order is one an older boot of ours left open when this run began. */
bool recon_other_is_older(const struct recon *r, u32 instrument, u64 venue_id);
/* At the start of a run: foreign orders are listed anew, what is settled is forgotten. */
void recon_other_forget(struct recon *r);

#endif
