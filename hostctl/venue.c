/* venue.c - the venue as the appliance sees it: where it is, how far its clock is off, what it has refused. */
#include <string.h>

#include "hostctl/verb.h"

static const struct column endpoint_columns[] = {
	{ "endpoint", "ENDPOINT", SHOW_TEXT },
	{ "host", "HOST", SHOW_TEXT },
	{ "address", "ADDRESS", SHOW_TEXT },
};

static const struct column venue_columns[] = {
	{ "venue_ms", "venue time, ms", SHOW_COUNT },
	{ "clock_offset_us", "clock offset, us", SHOW_COUNT },
	{ "clock_error_us", "its error, us", SHOW_COUNT },
	{ "clock_alarms", "clock alarms", SHOW_COUNT },
	{ "snapshots", "snapshots fetched", SHOW_COUNT },
	{ "http_errors", "REST errors", SHOW_COUNT },
	{ "orders_sent", "orders sent", SHOW_COUNT },
	{ "rejected", "orders rejected", SHOW_COUNT },
	{ "cancel_rejected", "cancels refused", SHOW_COUNT },
	{ "rate_refused", "held back by our budget", SHOW_COUNT },
	{ "rate_stops", "told to stop", SHOW_COUNT },
	{ "logons_refused", "logons refused", SHOW_COUNT },
};

static void add_endpoint(struct table *t, const struct view *v, const char *name)
{
	char host[CONFIG_TEXT], address[CONFIG_TEXT], key[48];
	snprintf(key, sizeof key, "%s.address", name);
	if (!view_config(v, name, host, sizeof host))
		return;
	bool given = view_config(v, key, address, sizeof address) && strcmp(address, "-") != 0;
	table_text(t, name);
	table_text(t, host);
	table_text(t, given ? address : NULL);
}

static void cell_counter(struct table *t, const struct view *v, const char *region, const char *counter)
{
	u64 value;
	if (view_counter(v, region, counter, &value))
		table_number(t, (i64)value);
	else
		table_none(t);
}

enum exit_code verb_venue(const struct request *q, const struct view *v, struct report *r)
{
	static const char *const endpoints[] = { "stream", "api", "rest" };
	static const char *const app[] = { "clock_offset_us", "clock_error_us", "clock_alarms", "snapshots",
					   "http_errors" };
	static const char *const gateway[] = { "orders_sent", "rejected", "cancel_rejected", "rate_refused",
					       "rate_stops" };
	struct trade_row row;
	(void)q;
	struct table *t = report_table(r, "endpoints", endpoint_columns, ARRAY_LEN(endpoint_columns));
	for (u32 i = 0; i < ARRAY_LEN(endpoints); i++)
		add_endpoint(t, v, endpoints[i]);
	t = report_record(r, "venue", venue_columns, ARRAY_LEN(venue_columns));
	if (view_trade(v, &row) && row.venue_ms)
		table_number(t, (i64)row.venue_ms);
	else
		table_none(t);
	for (u32 i = 0; i < ARRAY_LEN(app); i++)
		cell_counter(t, v, "app", app[i]);
	for (u32 i = 0; i < ARRAY_LEN(gateway); i++)
		cell_counter(t, v, "trade.gateway", gateway[i]);
	cell_counter(t, v, "trade.core", "logons_refused");
	return EXIT_DONE;
}
