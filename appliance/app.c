#include "appliance/app.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/alloc_guard.h"
#include "appliance/log.h"
#include "common/cpus.h"

#define AUDIT_RING (64u << 10) /* some hundred entries */
#define ARENA_BYTES (1536ull << 20) /* address space; pages are taken as they are used */

static int stop_signals; /* times the process was asked to end; relaxed */

static void on_signal(int sig)
{
	(void)sig;
	__atomic_fetch_add(&stop_signals, 1, __ATOMIC_RELAXED);
}

/* ---- opening ---- */

/* Client order ids of one start never come again: the boot number is kept on disk and grows. */
static err_t next_boot(struct app *a, char *error)
{
	char path[CONFIG_TEXT + 16], text[16] = "";
	snprintf(path, sizeof path, "%s/boot", a->cfg.state_dir);
	if (mkdir(a->cfg.state_dir, 0700) && errno != EEXIST)
		goto bad;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		goto bad;
	ssize_t n = read(fd, text, sizeof text - 1);
	a->boot = (u32)(n > 0 ? strtoul(text, NULL, 10) : 0) + 1;
	n = snprintf(text, sizeof text, "%u\n", a->boot);
	bool ok = pwrite(fd, text, (size_t)n, 0) == n && fsync(fd) == 0;
	close(fd);
	if (ok)
		return ERR_OK;
bad:
	snprintf(error, APP_ERROR, "%s: %s (files.state_dir must be a folder this user may write)",
		 path, strerror(errno));
	return ERR_IO;
}

static err_t fetch_instruments(struct app *a, char *error)
{
	struct ctl *c = &a->ctl;
	c->cfg = &a->cfg;
	c->clock = &a->clock;
	c->http = http_new(&a->cfg.rest, a->cfg.ca_file);
	if (!c->http)
		return ERR_NO_MEMORY;
	a->n_instruments = a->cfg.n_instruments;
	return ctl_fetch_instruments(c, a->instrument, error, APP_ERROR);
}

/* Of TCP: sequence numbers and ports that nobody guesses. */
static err_t draw_secrets(struct app *a, char *error)
{
	if (getrandom(a->tcp_secret, sizeof a->tcp_secret, 0) == sizeof a->tcp_secret)
		return ERR_OK;
	snprintf(error, APP_ERROR, "the kernel gives no random bytes: %s", strerror(errno));
	return ERR_IO;
}

static err_t open_slow(struct app *a, char *error)
{
	static char stream_path[INSTRUMENTS_MAX * 80],
		api_path[] = "/ws-api/v3?returnRateLimits=true";
	bool live = a->cfg.mode == MODE_LIVE;
	struct slow_cfg sc = { .tls = { .ca_file = a->cfg.ca_file[0] ? a->cfg.ca_file : NULL },
			       .recv_window_ms = a->cfg.recv_window_ms,
			       .secrets_dir = a->cfg.secrets_dir,
			       .private_key_file = live ? a->cfg.private_key_file : "",
			       .api_key_file = live ? a->cfg.api_key_file : "" };
	struct slow_target api = { a->cfg.api.host, a->cfg.api.address, api_path, a->cfg.api.port };
	size_t n = (size_t)snprintf(stream_path, sizeof stream_path, "/stream?streams=");
	for (u32 i = 0; i < a->n_instruments; i++) {
		char lower[SYMBOL_MAX] = "";
		for (u32 k = 0; k < a->instrument[i].symbol_n; k++)
			lower[k] = (char)(a->instrument[i].symbol[k] | 0x20);
		n += (size_t)snprintf(stream_path + n, sizeof stream_path - n,
				      "%s%s@bookTicker/%s@trade/%s@depth@100ms", i ? "/" : "",
				      lower, lower, lower);
	}
	a->slow.n_cores = 2;
	a->slow.core[0] = (struct slow_core){ .keylog = app_keylog(a, RECORD_MD),
					      .keylog_lost = &a->ctl.cnt[APP_CNT_capture_keys_lost],
					      .in = a->md_rings.to_slow,
					      .out = a->md_rings.from_slow,
					      .has_ip4 = a->cfg.md_port.ip[0],
					      .has_ip6 = a->cfg.md_port.ip6[0],
					      .n_targets = 1 };
	a->slow.core[0].target[0] = (struct slow_target){ a->cfg.stream.host, a->cfg.stream.address,
							  stream_path, a->cfg.stream.port };
	a->slow.core[1] = (struct slow_core){ .keylog = app_keylog(a, RECORD_TRADE),
					      .keylog_lost = &a->ctl.cnt[APP_CNT_capture_keys_lost],
					      .in = a->trade_rings.to_slow,
					      .out = a->trade_rings.from_slow,
					      .has_ip4 = a->cfg.trade_port.ip[0],
					      .has_ip6 = a->cfg.trade_port.ip6[0],
					      .n_targets = 2 };
	a->slow.core[1].target[0] = a->slow.core[1].target[1] = api;
	err_t e = slow_init(&a->slow, &sc, error);
	a->slow_up = true;
	return e;
}

