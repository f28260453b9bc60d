/*
 * err.h - the closed set of error codes (errs.def), each with a class and a sentence.
 *
 * Functions that can fail return `err_t`; 0 is ERR_OK. Text is built off the hot path, from the code.
 */
#ifndef SAKER_ERR_H
#define SAKER_ERR_H

typedef enum err {
#define ERR(name, cls, text) ERR_##name,
#include "common/errs.def"
#undef ERR
	ERR_COUNT
} err_t;

enum err_class { ERR_CLASS_NONE, ERR_CLASS_RETRY, ERR_CLASS_CALLER, ERR_CLASS_INPUT, ERR_CLASS_PEER, ERR_CLASS_SYSTEM };

const char *err_name(err_t e);          /* "TIMEOUT"; "?" for a value outside the set */
const char *err_text(err_t e);          /* the sentence */
enum err_class err_class(err_t e);

#endif
