/*
 * config_check_access.c - the users and groups of access:, found in the system's user data base.
 */
#include <string.h>
#include <unistd.h>

#include "appliance/config_check.h"

err_t check_access(const struct config *c, struct access *a, char *error)
{
	const struct {
		const char *option, *list;
		enum role role;
	} rows[] = {
		{ "access.viewer", c->access.viewer, ACCESS_VIEWER },
		{ "access.operator", c->access.operator, ACCESS_OPERATOR },
		{ "access.risk", c->access.risk, ACCESS_RISK },
		{ "access.admin", c->access.admin, ACCESS_ADMIN },
	};
	char bad[ACCESS_NAME] = "";
	memset(a, 0, sizeof *a);
	a->own_uid = geteuid();
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		err_t e = access_add(a, rows[i].role, rows[i].list, bad);
		if (e == ERR_FULL)
			return check_failed(c, rows[i].option, error,
					    "at %s: more than %d users and groups in all; use groups", bad,
					    ACCESS_ENTRIES);
		if (e != ERR_OK)
			return check_failed(c, rows[i].option, error,
					    "found %s, expected a user of this machine, @ and a group, their numbers, or cert: and a "
					    "name in a client certificate",
					    bad);
	}
	return ERR_OK;
}
