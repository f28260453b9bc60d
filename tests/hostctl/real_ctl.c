#include "tests/hostctl/real_ctl.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "appliance/capture.h"
#include "appliance/config_check.h"
#include "appliance/log.h"
#include "tests/cmocka_all.h"

static u64 counters[APP_CNT_COUNT];

static void done(struct ctl *c, u32 id)
{
	struct msg_command m = { .id = id, .result = ERR_OK };
	snprintf(m.why, sizeof m.why, "done");
	ctl_on_answer(c, &m);
	c->stop_id = 0; /* it lives on for the next test */
	c->done = false;
}

/* Every other configuration is refused by the io thread, with "done". */
static void answer_epochs(struct ctl *c)
{
	const struct ring_msg *m;
	while ((m = ring_peek(c->epoch.ask))) {
		struct epoch_job *j;
		memcpy(&j, m->data, sizeof j);
		j->e = ERR_STATE;
		snprintf(j->why, sizeof j->why, "done");
		assert_true(ring_put(c->epoch.answers, m->type, 0, NULL, 0));
		ring_release(c->epoch.ask, m);
	}
	ctl_epoch_turn(c, 0);
}

static void answer_all(struct ctl *c)
{
	const struct ring_msg *m;
	while ((m = ring_peek(c->trade.to))) {
		if (m->type == MSG_COMMAND)
			done(c, ((const struct msg_command *)(const void *)m->data)->id);
		ring_release(c->trade.to, m);
	}
	while ((m = ring_peek(c->capture_ask))) {
		struct capture_answer a = { .err = ERR_OK, .text = "done" };
		assert_true(ring_put(c->capture_answers, 0, m->tag, &a, sizeof a));
		ring_release(c->capture_ask, m);
	}
	ctl_capture_turn(c);
	answer_epochs(c);
}

static void keep_audit(struct real_ctl *r)
{
	const struct ring_msg *m;
	pthread_mutex_lock(&r->lock);
	while ((m = ring_peek(r->ctl.audit))) {
		const struct audit_entry *e = (const void *)m->data;
		if (!strcmp(e->what, "command"))
			r->audit[r->n_audit++ % REAL_CTL_AUDIT] = *e;
		ring_release(r->ctl.audit, m);
	}
	pthread_mutex_unlock(&r->lock);
}

/* Kept before the answer leaves: whoever has it finds the entry. */
static void on_answered(void *user, const struct door_client *d, err_t result, const char *text)
{
	struct real_ctl *r = user;
	ctl_on_answered(&r->ctl, d, result, text);
	keep_audit(r);
}

static void *turn(void *arg)
{
	struct real_ctl *r = arg;
	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		struct pollfd fds[DOOR_CLIENTS + 1];
		u32 n = door_fds(&r->ctl.door, fds);
		poll(fds, n, 2);
		door_turn(&r->ctl.door, ctl_on_request, &r->ctl);
		answer_all(&r->ctl);
		ctl_audit_kill(&r->ctl);
		keep_audit(r);
	}
	return NULL;
}

void real_ctl_open(struct real_ctl *r, const struct config *cfg, struct fake_instance *f)
{
	char error[CONFIG_ERROR];
	memset(r, 0, sizeof *r);
	log_open("/dev/null");
	pthread_mutex_init(&r->lock, NULL);
	assert_int_equal(arena_open(&r->arena, 1 << 20), ERR_OK);
	r->ctl = (struct ctl){ .cfg = cfg, .clock = &f->clock, .seg = &f->seg, .cnt = counters };
	r->ctl.trade.to = ring_new(&r->arena, 1 << 16);
	r->ctl.capture_ask = ring_new(&r->arena, 1 << 14);
	r->ctl.capture_answers = ring_new(&r->arena, 1 << 14);
	r->ctl.epoch.ask = ring_new(&r->arena, 1 << 12);
	r->ctl.epoch.answers = ring_new(&r->arena, 1 << 12);
	r->ctl.audit = ring_new(&r->arena, 1 << 16);
	assert_int_equal(check_access(cfg, &r->ctl.access, error), ERR_OK);
	assert_int_equal(door_open(&r->ctl.door, cfg->socket, false), ERR_OK);
	r->ctl.door.answered = on_answered;
	r->ctl.door.answered_user = r;
	assert_int_equal(pthread_create(&r->thread, NULL, turn, r), 0);
}

void real_ctl_close(struct real_ctl *r)
{
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
	pthread_join(r->thread, NULL);
	door_close(&r->ctl.door);
	ctl_epoch_close(&r->ctl);
	arena_close(&r->arena);
	pthread_mutex_destroy(&r->lock);
}

u32 real_ctl_audited(struct real_ctl *r)
{
	pthread_mutex_lock(&r->lock);
	u32 n = r->n_audit;
	pthread_mutex_unlock(&r->lock);
	return n;
}

struct audit_entry real_ctl_newest(struct real_ctl *r)
{
	pthread_mutex_lock(&r->lock);
	struct audit_entry e = r->audit[(r->n_audit - 1) % REAL_CTL_AUDIT];
	pthread_mutex_unlock(&r->lock);
	return e;
}