static void link_ctl(struct app *a)
{
	struct ctl *c = &a->ctl;
	c->seg = &a->seg;
	c->fitness = &a->fitness;
	snprintf(c->override, sizeof c->override, "%s", a->override ? a->override : "");
	counter_set(&c->cnt[APP_CNT_doctor_red], a->fitness.n[SEVERITY_RED]);
	counter_set(&c->cnt[APP_CNT_doctor_yellow], a->fitness.n[SEVERITY_YELLOW]);
	c->port[0] = &a->md_port, c->port[1] = &a->trade_port;
	c->md = (struct ctl_core){ a->md_rings.from_ctl, a->md_rings.to_ctl };
	c->trade = (struct ctl_core){ a->trade_rings.from_ctl, a->trade_rings.to_ctl };
	c->instrument = a->instrument;
	c->n_instruments = a->n_instruments;
	u64 *cnt = c->cnt;
	a->io = (struct io){ .clock = a->clock,
			     .journal = a->journal,
			     .trace = a->trace,
			     .tape = a->md_links.tape,
			     .tape_next = 1,
			     .journal_fd = -1,
			     .write_errors = &cnt[APP_CNT_journal_write_errors],
			     .lag_negative = &cnt[APP_CNT_lag_negative],
			     .lag_implausible = &cnt[APP_CNT_lag_implausible],
			     .tape_lapped = &cnt[APP_CNT_tape_lapped] };
	c->io_venue_offset_ns = &a->io.venue_offset_ns;
	c->capture_ask = a->capture.asked;
	c->capture_answers = a->capture.answers;
	a->io.capture = &a->capture;
	for (u32 i = 0; i < IO_HISTS; i++)
		a->io.hist[i] = segment_at(&a->seg, segment_find(&a->seg, io_hist_names[i]));
	a->io.outliers =
		(struct outliers){ .slot = segment_at(&a->seg, segment_find(&a->seg, "outliers")),
				   .seen = &cnt[APP_CNT_outliers],
				   .clock = a->clock,
				   .tape = a->md_links.tape,
				   .total_ns = a->cfg.outlier_us * NS_PER_US,
				   .stage_ns = a->cfg.outlier_stage_us * NS_PER_US };
}

/* Every thread made from here on, DPDK's included; hot threads choose their own. */
static void use_shared_cpus(const char *list)
{
	cpu_set_t set;
	if (list[0] && (cpus_parse(list, &set) != ERR_OK || sched_setaffinity(0, sizeof set, &set)))
		log_line("saker", "cpus.shared: %s: not used: %s", list, strerror(errno));
}

/*
 * Pages are faulted in already; locked they also stay. Without the right to lock, status shows the
 * gauge.
 */
static void lock_memory(struct app *a)
{
	bool locked = arena_lock(&a->arena) && arena_lock(&a->core_arena[RECORD_MD]) &&
		      arena_lock(&a->core_arena[RECORD_TRADE]) && mlock(a->seg.base, a->seg.size) == 0 &&
		      tls_client_locked();
	counter_set(&a->ctl.cnt[APP_CNT_memory_not_locked], !locked);
	if (!locked)
		log_line("saker",
			 "memory is not locked (%s): raise the limit (LimitMEMLOCK=infinity, "
			 "ulimit -l); "
			 "swapping would stall a hot core",
			 strerror(errno));
}

static err_t open_audit(struct app *a, char *error)
{
	a->audit.in = a->ctl.audit = ring_new(&a->arena, AUDIT_RING);
	a->audit.errors = &a->ctl.cnt[APP_CNT_audit_errors];
	if (!a->audit.in) {
		snprintf(error, APP_ERROR, "out of memory for the audit log's ring");
		return ERR_NO_MEMORY;
	}
	err_t e = audit_open(&a->audit, a->cfg.state_dir, error, APP_ERROR);
	if (e != ERR_OK)
		return e;
	a->io.audit = &a->audit;
	ctl_audit_start(&a->ctl, a->boot);
	return ERR_OK;
}

static void open_log(const struct config *c)
{
	const struct log_cfg to = { .path = c->log_file,
				    .journal = c->log_to == LOG_TO_JOURNALD ? LOG_JOURNAL : NULL,
				    .instance = c->instance,
				    .json = c->log_format == LOG_AS_JSON,
				    .file_bytes = (u64)c->log_file_mb << 20,
				    .keep = c->log_keep };
	if (!log_open_cfg(&to))
		log_line("log", "%s: cannot be opened; writing to standard error", to.journal ? to.journal : to.path);
}

