/*
 * config.h - the appliance's configuration: one YAML file, one table of options (options.def), one
 * plain struct.
 *
 * The table does the checking, the error text (file, line, field, what was expected), the help and
 * the reference page. Prices, quantities and amounts stay text here, exact; they become integers
 * once the instrument is known. Secrets are never in the file: only paths to them are. Slow; the
 * ctl thread and hostctl.
 */
#ifndef SAKER_CONFIG_H
#define SAKER_CONFIG_H

#include "common/err.h"
#include "common/instrument.h"
#include "common/segment.h"
#include "common/types.h"

#define CONFIG_TEXT       256
#define CONFIG_NUMBER     32
#define CONFIG_ADDRESS    52 /* an IPv6 address with its prefix length */
#define CONFIG_STRATEGIES 16
#define CONFIG_PARAMS     32
#define CONFIG_ERROR      512
#define CONFIG_BYTES_MAX  (1u << 20) /* of the file */
#define CONFIG_LINES      160        /* at least the rows of options.def */

enum config_layout { LAYOUT_FUSED, LAYOUT_SPLIT };
enum config_log_to { LOG_TO_FILE, LOG_TO_JOURNALD };
enum config_log_format { LOG_AS_TEXT, LOG_AS_JSON };
enum config_mode { MODE_OBSERVE, MODE_LIVE };
enum config_influx_api { INFLUX_V1, INFLUX_V2 };
enum config_role { ROLE_VIEWER, ROLE_OPERATOR };
enum config_on_loss { ON_LOSS_CANCEL, ON_LOSS_HOLD };

struct config_port {
	char device[CONFIG_TEXT];    /* PCI address or vdev string */
	char mac[18];                /* "" : the device's own */
	char ip[CONFIG_ADDRESS];      /* "10.77.0.2/24"; "": no IPv4 */
	char gateway[CONFIG_ADDRESS]; /* "": none */
	char ip6[CONFIG_ADDRESS];     /* "2001:db8::2/64"; "": no IPv6 */
	char gateway6[CONFIG_ADDRESS];
	u16 vlan; /* 0: none */
	u16 vlan_priority;
	bool rx_checksum, tx_checksum, rx_stamp, vlan_offload, steering; /* let the device do it */
};

struct config_endpoint {
	char host[CONFIG_TEXT];      /* name in the certificate and the Host header */
	char address[CONFIG_ADDRESS]; /* "": resolve the name */
	u16 port;
};

struct config_param {
	char text[CONFIG_TEXT]; /* "name=value", as strategy/host.h takes it */
};

struct config_strategy {
	char name[CONFIG_NUMBER]; /* of this instance of it */
	char type[CONFIG_NUMBER]; /* "maker", or what a plug-in calls itself */
	char plugin[CONFIG_TEXT]; /* path of a .so; "": built in */
	bool enabled;             /* false: made, and held stopped */
	u32 line;                 /* where it begins in the file */
	u32 n_params;
	struct config_param param[CONFIG_PARAMS];
};

struct config_risk { /* exact decimal text, quote or base asset; "" : no limit of that kind */
	char max_quantity[CONFIG_NUMBER];
	char min_notional[CONFIG_NUMBER], max_notional[CONFIG_NUMBER];
	char max_position[CONFIG_NUMBER];
	char max_open_notional[CONFIG_NUMBER];
	u32 collar_bps;
	u32 max_open_orders;
	u32 orders_per_second, order_burst;
	u32 cancels_per_second, cancel_burst;
	u32 max_book_age_ms;
	u32 duplicate_window_ms;
	u32 max_through_ticks;
	char max_loss[CONFIG_NUMBER];
	u32 max_rejects, max_fills, fills_window_ms;
};

/* What hostctl serve tells others; nothing in the saker process reads it. */
struct config_telemetry {
	u32 interval_ms;
	char prom_address[CONFIG_NUMBER];
	u16 prom_port; /* 0: none */
	char influx_url[CONFIG_TEXT]; /* "": none */
	u32 influx_api;               /* enum config_influx_api */
	char influx_database[64], influx_org[64], influx_user[64];
	char influx_secret_file[CONFIG_TEXT], influx_spool_dir[CONFIG_TEXT];
	u32 influx_batch_ms, influx_spool_mb;
	char redis_host[CONFIG_TEXT]; /* "": none */
	u16 redis_port;
	char redis_user[64], redis_secret_file[CONFIG_TEXT];
	u32 redis_stream_length;
	bool redis_market, redis_commands;
	u32 redis_role; /* enum config_role */
	char alert_webhook[CONFIG_TEXT]; /* "": none */
	u32 alert_hold_ms, alert_clear_ms;
	u32 alert_disconnected, alert_stale_book, alert_drops, alert_latency_us; /* 0: off */
	u32 alert_position_percent, alert_loss_percent;                          /* likewise */
	u32 alert_denies, alert_clock_offset_ms;                                 /* likewise */
};

