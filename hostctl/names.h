/*
 * names.h - words for the numbers that stand in the segment.
 *
 * Their owners have names for some of them, but in files that would bring a core's libraries along;
 * a test compares the two. "?" for a value outside the set.
 */
#ifndef HOSTCTL_NAMES_H
#define HOSTCTL_NAMES_H

#include "common/types.h"

const char *name_of_kill(u64 level);        /* enum kill_level: "cancel_only" */
const char *name_of_session(u64 state);     /* enum session_state: "OPEN" */
const char *name_of_link(u64 state);        /* enum link_state: "READY" */
const char *name_of_risk_state(u64 state);  /* enum risk_state: "ACTIVE" */
const char *name_of_recon(u64 state);       /* enum recon_state: "DONE" */
const char *name_of_book(u64 state);        /* enum book_state: "VALID" */
const char *name_of_tape_kind(u64 kind);    /* enum tape_kind: "BBO" */
const char *name_of_capture(u64 state);     /* enum capture_state: "off" */
const char *name_of_capture_secrets(u64 v); /* enum capture_secrets: "market" */
const char *name_of_pause(u64 pause);        /* enum host_pause: "running" */
const char *name_of_instrument(u64 status); /* enum instrument_status: "TRADING" */

#endif
