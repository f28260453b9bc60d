/*
 * app.h - the saker process: every part of it in one struct, opened and closed in one order.
 *
 * app_open takes a checked configuration and makes the segment, the ports, the memory and both
 * cores; app_run starts the threads and returns when the process is to end; app_close undoes
 * everything. Main thread.
 */
#ifndef SAKER_APP_H
#define SAKER_APP_H

#include "appliance/boot_record.h"
#include "appliance/config.h"
#include "appliance/ctl.h"
#include "appliance/epoch_desk.h"
#include "appliance/hot.h"
#include "appliance/io.h"
#include "appliance/slow.h"
#include "dataplane/md_core.h"
#include "dataplane/nic/nic.h"
#include "gateway/trade_core.h"

#define APP_ERROR 1200

/* The rings between one core and the other threads. */
struct app_rings {
	struct ring *from_ctl, *from_slow, *to_ctl, *to_slow;
};

struct app {
	struct config cfg;
	struct clock clock;
	u32 boot;
	u32 n_instruments;
	struct instrument instrument[INSTRUMENTS_MAX];
	struct segment seg;
	struct fitness fitness;
	const char *override; /* of the command line: why it may trade live whatever the doctor finds; NULL: not said */
	struct nic nic;
	struct port md_port, trade_port;
	struct nic_port_info *port_info; /* of both, in the segment */
	struct recorder *recorder[RECORD_CORES]; /* each before its core's port; NULL: no capture.dir */
	struct ring *records[RECORD_CORES];      /* from the cores to io */
	u8 tcp_secret[RECORD_CORES][16];
	struct recovered recovered;
	struct tls_crypto crypto;
	struct arena arena;                    /* sealed before trading begins, as the next */
	struct arena core_arena[RECORD_CORES]; /* what each core consists of, and nothing else */
	struct app_rings md_rings, trade_rings;
	struct ring *journal, *trace; /* from the trade core to io */
	struct md_links md_links;
	struct trade_links trade_links;
	struct md_core md;
	struct trade_core trade;
	struct slow slow;
	struct io io;
	struct capture capture;
	struct audit audit;
	struct epoch_desk desk;
	char *config_text; /* as it stood in the file that was read: the first epoch of this start */
	size_t config_n;
	u8 *boot_bytes; /* for the captures */
	struct ctl ctl;
	struct hot hot;
	bool replay; /* the cores measure no time of their own: what was recorded says it */
	bool nic_up, ports_up, slow_up, md_up, trade_up, capture_up;
};

/*
 * On failure `error` (APP_ERROR bytes) is one line that names the place and the remedy; app_close
 * is due all the same.
 */
err_t app_open(struct app *a, char *error);

/* Returns when trading has stopped: 0, or an exit code. */
int app_run(struct app *a);

void app_close(struct app *a);

/* ---- the parts of app_open that fill a file of their own ---- */

/*
 * app_segment.c: the segment and all its regions; links of both cores point into it. ERR_EXISTS,
 * ERR_NO_MEMORY, ERR_IO.
 */
err_t app_make_segment(struct app *a, char *error);
/* The same in memory of this process alone, for a replay. */
err_t app_make_private_segment(struct app *a, char *error);

/*
 * app_fitness.c: what the doctor says of this machine, before anything of ours runs on it; and the
 * run's manifest, once the ports are open. What cannot be written is said, and left out.
 */
void app_examine(struct app *a);
void app_write_manifest(const struct app *a);

/* app_ports.c: DPDK and both ports, from the configuration. As nic_start. */
err_t app_open_ports(struct app *a, char *error);

/* app_capture.c: the capture's rings, but those of the recorders. */
err_t app_make_capture(struct app *a, char *error);

/* Where the slow thread leaves the key log lines of that core's sessions; NULL: they are not to be kept. */
struct ring *app_keylog(const struct app *a, u32 core);

/* Before the threads run: the capture, begun where it is to begin with the process. */
err_t app_open_capture(struct app *a, char *error);

/*
 * app_epoch.c: the configuration of this start as an epoch, and what changes it while it runs. After
 * app_open_capture and app_make_cores, before the arena is sealed. ERR_NO_MEMORY, ERR_IO.
 */
err_t app_open_epochs(struct app *a, char *error);

/*
 * app_cores.c: rings, memory, both cores; from the configuration, clock, boot number, instruments,
 * TCP secrets, ports and links in `a`.
 */
err_t app_make_cores(struct app *a, char *error);

/*
 * app_places.c: the places of a checkpoint, APP_PLACES_MAX at most, by names that a replay gives as well. After
 * app_make_cores.
 */
#define APP_PLACES_MAX 64
u32 app_places(const struct app *a, struct state_place *out);

/*
 * app_recover.c: earlier boots' orders and position, from their journals into the trade core before
 * it steps. What cannot be read is said and left out. app_restore does so with what a->recovered
 * already says.
 */
void app_recover(struct app *a);
void app_restore(struct app *a);

/* What the cores were made of, for a capture's boot record. After app_recover. */
void app_boot_record(const struct app *a, struct boot_record *b);

#endif
