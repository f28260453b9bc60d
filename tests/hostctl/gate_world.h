/*
 * gate_world.h - an instance with a real control socket, the gate of hostctl serve before it, and
 * those who come from afar: a certificate and a token for each role.
 */
#ifndef TESTS_GATE_WORLD_H
#define TESTS_GATE_WORLD_H

#include "hostctl/gate.h"
#include "hostctl/login.h"
#include "hostctl/verb.h"
#include "tests/hostctl/real_ctl.h"

extern struct fake_instance f;
extern struct config *c;
extern struct real_ctl ctl;
extern struct gate *gate;
extern char dir[64], why[GATE_WHY];
extern char token[ACCESS_ROLES][TOKEN_TEXT_MAX]; /* by role; nobody's was revoked */
extern const char *const roles[ACCESS_ROLES];

int gate_world_open(void **state);  /* of a group */
int gate_world_close(void **state);
int gate_world_test(void **state);  /* of a test: a healthy instance, a gate that nobody has failed at */
void gate_anew(void);               /* forgets who has failed */

/*
 * hostctl --connect HOST:port --ca ca.pem OPTIONS LINE; with the certificate <name>.pem; with a
 * token.
 */
struct ran ask(const char *host, const char *options, const char *line);
struct ran by_cert(const char *name, const char *line);
struct ran by_token(const char *text, const char *line);

/* Ends with `code`, says `out` and `err` somewhere. Frees it. */
void expect(struct ran r, int code, const char *out, const char *err);

/* The kill word, and what both cores are to have seen of it. */
void set_kill(enum kill_level level);

#endif