err_t app_open(struct app *a, char *error)
{
	a->io.journal_fd = -1;
	err_t e = clock_calibrate(&a->clock);
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR,
			 "this processor's time-stamp counter is not invariant, and the kernel does not use it: it "
			 "cannot be a clock. Where it is known to be even, boot with tsc=reliable");
		return e;
	}
	open_log(&a->cfg);
	use_shared_cpus(a->cfg.shared_cpus);
	app_examine(a);
	if ((e = next_boot(a, error)) != ERR_OK || (e = fetch_instruments(a, error)) != ERR_OK ||
	    (e = draw_secrets(a, error)) != ERR_OK)
		return e;
	if ((e = app_make_segment(a, error)) != ERR_OK ||
	    (e = arena_open(&a->arena, ARENA_BYTES)) != ERR_OK)
		return e;
	if ((e = app_open_ports(a, error)) != ERR_OK ||
	    (e = tls_crypto_init(&a->crypto, true)) != ERR_OK)
		return e;
	if ((e = app_make_capture(a, error)) != ERR_OK || (e = app_make_cores(a, error)) != ERR_OK ||
	    (e = open_slow(a, error)) != ERR_OK)
		return e;
	link_ctl(a);
	app_recover(a);
	lock_memory(a);
	if ((e = io_open_journal(&a->io, a->cfg.state_dir, a->boot, error, APP_ERROR)) != ERR_OK)
		return e;
	if ((e = app_open_capture(a, error)) != ERR_OK || (e = app_open_epochs(a, error)) != ERR_OK ||
	    (e = open_audit(a, error)) != ERR_OK)
		return e;
	app_write_manifest(a);
	arena_seal(&a->arena);
	arena_seal(&a->core_arena[RECORD_MD]);
	arena_seal(&a->core_arena[RECORD_TRADE]);
	alloc_guard_start(&a->ctl.cnt[APP_CNT_allocations_after_seal]);
	segment_ready(&a->seg);
	return ctl_start(&a->ctl, error, APP_ERROR);
}

/* ---- running ---- */

/* Signals are the main thread's: to end the process, and net_tap's (nic.h). */
static int start_thread(pthread_t *t, void *(*run)(void *), void *arg)
{
	sigset_t all, mask;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	int rc = pthread_create(t, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return rc;
}

int app_run(struct app *a)
{
	char error[APP_ERROR];
	pthread_t slow, io;
	struct sigaction sa = { .sa_handler = on_signal };
	/* a log or a socket that nobody reads any more must not end trading */
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	a->hot = (struct hot){ .md = &a->md,
			       .trade = &a->trade,
			       .split = a->cfg.layout == LAYOUT_SPLIT,
			       .md_cpu = a->cfg.md_cpu,
			       .trade_cpu = a->cfg.trade_cpu };
	if (start_thread(&slow, slow_thread, &a->slow))
		return 1;
	if (start_thread(&io, io_thread, &a->io)) {
		__atomic_store_n(&a->slow.stop, true, __ATOMIC_RELAXED);
		pthread_join(slow, NULL);
		return 1;
	}
	pthread_setname_np(slow, "slow");
	pthread_setname_np(io, "io");
	err_t e = hot_start(&a->hot, error, sizeof error);
	if (e == ERR_OK) {
		log_line("saker", "instance %s boot %u: %s, %s", a->cfg.instance, a->boot,
			 a->hot.split ? "split" : "fused",
			 a->cfg.mode == MODE_LIVE ? "live" : "observe");
		ctl_run(&a->ctl, &stop_signals);
	} else {
		fprintf(stderr, "saker: %s\n", error);
		a->ctl.exit_code = 1;
	}
	hot_stop(&a->hot);
	__atomic_store_n(&a->slow.stop, true, __ATOMIC_RELAXED);
	__atomic_store_n(&a->io.stop, true, __ATOMIC_RELAXED);
	pthread_join(slow, NULL);
	pthread_join(io, NULL);
	return a->ctl.exit_code;
}

/* ---- closing, in reverse ---- */

void app_close(struct app *a)
{
	ctl_close(&a->ctl);
	if (a->capture_up)
		capture_close(&a->capture, clock_ns(&a->clock, tsc_now()));
	free(a->config_text);
	free(a->boot_bytes);
	io_close(&a->io);
	if (a->slow_up)
		slow_close(&a->slow);
	if (a->trade_up)
		trade_core_close(&a->trade);
	if (a->md_up)
		md_core_close(&a->md);
	if (a->ports_up) {
		port_close(&a->md_port);
		port_close(&a->trade_port);
	}
	if (a->nic_up)
		nic_stop(&a->nic);
	if (a->seg.base)
		segment_close(&a->seg);
	arena_close(&a->arena);
	arena_close(&a->core_arena[RECORD_MD]);
	arena_close(&a->core_arena[RECORD_TRADE]);
}
