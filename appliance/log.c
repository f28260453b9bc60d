#include "appliance/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"

#define KINDS 64
#define PATH_ROOM 300

struct kind {
	const char *format; /* NULL: free */
	u64 since_ns;       /* of its present second */
	u32 n, suppressed;
};

static struct {
	pthread_mutex_t lock;
	FILE *file;
	u64 bytes; /* in it */
	int journal; /* -1: none */
	u64 not_taken; /* by the journal */
	bool json;
	u64 file_bytes;
	u32 keep;
	char path[PATH_ROOM], instance[64];
	struct kind kind[KINDS];
} sink = { .lock = PTHREAD_MUTEX_INITIALIZER, .journal = -1 };

/* ---- where lines go ---- */

static bool open_file(void)
{
	sink.file = fopen(sink.path, "ae");
	if (!sink.file)
		return false;
	setvbuf(sink.file, NULL, _IOLBF, 0);
	struct stat st;
	sink.bytes = fstat(fileno(sink.file), &st) ? 0 : (u64)st.st_size;
	return true;
}

static bool open_journal(const char *socket_path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	if (strlen(socket_path) >= sizeof at.sun_path)
		return false;
	memcpy(at.sun_path, socket_path, strlen(socket_path) + 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof at)) {
		sink.journal = fd;
		return true;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

static void close_all(void)
{
	if (sink.file)
		fclose(sink.file);
	if (sink.journal >= 0)
		close(sink.journal);
	sink.file = NULL;
	sink.journal = -1;
	memset(sink.kind, 0, sizeof sink.kind);
	sink.not_taken = 0;
}

bool log_open_cfg(const struct log_cfg *c)
{
	pthread_mutex_lock(&sink.lock);
	close_all();
	sink.json = c->json;
	sink.file_bytes = c->file_bytes;
	sink.keep = c->keep;
	snprintf(sink.path, sizeof sink.path, "%s", c->path);
	snprintf(sink.instance, sizeof sink.instance, "%s", c->instance);
	bool ok = c->journal ? open_journal(c->journal) : !*c->path || open_file();
	pthread_mutex_unlock(&sink.lock);
	return ok;
}

bool log_open(const char *path)
{
	return log_open_cfg(&(struct log_cfg){ .path = path, .instance = "" });
}

/* <path> becomes .1, .1 becomes .2; the last one goes. A file that cannot be moved is written on. */
static void rotate(void)
{
	char from[PATH_ROOM + 16], to[PATH_ROOM + 16];
	for (u32 i = sink.keep > 1 ? sink.keep - 1 : 1; i; i--) {
		snprintf(to, sizeof to, "%s.%u", sink.path, i);
		if (i == 1)
			snprintf(from, sizeof from, "%s", sink.path);
		else
			snprintf(from, sizeof from, "%s.%u", sink.path, i - 1);
		if (rename(from, to))
			continue; /* there are not so many yet */
	}
	fclose(sink.file);
	open_file();
}

static void emit(const struct log_record *r)
{
	char out[LOG_ROOM];
	if (sink.journal >= 0) {
		size_t n = log_record_journal(r, sink.instance, out);
		if (send(sink.journal, out, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			sink.not_taken++;
		return;
	}
	size_t n = sink.json ? log_record_json(r, out) : log_record_text(r, out);
	if (sink.file && sink.file_bytes && sink.bytes && sink.bytes + n > sink.file_bytes)
		rotate();
	fwrite(out, 1, n, sink.file ? sink.file : stderr);
	sink.bytes += n;
}

/* ---- how many of a kind ---- */

static struct kind *kind_of(const char *format)
{
	struct kind *oldest = &sink.kind[0];
	for (u32 i = 0; i < KINDS; i++) {
		struct kind *k = &sink.kind[i];
		if (k->format == format)
			return k;
		if (k->since_ns < oldest->since_ns)
			oldest = k;
	}
	*oldest = (struct kind){ .format = format };
	return oldest;
}

static void say_count(const struct log_record *like, u64 n, const char *what)
{
	struct log_record r = { .at_wall_ns = like->at_wall_ns,
				.level = LOG_WARNING_LEVEL,
				.area = like->area,
				.event = "suppressed" };
	snprintf(r.message, sizeof r.message, "suppressed %llu %s", (unsigned long long)n, what);
	emit(&r);
}

/* May one more of it leave? Says how many did not, before. */
static bool passes(struct kind *k, const struct log_record *r)
{
	if (r->at_wall_ns - k->since_ns >= NS_PER_S) {
		k->since_ns = r->at_wall_ns;
		k->n = 0;
		if (k->suppressed)
			say_count(r, k->suppressed, "lines like the next");
		k->suppressed = 0;
	}
	if (k->n == LOG_BURST) {
		k->suppressed++;
		return false;
	}
	k->n++;
	return true;
}

static void take(struct log_record *r, const char *format)
{
	r->at_wall_ns = clock_wall_ns();
	pthread_mutex_lock(&sink.lock);
	if (passes(kind_of(format), r)) {
		u64 lost = sink.not_taken;
		sink.not_taken = 0;
		if (lost)
			say_count(r, lost, "lines that the journal did not take");
		emit(r);
	}
	pthread_mutex_unlock(&sink.lock);
}

void log_line(const char *area, const char *format, ...)
{
	struct log_record r = { .level = LOG_INFO_LEVEL, .area = area, .event = "" };
	va_list args;
	va_start(args, format);
	vsnprintf(r.message, sizeof r.message, format, args);
	va_end(args);
	take(&r, format);
}

void log_event(const struct log_record *what, const char *format, ...)
{
	struct log_record r = *what;
	va_list args;
	va_start(args, format);
	vsnprintf(r.message, sizeof r.message, format, args);
	va_end(args);
	take(&r, format);
}
