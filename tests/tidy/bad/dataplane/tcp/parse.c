/* Reads outside bytes; its fuzz target is listed. */
int parse(void *p) { return rd_of(p, 3); }
