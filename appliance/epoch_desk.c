#include "appliance/epoch_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static err_t refuse(struct epoch_job *j, err_t e, const char *what)
{
	snprintf(j->why, sizeof j->why, "%s: %s", j->path, what);
	return e;
}

/*
 * Who asks says which bytes are meant, by their hash: so a file that changes meanwhile is refused, and
 * nobody learns from our answer about a file he cannot read himself.
 */
static err_t read_config(struct epoch_job *j)
{
	char error[CONFIG_ERROR], hash[EPOCH_HASH_MAX];
	err_t e = config_read(j->path, &j->text, &j->n, error);
	if (e != ERR_OK)
		return refuse(j, e, "the user saker runs as cannot read it; put it where that user may, with chmod and chown");
	epoch_hash(j->text, j->n, hash);
	if (strcmp(hash, j->epoch.hash))
		return refuse(j, ERR_CHECKSUM, "is not the file that was read by hostctl: it has changed, or saker sees another "
					       "one of that name; try again");
	j->config = malloc(sizeof *j->config);
	if (!j->config)
		return refuse(j, ERR_NO_MEMORY, "out of memory");
	e = config_parse(j->config, j->path, j->text, j->n, error);
	if (e == ERR_OK)
		e = config_check(j->config, error);
	if (e != ERR_OK)
		snprintf(j->why, sizeof j->why, "%.500s", error);
	return e;
}

static err_t commit(struct epoch_desk *d, struct epoch_job *j)
{
	if (d->take)
		d->take(d->user, j->config);
	return epochs_commit(&d->store, j->why);
}

static err_t work(struct epoch_desk *d, u16 what, struct epoch_job *j)
{
	switch (what) {
	case EPOCH_READ:
		return read_config(j);
	case EPOCH_PREPARE:
		return epochs_prepare(&d->store, &j->epoch, j->text, j->n, j->why);
	case EPOCH_COMMIT:
		return commit(d, j);
	default:
		epochs_drop(&d->store);
		return ERR_OK;
	}
}

u32 epoch_desk_step(struct epoch_desk *d)
{
	const struct ring_msg *m = ring_peek(d->asked);
	struct epoch_job *j;
	if (!m)
		return 0;
	u16 what = m->type;
	memcpy(&j, m->data, sizeof j);
	ring_release(d->asked, m);
	j->e = work(d, what, j);
	bool put = ring_put(d->answers, what, 0, &j, sizeof j);
	assert(put && "one thing at a time");
	(void)put;
	return 1;
}

err_t epoch_desk_start(struct epoch_desk *d, struct epoch *e, const char *text, size_t n, char *why)
{
	struct epoch newest;
	char hash[EPOCH_HASH_MAX];
	epoch_hash(text, n, hash);
	if (d->store.newest && epochs_read(d->store.dir, d->store.newest, &newest, NULL, NULL, why) == ERR_OK &&
	    !strcmp(newest.hash, hash)) {
		*e = newest;
		return ERR_OK;
	}
	err_t result = epochs_prepare(&d->store, e, text, n, why);
	return result == ERR_OK ? epochs_commit(&d->store, why) : result;
}

void epoch_job_clear(struct epoch_job *j)
{
	free(j->config);
	free(j->text);
	*j = (struct epoch_job){ 0 };
}
