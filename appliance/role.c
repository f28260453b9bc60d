#include "appliance/role.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKUP_BYTES 16384

static const char *const names[ACCESS_ROLES] = { "nobody", "viewer", "operator", "risk", "admin" };

/*                                            nobody viewer operator risk admin */
const struct role_right role_rights[] = {
	{ "whoami",            { false, true,  true,  true,  true }, "which role the asker has" },
	{ ROLE_LOOK,           { false, true,  true,  true,  true }, "status, orders, positions, limits, whatever only shows" },
	{ "audit",             { false, false, false, true,  true }, "the audit log" },
	{ "pause",             { false, false, true,  true,  true }, "a strategy, or all" },
	{ "resume",            { false, false, true,  false, true }, "likewise" },
	{ "set",               { false, false, true,  false, true }, "a strategy's parameters" },
	{ "enable",            { false, false, true,  false, true }, "start a strategy" },
	{ "disable",           { false, false, true,  true,  true }, "stop a strategy" },
	{ "add",               { false, false, true,  false, true }, "one more strategy" },
	{ "apply",             { false, false, true,  true,  true }, "another configuration" },
	{ ROLE_LOOSEN,         { false, false, false, true,  true }, "with limits that allow more" },
	{ "cancel-all",        { false, false, true,  true,  true }, "mass cancel" },
	{ "flatten",           { false, false, true,  true,  true }, "cancel all, trade positions to zero" },
	{ "arm",               { false, false, true,  true,  true }, "trading may begin" },
	{ ROLE_ARM_AFTER_KILL, { false, false, false, true,  true }, "lowers a raised kill word" },
	{ ROLE_ARM_OVERRIDE,   { false, false, false, true,  true }, "live on a machine the doctor finds red" },
	{ "kill",              { false, false, true,  true,  true }, "raises the kill word" },
	{ "capture",           { false, false, true,  false, true }, "begin and end captures" },
	{ "stop",              { false, false, false, true,  true }, "cancel all, end the process" },
};
const u32 role_rights_n = ARRAY_LEN(role_rights);

const char *role_name(enum role r)
{
	assert(r < ACCESS_ROLES);
	return names[r];
}

enum role role_named(const char *name)
{
	u32 r = 0;
	while (r < ACCESS_ROLES && strcmp(names[r], name))
		r++;
	return (enum role)r;
}

/* ---- who has which ---- */

static bool number(const char *s, u32 *id)
{
	char *end;
	if (*s < '0' || *s > '9')
		return false;
	unsigned long v = strtoul(s, &end, 10);
	*id = (u32)v;
	return !*end && v < UINT32_MAX;
}

static bool find_user(const char *name, u32 *id)
{
	char buf[LOOKUP_BYTES];
	struct passwd pw, *found = NULL;
	if (number(name, id))
		return true;
	if (getpwnam_r(name, &pw, buf, sizeof buf, &found) || !found)
		return false;
	*id = found->pw_uid;
	return true;
}

static bool find_group(const char *name, u32 *id)
{
	char buf[LOOKUP_BYTES];
	struct group gr, *found = NULL;
	if (number(name, id))
		return true;
	if (getgrnam_r(name, &gr, buf, sizeof buf, &found) || !found)
		return false;
	*id = found->gr_gid;
	return true;
}

/* One word of a list; "cert:" and a name in a certificate. */
static bool find_one(const char *word, struct access_entry *e)
{
	e->is_group = *word == '@';
	if (!strncmp(word, "cert:", 5)) {
		snprintf(e->cert, sizeof e->cert, "%.*s", ACCESS_NAME - 1, word + 5);
		return *e->cert;
	}
	return e->is_group ? find_group(word + 1, &e->id) : find_user(word, &e->id);
}

err_t access_add(struct access *a, enum role role, const char *list, char bad[ACCESS_NAME])
{
	static const char between[] = ", \t";
	size_t n;
	for (const char *s = list + strspn(list, between); *s; s += n, s += strspn(s, between)) {
		struct access_entry e = { .role = (u8)role };
		n = strcspn(s, between);
		snprintf(bad, ACCESS_NAME, "%.*s", (int)n, s);
		if (n >= ACCESS_NAME || !find_one(bad, &e))
			return ERR_NOT_FOUND;
		if (a->n == ACCESS_ENTRIES)
			return ERR_FULL;
		a->entry[a->n++] = e;
		a->n_local += !*e.cert;
	}
	return ERR_OK;
}

static bool is_meant(const struct access_entry *e, const struct door_peer *p)
{
	if (*e->cert)
		return false;
	if (!e->is_group)
		return e->id == p->uid;
	for (u32 i = 0; i < p->n_gids; i++)
		if (e->id == p->gid[i])
			return true;
	return false;
}

static enum role own_role(const struct access *a, const struct door_peer *p)
{
	u8 best = ACCESS_NONE;
	if (!p->known)
		return ACCESS_NONE;
	if (p->uid == a->own_uid)
		return ACCESS_ADMIN;
	for (u32 i = 0; i < a->n; i++)
		if (a->entry[i].role > best && is_meant(&a->entry[i], p))
			best = a->entry[i].role;
	return (enum role)best;
}

enum role access_role(const struct access *a, const struct door_peer *p)
{
	enum role own = own_role(a, p), as = role_named(p->as);
	if (!*p->as)
		return own;
	return own == ACCESS_ADMIN && as < ACCESS_ROLES ? as : ACCESS_NONE;
}

enum role access_cert_role(const struct access *a, const char *name)
{
	u8 best = ACCESS_NONE;
	for (u32 i = 0; i < a->n && *name; i++)
		if (a->entry[i].role > best && !strcmp(a->entry[i].cert, name))
			best = a->entry[i].role;
	return (enum role)best;
}

/* ---- who may what ---- */

static const struct role_right *find_right(const char *verb)
{
	for (u32 i = 0; i < role_rights_n; i++)
		if (!strcmp(role_rights[i].verb, verb))
			return &role_rights[i];
	return NULL;
}

bool role_may(enum role r, const char *verb)
{
	const struct role_right *right = find_right(verb);
	assert(r < ACCESS_ROLES);
	return right ? right->may[r] : r == ACCESS_ADMIN;
}

const char *role_refusal(enum role r, const char *verb, char *out, size_t n)
{
	const struct role_right *right = find_right(verb);
	size_t at = 0;
	if (r == ACCESS_NONE) {
		snprintf(out, n, "you have no role here; the configuration's access: names who has one");
		return out;
	}
	at = (size_t)snprintf(out, n, "%.32s is not for role %s, but for", verb, role_name(r));
	for (u32 i = ACCESS_VIEWER; i < ACCESS_ROLES && at < n; i++)
		if (right ? right->may[i] : i == ACCESS_ADMIN)
			at += (size_t)snprintf(out + at, n - at, " %s", role_name((enum role)i));
	return out;
}
