int LLVMFuzzerTestOneInput(void) { return 0; }
