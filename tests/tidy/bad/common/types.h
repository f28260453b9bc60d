/*
 * types.h - a header as it should be.
 */
#ifndef T_H
#define T_H
struct tcp;
#endif
