/*
 * capture_folder.h - the folder of capture files: how they are called, and how many are kept.
 *
 * A file is <instance>.<boot>.<n>.pcapng, boot and n in hexadecimal of fixed width, so that the
 * order of names is the order of time. Files of other names and instances are never touched. io
 * thread; blocks.
 */
#ifndef SAKER_CAPTURE_FOLDER_H
#define SAKER_CAPTURE_FOLDER_H

#include "common/err.h"
#include "common/types.h"

#define CAPTURE_NAME_MAX 80

void capture_name(char out[CAPTURE_NAME_MAX], const char *instance, u32 boot, u32 n);

/* Opens the folder, made (0700) where only its last part is missing. -1, and errno. */
int capture_folder_open(const char *path);

/* Removes the oldest files of `instance` until `keep` are left; 0: keeps all. Returns how many went. */
u32 capture_folder_trim(int dir_fd, const char *instance, u32 keep);

#endif
