/*
 * own.h - of this folder.
 */
int own_parse(const void *p, unsigned n);
