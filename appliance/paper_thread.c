/*
 * paper_thread.c - the trading core of a replay on a thread of its own: in lock step it is told of each
 * turn of the md core by a ring, and sees the market as it was then however far that has come
 * meanwhile; free, it polls.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "appliance/paper.h"

#define POSTS (1u << 16)  /* bytes */
#define SPINS 200u        /* before the CPU is offered to others: both may have the same one */

struct paper_post {
	u64 tsc, head;
};

static void rest(u32 *spins)
{
	_mm_pause();
	if (++*spins % SPINS == 0)
		sched_yield();
}

static bool has_ended(const struct paper *p) { return __atomic_load_n(&p->ended, __ATOMIC_ACQUIRE); }

/* ---- the trading core's thread ---- */

static u32 take_posts(struct paper *p)
{
	struct paper_post post;
	const struct ring_msg *m;
	u32 n = 0;
	for (; (m = ring_peek(p->posts)); n++) {
		memcpy(&post, m->data, sizeof post);
		paper_run(p, post.tsc, post.head);
		ring_release(p->posts, m);
	}
	return n;
}

static void *in_step(void *arg)
{
	struct paper *p = arg;
	for (u32 spins = 0; !has_ended(p);)
		if (!take_posts(p))
			rest(&spins);
	take_posts(p); /* those from just before the end */
	return NULL;
}

static void *freely(void *arg)
{
	struct paper *p = arg;
	while (!has_ended(p))
		if (!paper_poll(p))
			_mm_pause();
	return NULL;
}

static int start_on(struct paper *p, u32 cpu)
{
	pthread_attr_t attr;
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	pthread_attr_init(&attr);
	int rc = p->cfg.layout == PAPER_FREE ? pthread_attr_setaffinity_np(&attr, sizeof one, &one) : 0;
	if (!rc)
		rc = pthread_create(&p->thread, &attr, p->cfg.layout == PAPER_FREE ? freely : in_step, p);
	pthread_attr_destroy(&attr);
	return rc;
}

static int pin_self(u32 cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

err_t paper_thread_start(struct paper *p, char *error)
{
	p->posts = ring_new(&p->app->arena, POSTS);
	int rc = p->posts ? start_on(p, p->cfg.trade_cpu) : ENOMEM;
	p->threaded = rc == 0;
	if (!rc && p->cfg.layout == PAPER_FREE)
		rc = pin_self(p->cfg.md_cpu);
	if (!rc)
		return ERR_OK;
	snprintf(error, APP_ERROR, "the trading core's thread: %s", strerror(rc));
	return ERR_IO;
}

/* ---- the md core's ---- */

/* Waits until at most `most` events up to `head` are left for the trading core. */
static void wait_for_trade(const struct paper *p, u64 head, u64 most)
{
	for (u32 spins = 0; head - __atomic_load_n(&p->taken, __ATOMIC_RELAXED) > most;)
		rest(&spins);
}

/* Free, the next event comes when this one is over, or when it is due: what waits in between is not measured. */
void paper_thread_post(struct paper *p, u64 tsc)
{
	struct paper_post post = { tsc, tape_head(p->app->md_links.tape) };
	u32 spins = 0;
	if (p->cfg.layout == PAPER_FREE) {
		__atomic_store_n(&p->md_tsc, tsc, __ATOMIC_RELEASE);
		wait_for_trade(p, post.head, 0);
		return;
	}
	while (!ring_put(p->posts, 1, 0, &post, sizeof post))
		rest(&spins);
	wait_for_trade(p, post.head, p->app->cfg.tape_slots / 2); /* or the tape comes round to what was not taken */
}

void paper_thread_join(struct paper *p)
{
	__atomic_store_n(&p->ended, true, __ATOMIC_RELEASE);
	pthread_join(p->thread, NULL);
	p->threaded = false;
}
