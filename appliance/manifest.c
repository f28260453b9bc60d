#include "appliance/manifest.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_MAX_HERE (CONFIG_TEXT + 32)

static json_t *findings(const struct fitness *f, enum severity which)
{
	json_t *list = json_array();
	for (u32 i = 0; i < f->n_bad; i++) {
		const struct fitness_row *r = &f->bad[i];
		if (r->finding.severity == which)
			json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "check", r->check->id, "found",
							      r->finding.found, "wanted", r->finding.wanted,
							      "remedy", r->check->remedy));
	}
	return list;
}

static json_t *doctor(const struct manifest *m)
{
	const struct fitness *f = m->fitness;
	return json_pack("{s:s,s:I,s:I,s:i,s:i,s:i,s:i,s:o,s:o,s:s*}", "profile", profile_names[f->profile],
			 "at_wall_ns", (json_int_t)f->at_wall_ns, "took_ns", (json_int_t)f->took_ns, "checks",
			 (int)f->total, "green", (int)f->n[SEVERITY_GREEN], "notes", (int)f->n[SEVERITY_NOTE],
			 "unknown", (int)f->n[SEVERITY_UNKNOWN], "red", findings(f, SEVERITY_RED), "yellow",
			 findings(f, SEVERITY_YELLOW), "override", m->override && *m->override ? m->override : NULL);
}

static json_t *port(const struct nic_port_info *p)
{
	json_t *caps = json_object();
	for (u32 c = 0; c < NIC_CAPS; c++)
		json_object_set_new(caps, p->cap[c].name,
				    json_pack("{s:s,s:b,s:b,s:s}", "offered", p->cap[c].offered, "asked",
					      p->cap[c].asked, "used", p->cap[c].used, "why", p->cap[c].why));
	return json_pack("{s:s,s:s,s:s,s:s,s:i,s:o}", "port", p->port, "device", p->device, "driver", p->driver,
			 "firmware", p->firmware, "mtu", p->mtu, "capabilities", caps);
}

static json_t *all(const struct manifest *m)
{
	const struct config *c = m->cfg;
	char start[32] = "";
	time_t s = (time_t)(m->start_wall_ns / NS_PER_S);
	struct tm tm;
	json_t *ports = json_array();
	for (u32 i = 0; i < m->n_ports; i++)
		json_array_append_new(ports, port(&m->port[i]));
	strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&s, &tm));
	return json_pack("{s:s,s:i,s:s,s:s,s:I,s:s,s:s,s:s,s:{s:s,s:i,s:s},s:o,s:o}", "instance", c->instance, "boot",
			 (int)m->boot, "build", m->build, "start", start, "start_wall_ns",
			 (json_int_t)m->start_wall_ns, "mode", c->mode == MODE_LIVE ? "live" : "observe", "layout",
			 c->layout == LAYOUT_SPLIT ? "split" : "fused", "deployment", profile_names[c->deployment],
			 "configuration", "file", c->file, "epoch", (int)m->epoch, "sha256", m->config_sha256, "doctor", doctor(m), "ports",
			 ports);
}

/* As a whole or not at all: under another name first. */
static bool put(const json_t *what, const char *path, const char *temporary)
{
	FILE *f = fopen(temporary, "we");
	if (!f)
		return false;
	bool ok = json_dumpf(what, f, JSON_INDENT(2)) == 0 && fputc('\n', f) != EOF && fflush(f) == 0 &&
		  fsync(fileno(f)) == 0;
	ok = fclose(f) == 0 && ok;
	return ok && rename(temporary, path) == 0;
}

static bool link_newest(const char *dir, const char *name, const char *temporary)
{
	char path[PATH_MAX_HERE];
	snprintf(path, sizeof path, "%s/run.json", dir);
	unlink(temporary);
	return symlink(name, temporary) == 0 && rename(temporary, path) == 0;
}

err_t manifest_write(const struct manifest *m, char *error, size_t n)
{
	char name[24], path[PATH_MAX_HERE], temporary[PATH_MAX_HERE];
	const char *dir = m->cfg->state_dir;
	snprintf(name, sizeof name, "run.%08x.json", m->boot);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	snprintf(temporary, sizeof temporary, "%s/.run.new", dir);
	json_t *what = all(m);
	errno = 0;
	bool ok = what && put(what, path, temporary) && link_newest(dir, name, temporary);
	json_decref(what);
	if (ok)
		return ERR_OK;
	snprintf(error, n, "%s: %s", path, errno ? strerror(errno) : "not to be said as JSON");
	return ERR_IO;
}
