int unfuzzed(void *p) { return rd_of(p, 3); } /* expect: proof */