/* Users, @groups and certificates of each role, as access_add (role.h) reads them. */
struct config_access {
	char viewer[CONFIG_TEXT], operator[CONFIG_TEXT], risk[CONFIG_TEXT], admin[CONFIG_TEXT];
	char tokens[CONFIG_TEXT];      /* file of token.h */
	char tcp_address[CONFIG_ADDRESS];
	u16 tcp_port;                  /* 0: not by the network */
	char tcp_certificate[CONFIG_TEXT], tcp_key[CONFIG_TEXT]; /* PEM; the key's file or "secret:NAME" */
	char tcp_client_ca[CONFIG_TEXT]; /* PEM; "": no client certificate is asked for */
};

struct config {
	char file[CONFIG_TEXT];
	char instance[INSTANCE_MAX];
	u32 mode, layout; /* enum config_mode, config_layout */
	u32 deployment;   /* as enum profile of the doctor */
	u32 md_cpu, trade_cpu;
	char shared_cpus[CONFIG_NUMBER]; /* "0" or "0,2-3": where everything else runs */
	char state_dir[CONFIG_TEXT];     /* journal, boot number */
	char socket[CONFIG_TEXT];        /* hostctl's door; default <state_dir>/ctl.sock */
	char secrets_dir[CONFIG_TEXT];   /* encrypted secrets */
	char log_file[CONFIG_TEXT];      /* "": standard error */
	u32 log_to, log_format;          /* enum config_log_to, config_log_format */
	u32 log_file_mb, log_keep;
	struct config_access access;
	bool nic_no_huge;
	u32 nic_memory_mb;
	struct config_port md_port, trade_port;
	struct config_endpoint stream, api, rest;
	char ca_file[CONFIG_TEXT];          /* PEM bundle; "": the system's */
	char api_key_file[CONFIG_TEXT];     /* one line; or "secret:NAME" */
	char private_key_file[CONFIG_TEXT]; /* Ed25519, PEM; likewise */
	u32 recv_window_ms;
	u32 n_instruments;
	char instrument[INSTRUMENTS_MAX][SYMBOL_MAX];
	struct config_risk risk;
	u32 n_strategies;
	struct config_strategy strategy[CONFIG_STRATEGIES];
	u32 on_stale, on_session_loss; /* enum config_on_loss */
	bool arm_at_start;             /* arms by itself once reconciled; default off */
	u32 tape_slots;                /* a power of two */
	u32 session_idle_ms, session_timeout_ms, retry_min_ms, retry_max_ms;
	u32 book_depth;    /* levels a side kept */
	u32 outlier_us, outlier_stage_us; /* 0: none */
	u32 profile_every; /* full stage stamps one tick in so many; 1: all, 0: none */
	struct config_telemetry telemetry;
	char capture_dir[CONFIG_TEXT]; /* "": nothing can be captured */
	bool capture_at_start;
	u32 capture_file_mb, capture_file_s; /* rotation; 0 s: by size alone */
	u32 capture_keep;                    /* files; 0: all */
	u32 capture_secrets;                 /* enum capture_secrets of capture_row.h */
	u32 capture_ring_mb;                 /* of each core */
	u32 line[CONFIG_LINES]; /* where each option stands in the file, by its row in options.def; 0: not given */
};

/*
 * Reads and checks the file. On failure `error` (CONFIG_ERROR bytes) holds one line: file:line:
 * field: found, expected, remedy.
 */
err_t config_load(struct config *c, const char *path, char *error);

/*
 * The text of a configuration file, malloc'ed: a plain file of at most CONFIG_BYTES_MAX. ERR_NOT_FOUND,
 * ERR_IO, ERR_TOO_LONG: `error`.
 */
err_t config_read(const char *path, char **text, size_t *n, char *error);

/* The same from `n` bytes of text that came from `name`, without a look at any file. */
err_t config_parse(struct config *c, const char *name, const char *text, size_t n, char *error);

/*
 * What can only be wrong together: a CPU used twice, a missing CA file, a key file others can read.
 * Same form of error.
 */
err_t config_check(const struct config *c, char *error);

#endif
