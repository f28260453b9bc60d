#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/admin.h"
#include "sim/server.h"
#include "sim/signature.h"
#include "sim/tls_listen.h"

static int give_up(const char *why)
{
	fprintf(stderr, "saker-venue: %s\n", why);
	return 1;
}

static bool make_dir(const char *path, char *why, size_t why_n)
{
	if (!path || !mkdir(path, 0755) || errno == EEXIST)
		return true;
	snprintf(why, why_n, "cannot make the folder %s: %s", path, strerror(errno));
	return false;
}

static bool open_exchange(struct venue *v, const struct options *o)
{
	char journal[4096];
	if (o->state)
		snprintf(journal, sizeof journal, "%s/journal", o->state);
	struct exchange_options x = {
		.symbol = o->symbol,
		.recordings = o->recordings,
		.recordings_n = o->recordings_n,
		.seed = o->seed,
		.fees = o->fees,
		.base = o->base,
		.quote = o->quote,
		.journal_path = o->state ? journal : NULL,
	};
	return exchange_open(&v->exchange, &x) == ERR_OK;
}

static bool open_keys(struct venue *v, const struct options *o, char *why, size_t why_n)
{
	struct tls_options t = { .dir = o->dir,
				 .state_dir = o->state,
				 .hosts = o->hosts,
				 .hosts_n = o->hosts_n,
				 .ip = o->ip };
	if (o->public_key && !(v->account_key = signature_key(o->public_key, why, why_n)))
		return false;
	v->tls = tls_listen(&t, why, why_n);
	return v->tls != NULL;
}

/* Written beside, then moved over, so that nobody reads half of it. */
static bool write_ledger(const struct venue *v, char *why, size_t why_n)
{
	char path[2048], fresh[2064];
	struct buf text = { 0 };
	snprintf(path, sizeof path, "%s/ledger.json",
		 v->options->state ? v->options->state : v->options->dir);
	snprintf(fresh, sizeof fresh, "%s.new", path);
	admin_put_ledger(v, &text);
	FILE *f = fopen(fresh, "we");
	bool ok = f && fwrite(buf_p(&text), 1, buf_n(&text), f) == buf_n(&text);
	ok = f && fclose(f) == 0 && ok && rename(fresh, path) == 0;
	buf_free(&text);
	if (!ok)
		snprintf(why, why_n, "cannot write %s: %s", path, strerror(errno));
	return ok;
}

static int serve(struct venue *v, char *why, size_t why_n)
{
	char at[128];
	if (server_open(v, at, sizeof at, why, why_n) != ERR_OK)
		return give_up(why);
	printf("ready %s\n", at);
	fflush(stdout);
	server_run(v);
	if (v->failed)
		return give_up(v->exchange.error);
	bool ok = write_ledger(v, why, why_n);
	server_close(v);
	return ok ? 0 : give_up(why);
}

int main(int argc, char **argv)
{
	static struct venue v;
	struct options o;
	char why[4096];
	if (options_parse(&o, argc, argv, why, sizeof why) != ERR_OK) {
		fprintf(stderr, "saker-venue: %s\nsaker-venue --help lists the options.\n", why);
		return 2;
	}
	if (o.help) {
		options_help(stdout);
		return 0;
	}
	v.options = &o;
	limits_init(&v.limits);
	v.limits.orders_10s.limit = (u32)o.orders_10s;
	if (!make_dir(o.dir, why, sizeof why) || !make_dir(o.state, why, sizeof why) ||
	    !open_keys(&v, &o, why, sizeof why))
		return give_up(why);
	if (!open_exchange(&v, &o))
		return give_up(v.exchange.error);
	int status = serve(&v, why, sizeof why);
	exchange_close(&v.exchange);
	EVP_PKEY_free(v.account_key);
	SSL_CTX_free(v.tls);
	return status;
}
