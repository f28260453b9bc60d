#include "hostctl/run.h"

static enum exit_code run_with_view(const struct verb *verb, const struct request *q,
				    struct report *r)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	err_t e = view_open(&v, q->instance, why);
	if (e != ERR_OK)
		return complain(
			q, e == ERR_NOT_FOUND || e == ERR_AGAIN ? EXIT_NOT_RUNNING : EXIT_REFUSED,
			"%s", why);
	if (!v.alive)
		complain(q, EXIT_DONE, "%s %s: what follows is its last state", q->instance,
			 v.seg.h->closed ? "has stopped in good order" : "is no longer running");
	enum exit_code code = verb->run(q, &v, r);
	view_close(&v);
	return code;
}

enum exit_code run_once(const struct request *q, const struct verb *verb)
{
	struct report r = { 0 };
	enum exit_code code = verb->takes & TAKES_VIEW ? run_with_view(verb, q, &r) : verb->run(q, NULL, &r);
	if (r.n)
		report_print(&r, q->out, q->json);
	report_free(&r);
	fflush(q->out);
	return code;
}
