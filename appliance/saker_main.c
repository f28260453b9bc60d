/*
 * saker_main.c - the saker process: `saker --config FILE [--override-doctor REASON]`, `saker replay FILE`,
 * `saker mkcap FILE`.
 *
 * Exit codes: 0 stopped in good order; 1 stopped, but not everything was confirmed; 2 usage; 3
 * could not start; 4 configuration.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* OpenSSL has a type of this name and no use for it in what is needed here. */
#define ERR_STATE ossl_err_state
#include <openssl/crypto.h>
#undef ERR_STATE

#include "appliance/app.h"
#include "appliance/mkcap.h"
#include "appliance/replay_run.h"

#define SECURE_HEAP 65536

/* large: both cores lie in it, and with them their sessions' keys */
static _Alignas(4096) struct app app;

static int usage(void)
{
	fprintf(stderr, "usage: saker --config FILE [--override-doctor REASON]\n       saker replay [--help] FILE...\n"
			"       saker mkcap [--help] FILE\n"
			"  runs the appliance in the foreground; SIGTERM cancels all orders, waits for the "
			"venue's word and ends\n"
			"  hostctl config check FILE checks a configuration, hostctl config help explains "
			"its options\n");
	return 2;
}

int main(int argc, char **argv)
{
	char error[APP_ERROR] = "";
	if (argc >= 2 && strcmp(argv[1], "replay") == 0)
		return replay_run_main(argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[1], "mkcap") == 0)
		return mkcap_main(argc - 1, argv + 1);
	if ((argc != 3 && argc != 5) || strcmp(argv[1], "--config") != 0 ||
	    (argc == 5 && (strcmp(argv[3], "--override-doctor") != 0 || !argv[4][0])))
		return usage();
	app.override = argc == 5 ? argv[4] : NULL;
	prctl(PR_SET_DUMPABLE, 0);
	madvise(&app, sizeof app, MADV_DONTDUMP);
	CRYPTO_secure_malloc_init(SECURE_HEAP, 64); /* OpenSSL's, where private keys are then kept */
	if (config_read(argv[2], &app.config_text, &app.config_n, error) != ERR_OK ||
	    config_parse(&app.cfg, argv[2], app.config_text, app.config_n, error) != ERR_OK ||
	    config_check(&app.cfg, error) != ERR_OK) {
		fprintf(stderr, "saker: %s\n", error);
		return 4;
	}
	err_t e = app_open(&app, error);
	int rc = 3;
	if (e == ERR_OK)
		rc = app_run(&app);
	else
		fprintf(stderr, "saker: %s\n", error[0] ? error : err_text(e));
	app_close(&app);
	return rc;
}
