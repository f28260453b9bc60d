/*
 * afar.h - a verb asked of an instance on another machine: --connect HOST:PORT, answered by its
 * hostctl serve.
 *
 * Who we are says a client certificate (--cert, --key) or a token (--token-fd); whom we talk
 * to, its certificate, which must name HOST and be signed by --ca or by one of the system's
 * authorities.
 */
#ifndef HOSTCTL_AFAR_H
#define HOSTCTL_AFAR_H

#include "hostctl/verb_table.h"

/*
 * The token of --token-fd, to `out` (TOKEN_TEXT_MAX bytes; "" where there is none). EXIT_USAGE
 * where it is none. Once a process.
 */
enum exit_code afar_take_token(const struct request *q, char *out);

/* Once: as run_once. q->token is what afar_take_token took. */
enum exit_code afar_once(const struct request *q, const struct verb *verb);

#endif
