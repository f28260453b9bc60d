static int nobody(void) { return 1; } /* expect: proof */
