#!/usr/bin/env python3
"""Stops every thread of a process whose name does not begin with "hot", by ptrace, until standard input ends.

SIGSTOP would stop the whole process; this stops exactly the threads that are not to be needed. Prints `frozen` and
their names, then waits.
"""
import ctypes
import os
import sys

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, tid):
    if libc.ptrace(request, tid, None, None) < 0:
        err = ctypes.get_errno()
        sys.exit(f"freeze_threads: ptrace({request:#x}, {tid}): {os.strerror(err)}")


def main():
    pid = int(sys.argv[1])
    frozen, names = [], []
    for tid in map(int, os.listdir(f"/proc/{pid}/task")):
        with open(f"/proc/{pid}/task/{tid}/comm") as f:
            name = f.read().strip()
        if name.startswith("hot"):
            continue
        ptrace(PTRACE_SEIZE, tid)
        ptrace(PTRACE_INTERRUPT, tid)
        os.waitpid(tid, WALL)
        frozen.append(tid)
        names.append(name)
    print("frozen", *names, flush=True)
    sys.stdin.read()
    for tid in frozen:
        ptrace(PTRACE_DETACH, tid)


main()
