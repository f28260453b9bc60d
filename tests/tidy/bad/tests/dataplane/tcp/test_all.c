#include "dataplane/feed/feed.h"
int main(void) { impure(0); slow(); parse(0); unfuzzed(0); return 0; }
