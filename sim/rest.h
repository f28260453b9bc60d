/*
 * rest.h - the public REST requests (rest-api.md): ping, time, exchangeInfo, depth.
 */
#ifndef SIM_REST_H
#define SIM_REST_H

#include "sim/http.h"
#include "sim/venue.h"

/* Answers a request under /api/v3/ into `out`. */
void rest_answer(struct venue *v, const struct http_request *r, struct buf *out);

/*
 * The levels of a ladder as the venue writes them: "lastUpdateId":...,"bids":[...],"asks":[...]
 * in braces.
 */
void rest_put_ladder(struct buf *out, const struct ladder *l, size_t limit);

#endif
