/*
 * alert_hook.h - alerts to a webhook: each a POST of one JSON object, in order, by a thread of its own.
 *
 * {"alert":"drops","state":"raised","text":"...","at_ms":1700000000000}. Any 2xx is delivery. What
 * fails is tried again, HOOK_TRIES times in all, with a pause that doubles; then it is dropped and
 * counted, and so is what finds HOOK_QUEUE alerts waiting.
 */
#ifndef HOSTCTL_ALERT_HOOK_H
#define HOSTCTL_ALERT_HOOK_H

#include "hostctl/alert.h"

#define HOOK_QUEUE 64
#define HOOK_TRIES 6

enum hook_cnt {
#define CNT(name, sentence) HOOK_CNT_##name,
#include "hostctl/hook_cnt.def"
#undef CNT
	HOOK_CNT_COUNT
};
extern const struct counter_def hook_counter_defs[HOOK_CNT_COUNT];

struct alert_hook;

/* `first_pause_ms`: before the second try. ERR_NO_MEMORY. `url` must outlive it. */
#define HOOK_PAUSE_MS 500
err_t hook_open(struct alert_hook **h, const char *url, u32 first_pause_ms);

/* Never waits. */
void hook_alert(struct alert_hook *h, const struct alert *a);
const u64 *hook_counters(const struct alert_hook *h); /* HOOK_CNT_COUNT words */

/* What waits is sent as long as each is taken at once. NULL is nothing. */
void hook_close(struct alert_hook *h);

#endif
