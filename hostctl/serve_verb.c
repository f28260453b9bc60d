/* serve_verb.c - hostctl serve: configuration and signals around serve.h. */
#include <stdlib.h>

#include "appliance/config_check.h"
#include "hostctl/serve.h"
#include "hostctl/verb.h"

static enum exit_code run(const struct request *q, const struct config *c)
{
	char why[SERVE_WHY_MAX];
	struct serve *s;
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread is there */
	signal(SIGPIPE, SIG_IGN);                   /* a server that hangs up is an error of a write */
	err_t e = serve_open(&s, c, q->instance, why);
	if (e == ERR_OK) {
		fprintf(q->err, "hostctl: serving %s\n", q->instance);
		serve_run(s, &signals);
	}
	serve_close(s);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_REFUSED, "%s", why);
}

enum exit_code verb_serve(const struct request *q, const struct view *v, struct report *r)
{
	char error[CONFIG_ERROR];
	(void)v, (void)r;
	if (!q->config)
		return complain(q, EXIT_USAGE, "serve needs --config: its telemetry section says "
					       "who gets what");
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = check_telemetry(c, error);
	enum exit_code code =
		e == ERR_OK ? run(q, c)
			    : complain(q, EXIT_CONFIG, "%s", c ? error : err_text(e));
	free(c);
	return code;
}
