#include <stdlib.h>
#include <string.h>

#include "appliance/replay_app.h"
#include "appliance/replay_paper.h"

typedef unsigned long long ull;

static void print_market(const struct replay_app *r, const struct replay_file *f)
{
	const struct replay_core_file *c = &f->stretch[0].core[RECORD_MD];
	const struct replay_core *core = &r->replay.core[RECORD_MD];
	printf("market-data core %llu of %llu turns, %llu frames received, %llu sent\n", (ull)core->turn,
	       (ull)c->n_turns, (ull)core->rx, (ull)core->tx);
	if (c->ended)
		printf("  the rest of the capture cannot be run: %s\n", c->why);
	if (r->replay.why[0])
		printf("%s%s\n", r->replay.differs ? "DIFFERS: " : "ended early: ", r->replay.why);
}

static int run(struct replay_app *a, struct paper_runs *r, const struct replay_file *f, const struct paper_way *way)
{
	char error[APP_ERROR] = "out of memory";
	bool again = r->n_runs;
	a->pace = way->pace;
	a->plain_to = again ? NULL : way->plain;
	a->paper = paper_runs_next(r);
	r->plain = a->plain_to ? &a->plain : NULL;
	if (replay_app_open(a, f, &f->stretch[0], error) != ERR_OK) {
		fprintf(stderr, "saker replay: %s\n", error);
		return 3;
	}
	bool whole = replay_run_market(&a->replay);
	whole = paper_end(a->paper) && whole && !f->stretch[0].core[RECORD_MD].ended;
	if (!again)
		print_market(a, f);
	paper_runs_done(r);
	if (way->latency && !again)
		replay_print_latency(&a->app);
	return whole ? 0 : 1;
}

int paper_runs_own(struct paper_runs *r, const struct replay_file *f, const struct paper_way *way)
{
	size_t n = (sizeof(struct replay_app) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	struct replay_app *a = aligned_alloc(CACHE_LINE, n);
	int rc = a ? 0 : 3;
	for (unsigned long i = 0; i < way->times && !rc; i++) {
		memset(a, 0, n);
		rc = run(a, r, f, way);
		replay_app_close(a);
	}
	free(a);
	return rc ? rc : r->differs;
}
