/*
 * door_client.h - asks the running instance by its Unix socket: one line there, one line back.
 */
#ifndef HOSTCTL_DOOR_CLIENT_H
#define HOSTCTL_DOOR_CLIENT_H

#include "common/err.h"
#include "common/types.h"

#define DOOR_LINE_MAX   4096
#define DOOR_WHY_MAX    512
#define DOOR_TIMEOUT_MS 60000 /* stop waits for the venue */

/*
 * Sends `line` (no newline) and replaces it, DOOR_LINE_MAX bytes, by the answer's first line. Waits
 * `timeout_ms` at most in all. ERR_UNREACHABLE: nobody listens; ERR_TIMEOUT; ERR_CLOSED: hung up
 * without a whole line; ERR_TOO_LONG; ERR_ARGUMENT: the line has a newline in it, or the path is
 * too long; ERR_IO. `why` (DOOR_WHY_MAX bytes) then is a sentence.
 */
err_t door_ask(const char *path, char *line, u32 timeout_ms, char *why);

#endif
