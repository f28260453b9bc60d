/*
 * replay_app.h - both cores made again from what a capture says, over replay ports: no device, no
 * thread, no segment others see, no file.
 */
#ifndef SAKER_REPLAY_APP_H
#define SAKER_REPLAY_APP_H

#include "appliance/paper.h"
#include "appliance/replay_clock.h"
#include "appliance/replay_plain.h"
#include "pcap/replay.h"

/* One run. Zeroed before replay_app_open. */
struct replay_app {
	struct app app;
	struct replay replay;
	struct replay_plain plain;
	struct checkpoint checkpoint; /* the run begins with */
	FILE *plain_to; /* NULL: texts are not written */
	struct paper *paper; /* set: the trading core runs with it, and not what it did then; NULL: as recorded */
	bool pace;      /* turns as far apart as they were */
	struct replay_pace pacer;
	u64 now_tsc; /* of the turn at hand */
	u64 n_texts;
	/* each order and cancel as it stood before mask and seal */
	void (*text)(void *user, const u8 *p, u32 n);
	void *user;
};

/*
 * From a stretch of a file, usable by replay_stretch_usable. On failure `error` (APP_ERROR bytes) says why;
 * replay_app_close is due all the same.
 */
err_t replay_app_open(struct replay_app *r, const struct replay_file *f, const struct replay_stretch *s, char *error);
void replay_app_close(struct replay_app *r);

#endif
