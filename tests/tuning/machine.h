/*
 * machine.h - a constructed machine: a folder with the files of /proc and /sys that tell of one,
 * made after real ones.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include "tuning/doctor.h"

struct machine {
	char root[64];
};

/* /proc/<pid>/stat of a process, or of a kernel thread, that last ran on `cpu`. */
#define MACHINE_PROCESS(cpu) MACHINE_STAT("(it runs) (x) S", "4194560", cpu)
#define MACHINE_KERNEL_THREAD(cpu) MACHINE_STAT("(kworker/2:1) I", "69238880", cpu)
#define MACHINE_STAT(name, flags, cpu) \
	"812 " name " 1 1 1 0 -1 " flags " 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 " #cpu " 0 0\n"

/* One row a file; a NULL text is a folder; "-> x" a symbolic link to x. */
struct machine_file {
	const char *path, *text;
};

void machine_make(struct machine *m, const struct machine_file *files, u32 n);
void machine_put(const struct machine *m, const char *path, const char *text); /* text NULL: a folder */
void machine_drop(const struct machine *m, const char *path);                  /* a file; nothing where there is none */
void machine_free(struct machine *m);

/* A tuned one-socket Intel server, SMT off: 8 CPUs, hot 2 and 3, two cards on vfio-pci. All is green. */
void machine_tuned(struct machine *m, struct patient *p);
/* Two AMD sockets with SMT, as installed: hot 2 and 9, on either socket, shared work on 18, the sibling of 2. */
void machine_two_sockets(struct machine *m, struct patient *p);
/* A small cloud instance: no frequencies, no cards, steal. */
void machine_cloud(struct machine *m, struct patient *p);

#endif
