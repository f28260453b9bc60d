#include "appliance/config_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "appliance/config_option.h"
#include "common/cpus.h"
#include "common/decimal.h"

#define MONEY_DECIMALS 8

static u32 line_of(const struct config *c, const char *path)
{
	const struct option *o = option_find(path);
	assert(o && "checks name options of the table");
	return c->line[o - config_options];
}

bool check_given(const struct config *c, const char *path) { return line_of(c, path) != 0; }

err_t check_failed(const struct config *c, const char *path, char *error, const char *format, ...)
{
	va_list ap;
	u32 line = line_of(c, path);
	int n = snprintf(error, CONFIG_ERROR, "%s:%u: %s: ", c->file, line ? line : 1, path);
	va_start(ap, format);
	if (n >= 0 && n < CONFIG_ERROR)
		vsnprintf(error + n, (size_t)(CONFIG_ERROR - n), format, ap);
	va_end(ap);
	return ERR_ARGUMENT;
}

/* ---- processors ---- */

static err_t check_present(const struct config *c, const char *path, u32 cpu,
			   const cpu_set_t *online, char *error)
{
	if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, online))
		return ERR_OK;
	return check_failed(c, path, error,
			    "CPU %u is not on this machine, which has %d; choose one that "
			    "/sys/devices/system/cpu/online lists",
			    cpu, CPU_COUNT(online));
}

/* A hot core with a processor of its own, or the remedy that fits the machine. */
static err_t check_alone(const struct config *c, const char *path, u32 cpu, const cpu_set_t *shared,
			 char *error)
{
	if (!CPU_ISSET(cpu, shared))
		return ERR_OK;
	return check_failed(c, path, error,
			    "CPU %u is in cpus.shared, too (%s); a hot core needs one of its own: "
			    "take it out of cpus.shared",
			    cpu, c->shared_cpus);
}

static err_t check_shared(const struct config *c, const cpu_set_t *online, const cpu_set_t *shared,
			  char *error)
{
	for (u32 i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, shared) && !CPU_ISSET(i, online))
			return check_present(c, "cpus.shared", i, online, error);
	return ERR_OK;
}

static err_t check_split(const struct config *c, const cpu_set_t *online, const cpu_set_t *shared,
			 char *error)
{
	err_t e;
	if (CPU_COUNT(online) < 2)
		return check_failed(c, "layout", error,
				    "split needs two CPUs for its hot cores and a third for all "
				    "else, this machine has one; "
				    "use `layout: fused`");
	if (!check_given(c, "cpus.md"))
		return check_failed(c, "cpus.md", error,
				    "is missing; layout split needs a CPU for each core: give "
				    "cpus.md and cpus.trade");
	if (c->md_cpu == c->trade_cpu)
		return check_failed(
			c, "cpus.md", error,
			"CPU %u is cpus.trade, too; give each core its own, or use `layout: fused`",
			c->md_cpu);
	e = check_present(c, "cpus.md", c->md_cpu, online, error);
	if (e == ERR_OK &&
	    CPU_COUNT(online) >
		    2) /* with two, everything else must share: it works, and shows no latency */
		e = check_alone(c, "cpus.md", c->md_cpu, shared, error);
	return e;
}

err_t check_cpus(const struct config *c, const cpu_set_t *online, char *error)
{
	cpu_set_t shared;
	int hot = c->layout == LAYOUT_SPLIT ? 2 : 1;
	err_t e = cpus_parse(c->shared_cpus, &shared);
	if (e != ERR_OK)
		return check_failed(c, "cpus.shared", error,
				    "found %s, expected CPU numbers such as 0 or 0,2-3",
				    c->shared_cpus);
	if (c->layout == LAYOUT_SPLIT && (e = check_split(c, online, &shared, error)) != ERR_OK)
		return e;
	if ((e = check_present(c, "cpus.trade", c->trade_cpu, online, error)) != ERR_OK)
		return e;
	if (CPU_COUNT(online) > hot &&
	    (e = check_alone(c, "cpus.trade", c->trade_cpu, &shared, error)) != ERR_OK)
		return e;
	return check_shared(c, online, &shared, error);
}

/* ---- numbers that bound each other ---- */

/* Amounts of money, both given: is a > b? */
static bool is_above(const char *a, const char *b)
{
	i64 x, y;
	return *a && *b && dec_parse(a, strlen(a), MONEY_DECIMALS, &x) == ERR_OK &&
	       dec_parse(b, strlen(b), MONEY_DECIMALS, &y) == ERR_OK && x > y;
}

static err_t check_numbers(const struct config *c, char *error)
{
	const struct config_risk *r = &c->risk;
	if (c->retry_min_ms > c->retry_max_ms)
		return check_failed(c, "session.retry_min_ms", error,
				    "found %u, expected at most session.retry_max_ms, which is %u",
				    c->retry_min_ms, c->retry_max_ms);
	if (is_above(r->min_notional, r->max_notional))
		return check_failed(c, "risk.min_notional", error,
				    "found %s, expected at most risk.max_notional, which is %s: no "
				    "order could pass",
				    r->min_notional, r->max_notional);
	if (is_above(r->max_notional, r->max_open_notional))
		return check_failed(
			c, "risk.max_notional", error,
			"found %s, expected at most risk.max_open_notional, which is %s",
			r->max_notional, r->max_open_notional);
	return ERR_OK;
}

static err_t check_mode(const struct config *c, char *error)
{
	if (c->arm_at_start && c->mode == MODE_OBSERVE)
		return check_failed(c, "safety.arm_at_start", error,
				    "found true in mode observe, which never sends; remove it, or "
				    "set `mode: live`");
	if (c->mode == MODE_LIVE && !*c->api_key_file)
		return check_failed(c, "venue.api_key_file", error,
				    "is missing; mode live needs the account's keys: name the "
				    "file, or set `mode: observe`");
	if (c->mode == MODE_LIVE && !*c->private_key_file)
		return check_failed(c, "venue.private_key_file", error,
				    "is missing; mode live needs the account's keys: name the "
				    "file, or set `mode: observe`");
	return ERR_OK;
}

err_t config_check(const struct config *c, char *error)
{
	cpu_set_t online;
	struct access access;
	err_t e;
	cpus_online(&online);
	if ((e = check_cpus(c, &online, error)) != ERR_OK ||
	    (e = check_ports(c, error)) != ERR_OK || (e = check_mode(c, error)) != ERR_OK)
		return e;
	if ((e = check_numbers(c, error)) != ERR_OK || (e = check_strategies(c, error)) != ERR_OK)
		return e;
	if ((e = check_capture(c, error)) != ERR_OK || (e = check_access(c, &access, error)) != ERR_OK)
		return e;
	return check_files(c, error);
}
