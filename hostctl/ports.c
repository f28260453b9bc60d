/* ports.c - each core's port: its device, and what of the device is used. */
#include <string.h>

#include "dataplane/nic/nic_info.h"
#include "hostctl/verb.h"

static const struct column port_columns[] = {
	{ "port", "PORT", SHOW_TEXT },		{ "device", "DEVICE", SHOW_TEXT },
	{ "driver", "DRIVER", SHOW_TEXT },	{ "firmware", "FIRMWARE", SHOW_TEXT },
	{ "mac", "MAC", SHOW_TEXT },		{ "mtu", "MTU", SHOW_COUNT },
	{ "node", "NODE", SHOW_COUNT },		{ "link_mbps", "LINK MBIT/S", SHOW_COUNT },
	{ "in_use", "IN USE", SHOW_TEXT },
};

static const struct column cap_columns[] = {
	{ "port", "PORT", SHOW_TEXT },	 { "capability", "CAPABILITY", SHOW_TEXT },
	{ "asked", "ASKED", SHOW_FLAG }, { "used", "USED", SHOW_FLAG },
	{ "offered", "OFFERED", SHOW_TEXT }, { "why", "WHY", SHOW_TEXT },
};

static const struct column clock_columns[] = {
	{ "port", "PORT", SHOW_TEXT },
	{ "clock", "CLOCK", SHOW_TEXT },
	{ "device", "DEVICE SAYS", SHOW_COUNT },
	{ "tsc", "TSC", SHOW_COUNT },
	{ "wall_ns", "REAL TIME NS", SHOW_COUNT },
};

/* What somebody else's memory holds as text, closed whatever stands there. */
#define TEXT_OF(field) text_of(text, sizeof(field), field)

static const char *text_of(char text[129], size_t n, const char *field)
{
	snprintf(text, 129, "%.*s", (int)(n < 128 ? n : 128), field);
	return *text ? text : NULL;
}

static const struct nic_port_info *rows(const struct view *v, u32 *n)
{
	return view_rows(v, "ports", sizeof(struct nic_port_info), n);
}

static void in_use(const struct nic_port_info *p, char *out, size_t n)
{
	size_t at = 0;
	*out = 0;
	for (u32 c = 0; c < NIC_CAP_OPTIONAL && at < n; c++)
		if (p->cap[c].used)
			at += (size_t)snprintf(out + at, n - at, "%s%.*s", at ? ", " : "",
					       (int)sizeof p->cap[c].name, p->cap[c].name);
}

void add_ports(struct report *r, const struct view *v)
{
	struct table *t = report_table(r, "ports", port_columns, ARRAY_LEN(port_columns));
	u32 n;
	const struct nic_port_info *p = rows(v, &n);
	for (u32 i = 0; i < n; i++, p++) {
		char text[129], used[NIC_CAP_OPTIONAL * 20];
		u32 mbps = __atomic_load_n(&p->link_mbps, __ATOMIC_RELAXED);
		in_use(p, used, sizeof used);
		table_text(t, TEXT_OF(p->port));
		table_text(t, TEXT_OF(p->device));
		table_text(t, TEXT_OF(p->driver));
		table_text(t, TEXT_OF(p->firmware));
		snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", p->mac[0], p->mac[1], p->mac[2],
			 p->mac[3], p->mac[4], p->mac[5]);
		table_text(t, text);
		table_number(t, p->mtu);
		if (p->node >= 0)
			table_number(t, p->node);
		else
			table_none(t);
		if (mbps)
			table_number(t, mbps);
		else
			table_none(t);
		table_text(t, *used ? used : NULL);
	}
}

static void add_capabilities_of(struct table *t, const struct nic_port_info *p)
{
	char text[129];
	for (u32 c = 0; c < NIC_CAPS; c++) {
		const struct nic_cap_row *row = &p->cap[c];
		table_text(t, TEXT_OF(p->port));
		table_text(t, TEXT_OF(row->name));
		table_flag(t, row->asked);
		table_flag(t, row->used);
		table_text(t, TEXT_OF(row->offered));
		table_text(t, TEXT_OF(row->why));
	}
}

void add_capabilities(struct report *r, const struct view *v)
{
	struct table *t = report_table(r, "capabilities", cap_columns, ARRAY_LEN(cap_columns));
	struct table *clocks = report_table(r, "device_clocks", clock_columns, ARRAY_LEN(clock_columns));
	u32 n;
	const struct nic_port_info *p = rows(v, &n);
	for (u32 i = 0; i < n; i++, p++) {
		char text[129];
		add_capabilities_of(t, p);
		if (!counter_get(&p->clock_device))
			continue;
		table_text(clocks, TEXT_OF(p->port));
		table_text(clocks, TEXT_OF(p->device));
		table_number(clocks, (i64)counter_get(&p->clock_device));
		table_number(clocks, (i64)counter_get(&p->clock_tsc));
		table_number(clocks, (i64)counter_get(&p->clock_wall_ns));
	}
}
