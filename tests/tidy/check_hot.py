"""
Hot folders are pure: no allocation, system call, lock, clock, print, floating point or object that is not const.

Slow-path files that live beside the hot ones are listed in hot.txt, each with the rules it may break
and the reason; a row that is no longer needed is an offence of its own.
"""

import os
import re
import subprocess

from tree import HOT, Offence, line_of

TABLE = "tests/tidy/hot.txt"


def _calls(*names):
    return re.compile(r"(?<![\w.>])(?:%s)\s*\(" % "|".join(names))


RULES = {
    "print": (_calls(r"v?[fsd]?n?printf", "puts", "putchar", "perror", "syslog", "fputs", "fwrite"), "no text is made on a hot path; count it"),
    "alloc": (_calls("malloc", "calloc", "realloc", "free", "strn?dup", "aligned_alloc", "posix_memalign"), "memory comes from the arena"),
    "float": (re.compile(r"\b(?:double|float)\b|(?<![\w.>])(?:atof|strtod)\s*\("), "prices and quantities are integers"),
    "syscall": (
        _calls("open", "close", "read", "write", "p?read64", "pwrite", "send", "recv", "sendto", "recvfrom", "sendmsg", "recvmsg", "socket", "poll",
               "ioctl", "mmap", "munmap", "fopen", "fclose", "usleep", "nanosleep", "sleep", "sched_yield", "getrandom", "fork", "system"),
        "no system call here",
    ),
    "lock": (_calls(r"pthread_\w+", r"mtx_\w+", r"sem_\w+"), "no lock, no thread here"),
    "exit": (_calls("exit", "_exit", "abort"), "return a code and count it"),
    "clock": (_calls("clock_gettime", "gettimeofday", "time", "tsc_now", "__rdtsc", "__rdtscp", "clock_wall_ns", r"rte_rdtsc\w*"), "time is an argument"),
}
EVERYWHERE = {
    "volatile": (re.compile(r"(?<!asm )(?<!asm__ )\bvolatile\b"), "volatile is no atomic; use __atomic_*", ("dataplane/nic/", "tests/", "bench/")),
    "rte": (re.compile(r"\b(?:rte|RTE)_\w+|<rte_"), "only dataplane/nic knows DPDK", ("dataplane/nic/", "tests/dataplane/nic/", "bench/bench_tape.c")),
}


class Exceptions:
    def __init__(self, tree):
        self.rows = {}  # (path, rule) -> line; a used one is removed from `unused`
        self.problems = []
        for line, cols in tree.table(TABLE):
            if len(cols) < 3 or not tree.exists(cols[0]):
                self.problems.append(Offence(TABLE, line, "hot", "expected: an existing file, its rules, the reason"))
                continue
            for rule in cols[1].split(","):
                if rule not in RULES | EVERYWHERE and rule != "global":
                    self.problems.append(Offence(TABLE, line, "hot", f"no rule {rule}"))
                self.rows[cols[0], rule] = line
        self.unused = dict(self.rows)

    def allow(self, path, rule):
        self.unused.pop((path, rule), None)
        return (path, rule) in self.rows

    def stale(self):
        for (path, rule), line in self.unused.items():
            yield Offence(TABLE, line, "hot", f"{path} no longer needs {rule}")


def _scan(tree, path, rule, pattern, why, exceptions):
    code = tree.code(path)
    for m in pattern.finditer(code):
        if not exceptions.allow(path, rule):
            yield Offence(path, line_of(code, m.start()), rule, f"{m.group(0).strip()}: {why}")


def _objects(tree, exceptions):
    """Symbols in writable sections, by nm; .data.rel.ro holds const tables of pointers."""
    for module in tree.uses:
        archive = os.path.join(tree.objects, "lib", module.replace("/", "_") + ".a")
        if not module.startswith(HOT) or not os.path.exists(archive):
            continue
        member = None
        # Named, the target keeps nm from asking the compiler's plug-in, which knows no sections, about link-time code.
        nm = ["nm", "--target=elf64-x86-64", "--format=sysv", archive]
        for line in subprocess.run(nm, capture_output=True, text=True, check=True).stdout.splitlines():
            begin = re.match(r"Symbols from .*\[(.*)\.o\]", line)
            member = begin.group(1) if begin else member
            cols = [c.strip() for c in line.split("|")]
            if len(cols) != 7 or not re.match(r"\.t?(?:data|bss)\b|\*COM\*", cols[6]) or cols[6].startswith(".data.rel.ro") or cols[3] == "SECTION":
                continue
            path, name = f"{module}/{member}.c", cols[0].split(".")[0]
            at = re.search(rf"\b{re.escape(name)}\b", tree.code(path)) if tree.exists(path) else None
            if at and not exceptions.allow(path, "global"):
                yield Offence(path, line_of(tree.code(path), at.start()), "global", f"{cols[0]}: no object here that is not const")


def check(tree):
    exceptions = Exceptions(tree)
    yield from exceptions.problems
    for path in tree.having(".c", ".h", under=HOT):
        for rule, (pattern, why) in RULES.items():
            yield from _scan(tree, path, rule, pattern, why, exceptions)
    for path in tree.having(".c", ".h"):
        for rule, (pattern, why, free) in EVERYWHERE.items():
            if not path.startswith(free):
                yield from _scan(tree, path, rule, pattern, why, exceptions)
    if tree.objects:
        yield from _objects(tree, exceptions)
        yield from exceptions.stale()
