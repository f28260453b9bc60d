#include "dataplane/session_set.h"

#include "dataplane/session_internal.h"

err_t session_set_init(struct session_set *set, struct arena *a, u32 max, u32 large_n, u32 large_max)
{
	*set = (struct session_set){ .at = ARENA_ARRAY(a, struct session *, max) };
	if (!set->at || due_init(&set->due, a, max) != ERR_OK)
		return ERR_NO_MEMORY;
	return pool_init_in(&set->large, a, large_n, large_max, true);
}

u32 session_set_wake(struct session_set *set, ns_t now)
{
	u32 woken = 0;
	for (; due_first(&set->due) <= now; woken++) {
		struct session *s = set->at[due_take(&set->due)];
		if (s->deadline_ns <= now)
			session_on_deadline(s, now);
		session_due(s, s->deadline_ns);
	}
	return woken;
}
