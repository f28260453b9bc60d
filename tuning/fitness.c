#include "tuning/fitness.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

/* The red ones come first, so that a sentence cut short holds them. */
static void keep(struct fitness *f, const struct check *c, const struct finding *what)
{
	u32 at = f->n_bad;
	if (f->n_bad == FITNESS_BAD_MAX)
		return;
	while (at > 0 && f->bad[at - 1].finding.severity < what->severity) {
		f->bad[at] = f->bad[at - 1];
		at--;
	}
	f->bad[at] = (struct fitness_row){ .check = c, .finding = *what };
	f->n_bad++;
}

void fitness_examine(struct fitness *f, const struct patient *p)
{
	u64 start_ns = clock_wall_ns();
	memset(f, 0, sizeof *f);
	f->profile = p->profile;
	f->at_wall_ns = start_ns;
	for (const struct check *c; (c = doctor_check(f->total)); f->total++) {
		struct finding what;
		doctor_examine(c, p, &what);
		f->n[what.severity]++;
		if (what.severity >= SEVERITY_YELLOW)
			keep(f, c, &what);
	}
	f->took_ns = clock_wall_ns() - start_ns;
}

const char *fitness_refusal(const struct fitness *f, char out[FITNESS_TEXT])
{
	u32 n = f->n[SEVERITY_RED];
	size_t at = (size_t)snprintf(out, FITNESS_TEXT, "the doctor found %u red for deployment %s as this process started:",
				     n, profile_names[f->profile]);
	for (u32 i = 0; i < n && i < f->n_bad && at < FITNESS_TEXT; i++)
		at += (size_t)snprintf(out + at, FITNESS_TEXT - at, "%s %s (%s)", i ? "," : "",
				       f->bad[i].check->id, f->bad[i].finding.found);
	return out;
}
