#include "common/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/core_status.h"
#include "common/hist.h"
#include "common/order.h"
#include "common/order_row.h"
#include "common/strategy_row.h"
#include "common/tape.h"
#include "common/trace.h"

#define SHM_DIR "/dev/shm"
#define KILL_OFFSET ((sizeof(struct segment_header) + SEGMENT_PAGE - 1) / SEGMENT_PAGE * SEGMENT_PAGE)

/* Changes whenever a struct that crosses processes changes its size. */
static u32 layout_hash(void)
{
	static const size_t sizes[] = {
		sizeof(struct segment_header), sizeof(struct counter_text), sizeof(struct tape_event),
		sizeof(struct hist), sizeof(struct ring), sizeof(struct trace_rec),
		sizeof(struct core_status), sizeof(struct session_status), sizeof(struct order_event),
		sizeof(struct order_cell), sizeof(struct position_cell), sizeof(struct trade_cell),
		sizeof(struct strategy_cell), sizeof(struct strategy_values_cell), sizeof(struct strategy_param_row),
	};
	u32 h = 2166136261u;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		h = (h ^ (u32)sizes[i]) * 16777619u;
	return h;
}

/* Start time of a process in clock ticks; 0 where it does not run. */
static u64 process_start(u32 pid)
{
	char path[32], text[1024];
	snprintf(path, sizeof path, "/proc/%u/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	char *p = strrchr(text, ')'); /* the name may hold anything; field 3 follows it */
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

/* Generation in a file name `saker.<instance>.<generation>`; 0 where the name is another's. */
static u64 generation_of(const char *file, const char *instance)
{
	char prefix[INSTANCE_MAX + 16];
	size_t n = (size_t)snprintf(prefix, sizeof prefix, "saker.%s.", instance);
	return strncmp(file, prefix, n) ? 0 : strtoull(file + n, NULL, 10);
}

/* The largest generation of the instance below `below`; 0 where there is none. */
static u64 generation_below(const char *instance, u64 below)
{
	u64 best = 0;
	DIR *d = opendir(SHM_DIR);
	for (struct dirent *e; d && (e = readdir(d));) {
		u64 g = generation_of(e->d_name, instance);
		best = g < below ? u64_max(best, g) : best;
	}
	if (d)
		closedir(d);
	return best;
}

static void path_of(char *out, size_t n, const char *instance, u64 generation)
{
	snprintf(out, n, SHM_DIR "/saker.%s.%llu", instance, (unsigned long long)generation);
}

static err_t map_file(struct segment *s, int fd, int prot)
{
	struct stat st;
	if (fstat(fd, &st) || (size_t)st.st_size < KILL_OFFSET + SEGMENT_PAGE)
		return ERR_TRUNCATED;
	s->size = (size_t)st.st_size;
	s->base = mmap(NULL, s->size, prot, MAP_SHARED, fd, 0);
	if (s->base == MAP_FAILED) {
		s->base = NULL;
		return ERR_IO;
	}
	s->h = (struct segment_header *)s->base;
	s->kill = (struct segment_kill_page *)(s->base + KILL_OFFSET);
	return ERR_OK;
}

/*
 * Its owner holds a lock on the file as long as it lives, whatever build it is of and whichever
 * namespace its pid is counted in.
 */
static bool is_held(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/* ERR_EXISTS where a process of this instance runs. */
static err_t check_alone(const char *instance)
{
	char path[96];
	for (u64 g = UINT64_MAX; (g = generation_below(instance, g));) {
		path_of(path, sizeof path, instance, g);
		if (is_held(path))
			return ERR_EXISTS;
	}
	return ERR_OK;
}

static void remove_older(const char *instance, u64 generation)
{
	char path[96];
	while ((generation = generation_below(instance, generation))) {
		path_of(path, sizeof path, instance, generation);
		unlink(path);
	}
}

static void read_boot_id(char *out, size_t n)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, out, n - 1);
	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = 0;
	out[strcspn(out, "\n")] = 0;
}

static void fill_header(struct segment *s, const char *instance, u64 generation)
{
	struct segment_header *h = s->h;
	h->abi = SEGMENT_ABI;
	h->layout = layout_hash();
	h->generation = generation;
	h->pid = (u32)getpid();
	h->start_time = process_start(h->pid);
	h->start_wall_ns = clock_wall_ns();
	snprintf(h->instance, sizeof h->instance, "%s", instance);
	read_boot_id(h->boot_id, sizeof h->boot_id);
}

static int allocate(int fd, size_t size)
{
	int e;
	while ((e = posix_fallocate(fd, 0, (off_t)size)) == EINTR) /* DPDK raises real-time signals */
		;
	return e;
}

/*
 * The file gets its name only when the header is filled and the lock is held: nobody ever sees half
 * a segment, and of two that start at the same time one finds the name taken.
 */
static err_t give_name(const struct segment *s)
{
	char self[32];
	snprintf(self, sizeof self, "/proc/self/fd/%d", s->lock_fd);
	if (!linkat(AT_FDCWD, self, AT_FDCWD, s->path, AT_SYMLINK_FOLLOW))
		return ERR_OK;
	return errno == EEXIST ? ERR_EXISTS : ERR_IO;
}

static bool is_instance_name(const char *s)
{
	return *s && strlen(s) < INSTANCE_MAX && !strpbrk(s, "/.");
}

err_t segment_create_private(struct segment *s, size_t size)
{
	*s = (struct segment){ .writer = true, .lock_fd = -1, .size = size };
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return ERR_NO_MEMORY;
	s->base = p;
	s->h = p;
	s->kill = (struct segment_kill_page *)(s->base + KILL_OFFSET);
	s->used = KILL_OFFSET + SEGMENT_PAGE;
	return ERR_OK;
}

err_t segment_create(struct segment *s, const char *instance, size_t size)
{
	*s = (struct segment){ .writer = true, .lock_fd = -1 };
	if (!is_instance_name(instance))
		return ERR_ARGUMENT;
	u64 generation = generation_below(instance, UINT64_MAX) + 1;
	err_t e = check_alone(instance);
	if (e != ERR_OK)
		return e;
	path_of(s->path, sizeof s->path, instance, generation);
	s->lock_fd = open(SHM_DIR, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (s->lock_fd < 0 || flock(s->lock_fd, LOCK_EX | LOCK_NB))
		e = ERR_IO;
	else
		e = allocate(s->lock_fd, size) ? ERR_NO_MEMORY : map_file(s, s->lock_fd, PROT_READ | PROT_WRITE);
	if (e == ERR_OK) {
		s->used = KILL_OFFSET + SEGMENT_PAGE;
		fill_header(s, instance, generation);
		e = give_name(s);
	}
	if (e != ERR_OK) {
		segment_close(s);
		return e;
	}
	remove_older(instance, generation);
	return ERR_OK;
}

err_t segment_share(const struct segment *s, u32 gid)
{
	assert(s->writer && s->lock_fd >= 0);
	return fchown(s->lock_fd, (uid_t)-1, gid) || fchmod(s->lock_fd, 0640) ? ERR_IO : ERR_OK;
}

void *segment_add(struct segment *s, const char *name, u32 kind, u32 count, size_t size)
{
	struct segment_header *h = s->h;
	size_t at = (s->used + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	if (h->n_regions == SEGMENT_REGIONS || at > s->size || size > s->size - at)
		return NULL;
	if (strlen(name) >= sizeof h->region[0].name)
		return NULL;
	struct region *r = &h->region[h->n_regions++];
	*r = (struct region){ .kind = kind, .count = count, .offset = at, .size = size };
	snprintf(r->name, sizeof r->name, "%s", name);
	s->used = at + size;
	return memset(s->base + at, 0, size);
}

u64 *segment_add_counters(struct segment *s, const char *name, const struct counter_def *defs, u32 n)
{
	u64 *words = segment_add(s, name, REGION_COUNTERS, n, n * (sizeof(u64) + sizeof(struct counter_text)));
	struct counter_text *text = words ? (struct counter_text *)(words + n) : NULL;
	for (u32 i = 0; text && i < n; i++) {
		snprintf(text[i].name, sizeof text[i].name, "%s", defs[i].name);
		snprintf(text[i].help, sizeof text[i].help, "%s", defs[i].help);
	}
	return words;
}

void segment_ready(struct segment *s) { __atomic_store_n(&s->h->magic, SEGMENT_MAGIC, __ATOMIC_RELEASE); }

void segment_close(struct segment *s)
{
	if (s->base && s->writer)
		__atomic_store_n(&s->h->closed, 1, __ATOMIC_RELEASE);
	if (s->base)
		munmap(s->base, s->size);
	if (s->writer && s->lock_fd >= 0)
		close(s->lock_fd);
	s->base = NULL;
	s->lock_fd = -1;
}

void segment_unlink(struct segment *s) { unlink(s->path); }

/* Maps the newest segment of the instance, read-only. */
static err_t map_newest(struct segment *s, const char *instance)
{
	*s = (struct segment){ .lock_fd = -1 };
	u64 generation = generation_below(instance, UINT64_MAX);
	if (!generation)
		return ERR_NOT_FOUND;
	path_of(s->path, sizeof s->path, instance, generation);
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	err_t e = map_file(s, fd, PROT_READ);
	close(fd);
	return e;
}

static bool regions_fit(const struct segment *s)
{
	if (s->h->n_regions > SEGMENT_REGIONS)
		return false;
	for (u32 i = 0; i < s->h->n_regions; i++) {
		const struct region *r = &s->h->region[i];
		if (r->offset > s->size || r->size > s->size - r->offset || !memchr(r->name, 0, sizeof r->name))
			return false;
	}
	return true;
}

err_t segment_open(struct segment *s, const char *instance)
{
	err_t e = map_newest(s, instance);
	if (e != ERR_OK)
		return e;
	if (s->h->abi != SEGMENT_ABI || s->h->layout != layout_hash())
		e = ERR_UNSUPPORTED;
	else if (__atomic_load_n(&s->h->magic, __ATOMIC_ACQUIRE) != SEGMENT_MAGIC) /* pairs with segment_ready */
		e = ERR_AGAIN;
	else if (!regions_fit(s))
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		segment_close(s);
	return e;
}

bool segment_alive(const struct segment *s)
{
	return !__atomic_load_n(&s->h->closed, __ATOMIC_ACQUIRE) && is_held(s->path);
}

const struct region *segment_find(const struct segment *s, const char *name)
{
	for (u32 i = 0; i < s->h->n_regions; i++)
		if (!strcmp(s->h->region[i].name, name))
			return &s->h->region[i];
	return NULL;
}

static void raise_kill(struct segment_kill_page *k, u32 level)
{
	u32 was = __atomic_load_n(&k->kill, __ATOMIC_RELAXED);
	while (was < level && !__atomic_compare_exchange_n(&k->kill, &was, level, false,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	if (was >= level)
		return;
	__atomic_store_n(&k->by_pid, (u32)getpid(), __ATOMIC_RELAXED);
	__atomic_store_n(&k->at_wall_ns, clock_wall_ns(), __ATOMIC_RELAXED);
}

/* The kill page stands where the ABI has it, whatever else the two builds disagree about. */
err_t segment_kill(const char *instance, enum kill_level level)
{
	struct segment s;
	err_t e = map_newest(&s, instance);
	if (e != ERR_OK)
		return e;
	bool known = s.h->abi == SEGMENT_ABI, alive = segment_alive(&s);
	int fd = known ? open(s.path, O_RDWR | O_CLOEXEC) : -1;
	segment_close(&s);
	if (fd < 0)
		return known ? ERR_IO : ERR_UNSUPPORTED;
	void *k = mmap(NULL, SEGMENT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)KILL_OFFSET);
	close(fd);
	if (k == MAP_FAILED)
		return ERR_IO;
	raise_kill(k, level);
	munmap(k, SEGMENT_PAGE);
	return alive ? ERR_OK : ERR_CLOSED;
}
