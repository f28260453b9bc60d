/* hostctl - the operator's hands: sees a running instance through its segment, commands it by its socket. */
#include "hostctl/cli.h"

int main(int argc, char **argv) { return hostctl_run(argc, argv, stdout, stderr); }
