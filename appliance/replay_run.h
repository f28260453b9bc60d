/*
 * replay_run.h - the verb `saker replay FILE...`: runs a capture's cores again and says whether they
 * did the same.
 */
#ifndef SAKER_REPLAY_RUN_H
#define SAKER_REPLAY_RUN_H

/*
 * argv[0] is "replay". Exit codes: 0 all the same; 1 a difference, or not all could be run; 2 usage;
 * 3 nothing could be run.
 */
int replay_run_main(int argc, char **argv);

#endif
