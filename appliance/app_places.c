/*
 * app_places.c - where everything lies that a checkpoint of the cores holds or points to.
 */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "appliance/app.h"

struct places {
	const struct app *a;
	struct state_place *at;
	u32 n, n_objects;
};

static void put(struct places *p, const char *name, const void *at, size_t n, bool holds)
{
	assert(p->n < APP_PLACES_MAX);
	p->at[p->n++] = state_place(name, at, n, holds);
}

static void put_ring(struct places *p, const char *core, const char *name, const struct ring *r)
{
	char full[STATE_NAME];
	snprintf(full, sizeof full, "%s %s", core, name);
	put(p, full, r, ring_bytes(r->size), false);
}

static void put_core(struct places *p, enum record_core core, const struct app_rings *r)
{
	static const char *const names[RECORD_CORES] = { "md", "trade" };
	const struct arena *a = &p->a->core_arena[core];
	char name[STATE_NAME];
	snprintf(name, sizeof name, "%s memory", names[core]);
	put(p, name, a->base, a->used, true);
	snprintf(name, sizeof name, "%s buffers", names[core]);
	put(p, name, arena_bulk(a), a->bulk, true);
	snprintf(name, sizeof name, "%s recorder", names[core]);
	put(p, name, p->a->recorder[core], sizeof(struct recorder), false);
	put_ring(p, names[core], "ring from ctl", r->from_ctl);
	put_ring(p, names[core], "ring from slow", r->from_slow);
	put_ring(p, names[core], "ring to ctl", r->to_ctl);
	put_ring(p, names[core], "ring to slow", r->to_slow);
}

/* ---- code: this program, and strategies' plug-ins ---- */

static void build_id(const struct dl_phdr_info *o, u8 id[24])
{
	for (u32 i = 0; i < o->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &o->dlpi_phdr[i];
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): what the loader says is a number */
		const u8 *p = (const u8 *)(uintptr_t)(o->dlpi_addr + h->p_vaddr);
		for (size_t at = 0; h->p_type == PT_NOTE && at + sizeof(ElfW(Nhdr)) <= h->p_memsz;) {
			const ElfW(Nhdr) *n = (const void *)(p + at);
			size_t name = (n->n_namesz + 3u) & ~3u, desc = (n->n_descsz + 3u) & ~3u;
			if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4 && desc <= 24)
				memcpy(id, p + at + sizeof *n + name, n->n_descsz);
			at += sizeof *n + name + desc;
		}
	}
}

static bool is_plugin(const struct app *a, const char *path)
{
	for (u32 i = 0; i < a->cfg.n_strategies; i++)
		if (a->cfg.strategy[i].plugin[0] && !strcmp(a->cfg.strategy[i].plugin, path))
			return true;
	return false;
}

static int put_object(struct dl_phdr_info *o, size_t size, void *user)
{
	struct places *p = user;
	u64 lo = UINT64_MAX, hi = 0;
	bool program = p->n_objects++ == 0;
	(void)size;
	if (!program && !is_plugin(p->a, o->dlpi_name))
		return 0;
	for (u32 i = 0; i < o->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &o->dlpi_phdr[i];
		if (h->p_type == PT_LOAD) {
			lo = u64_min(lo, h->p_vaddr);
			hi = u64_max(hi, h->p_vaddr + h->p_memsz);
		}
	}
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	put(p, program ? "program" : o->dlpi_name, (const void *)(uintptr_t)(o->dlpi_addr + lo), hi - lo, false);
	build_id(o, p->at[p->n - 1].id);
	return 0;
}

u32 app_places(const struct app *a, struct state_place *out)
{
	struct places p = { .a = a, .at = out };
	put(&p, "md core", &a->md, sizeof a->md, true);
	put(&p, "trade core", &a->trade, sizeof a->trade, true);
	put_core(&p, RECORD_MD, &a->md_rings);
	put_core(&p, RECORD_TRADE, &a->trade_rings);
	put_ring(&p, "trade", "journal", a->journal);
	put_ring(&p, "trade", "trace", a->trace);
	put(&p, "segment", a->seg.base, a->seg.size, true);
	put(&p, "appliance", a, sizeof *a, false);
	dl_iterate_phdr(put_object, &p);
	return p.n;
}
