const char *x(void) { return name_of(1); }
