/*
 * api_auth.h - who may call what: timestamps, API key, signature, session (web-socket-api.md,
 * "Request security").
 */
#ifndef SIM_API_AUTH_H
#define SIM_API_AUTH_H

#include "sim/api.h"

enum api_security {
	API_NONE,
	API_SESSION,   /* a logged-on session, no parameters */
	API_SIGNED,    /* timestamp, and a logged-on session or apiKey and signature */
	API_SIGNATURE, /* timestamp, apiKey and signature */
};

/* True, or false after api_fail(). */
bool api_authorize(struct api_call *a, enum api_security s);

#endif
