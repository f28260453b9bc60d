/*
 * role.h - who may command: roles, the users and groups that have them, and what each role may
 * ask.
 *
 * A peer of the control socket is known by what the kernel says of it (door.h), never by what
 * it says of itself. Whoever the appliance runs as is an admin; others have the highest of the
 * roles that the configuration (access:) gives to their user or to one of their groups, or
 * none. An admin alone may ask with another role than its own (`as=`): what hostctl serve does
 * for those that come by the network, who are known by a client certificate or a token
 * (hostctl/login.h).
 */
#ifndef SAKER_ROLE_H
#define SAKER_ROLE_H

#include "appliance/door.h"
#include "common/err.h"

enum role { ACCESS_NONE, ACCESS_VIEWER, ACCESS_OPERATOR, ACCESS_RISK, ACCESS_ADMIN, ACCESS_ROLES };

#define ACCESS_ENTRIES 64
#define ACCESS_NAME    64

struct access {
	u32 own_uid;
	u32 n, n_local; /* n_local: users and groups among them */
	struct access_entry {
		bool is_group;
		u8 role; /* enum role */
		u32 id;  /* uid or gid */
		char cert[ACCESS_NAME]; /* name in a client certificate; "": a user or a group */
	} entry[ACCESS_ENTRIES];
};

const char *role_name(enum role r);

/*
 * Adds everybody that `list` names, separated by commas or blanks: a user, `@` and a group, or
 * their numbers; `cert:` and a name in a client certificate. Asks the system's user data base:
 * start-up alone. ERR_NOT_FOUND, ERR_FULL: `bad` is the word it failed at.
 */
err_t access_add(struct access *a, enum role role, const char *list, char bad[ACCESS_NAME]);

enum role access_role(const struct access *a, const struct door_peer *p);

/* Of whoever shows a certificate with this name in it. */
enum role access_cert_role(const struct access *a, const char *name);

/* ACCESS_ROLES: no role is called so. */
enum role role_named(const char *name);

/*
 * What is asked at the control socket; who may not ask it is told `role_refusal`. The rows of this
 * table are all that anybody but an admin may ask.
 */
struct role_right {
	const char *verb;
	bool may[ACCESS_ROLES];
	const char *remark;
};
extern const struct role_right role_rights[];
extern const u32 role_rights_n;

/* `arm` while the kill word is raised is a right of its own, and so is `arm` on a machine the doctor finds red. */
#define ROLE_ARM_AFTER_KILL "arm after kill"
#define ROLE_ARM_OVERRIDE   "arm override"
/*
 * What is read from the segment, not asked at the socket: a right to its file, and of those far
 * away.
 */
#define ROLE_LOOK "look"

/* A right of its own, too: a configuration whose limits allow more than those in force. */
#define ROLE_LOOSEN "loosen limits"

bool role_may(enum role r, const char *verb);

/* A sentence: what the peer is and who may ask it. Returns `out` of `n` bytes. */
const char *role_refusal(enum role r, const char *verb, char *out, size_t n);

#endif
