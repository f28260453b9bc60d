#include "appliance/mkcap.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRIPT "demo.sh"

static int help(FILE *to, int code)
{
	fputs("usage: saker mkcap [options] FILE\n"
	      "  Plays market data through the simulated venue and real TLS sessions, trades on it, and writes\n"
	      "  what both cores received and sent to FILE, session secrets included: saker replay runs it\n"
	      "  again, Wireshark shows it in clear. Needs what `make demo` needs (tuning/packages/run.txt).\n"
	      "  --recording FILE   market data, gzip (see saker-venue --help); without: a generated market\n"
	      "  --seconds N        how long it trades (10)\n"
	      "  --layout L         fused or split; by default by the number of CPUs\n",
	      to);
	return code;
}

static bool is_number(const char *s) { return *s && strlen(s) < 6 && strspn(s, "0123456789") == strlen(s) && atoi(s) > 0; }

/* Beside the installed programs, or in the tree they were built in. */
static bool find_script(const char *bin, char *out)
{
	static const char *const places[] = { "/../libexec/saker/" SCRIPT, "/../../../appliance/" SCRIPT };
	const char *told = getenv("SAKER_LIBEXEC");
	if (told && snprintf(out, PATH_MAX, "%s/" SCRIPT, told) < PATH_MAX && access(out, R_OK) == 0)
		return true;
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		if (snprintf(out, PATH_MAX, "%s%s", bin, places[i]) < PATH_MAX && access(out, R_OK) == 0)
			return true;
	return false;
}

/* Where this program lies; the others are beside it. */
static bool find_bin(char *out)
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = 0;
	char *slash = strrchr(out, '/');
	if (slash)
		*slash = 0;
	return slash;
}

/* Made here, so that a folder that cannot be written is told before the market plays. */
static bool make_file(const char *path, char *full)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0 && realpath(path, full);
}

static int become(const char *path, const char *seconds)
{
	char bin[PATH_MAX], script[PATH_MAX], full[PATH_MAX];
	if (!find_bin(bin) || !find_script(bin, script)) {
		fprintf(stderr, "saker: mkcap: " SCRIPT " is neither in ../libexec/saker nor in the source tree: set "
				"SAKER_LIBEXEC to its folder\n");
		return 3;
	}
	if (!make_file(path, full)) {
		fprintf(stderr, "saker: %s: %s\n", path, strerror(errno));
		return 3;
	}
	setenv("SAKER_BIN", bin, 1);
	setenv("DEMO_SECONDS", seconds, 1);
	setenv("CAPTURE", "true", 1);
	setenv("SECRETS", "all", 1);
	setenv("FILE_MB", "65536", 1);
	setenv("CAPTURE_TO", full, 1);
	execlp("bash", "bash", script, (char *)NULL);
	fprintf(stderr, "saker: bash: %s\n", strerror(errno));
	return 3;
}

int mkcap_main(int argc, char **argv)
{
	static const struct option options[] = { { "recording", required_argument, NULL, 'r' },
						 { "seconds", required_argument, NULL, 's' },
						 { "layout", required_argument, NULL, 'l' },
						 { "help", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	const char *seconds = "10";
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		switch (c) {
		case 'r': setenv("RECORDING", optarg, 1); break;
		case 'l': setenv("LAYOUT", optarg, 1); break;
		case 's': seconds = optarg; break;
		case 'h': return help(stdout, 0);
		default: return help(stderr, 2);
		}
	const char *layout = getenv("LAYOUT");
	bool sound = is_number(seconds) && (!layout || !strcmp(layout, "fused") || !strcmp(layout, "split"));
	if (optind != argc - 1 || !sound)
		return help(stderr, 2);
	return become(argv[optind], seconds);
}
