#include "dataplane/nic/nic.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/nic/nic_args.h"
#include "dataplane/nic/nic_host.h"
#include "dataplane/nic/nic_rte.h"

/* Keeps the first lines: what went wrong stands before what went wrong because of it. */
static ssize_t keep_log(void *cookie, const char *text, size_t n)
{
	struct nic *nic = cookie;
	size_t room = sizeof(nic->log) - 1 - nic->log_n, k = n < room ? n : room;
	for (size_t i = 0; i < k; i++)
		nic->log[nic->log_n + i] = text[i] == '\n' ? ' ' : text[i];
	nic->log_n += (u32)k;
	nic->log[nic->log_n] = 0;
	return (ssize_t)n;
}

static void log_open(struct nic *nic)
{
	nic->log_file = fopencookie(nic, "w", (cookie_io_functions_t){ .write = keep_log });
	if (nic->log_file)
		rte_openlog_stream(nic->log_file);
	rte_log_set_global_level(RTE_LOG_ERR); /* before --log-level is read */
}

static void log_close(struct nic *nic)
{
	rte_openlog_stream(NULL);
	if (nic->log_file)
		fclose(nic->log_file);
	nic->log_file = NULL;
}

static void log_clear(struct nic *nic)
{
	nic->log_n = 0;
	nic->log[0] = 0;
}

/* The device DPDK complained of, or NULL. */
static const char *device_in_log(const struct nic *nic)
{
	for (u32 i = 0; i < nic->n_ports; i++) {
		char name[NIC_DEVICE_MAX];
		if (strstr(nic->log, nic_device_name(nic->cfg[i].device, name)))
			return nic->cfg[i].device;
	}
	return NULL;
}

static err_t eal_failed(struct nic *nic)
{
	const char *device = device_in_log(nic);
	rmdir(rte_eal_get_runtime_dir()); /* if empty; with files in it, it may be another's */
	if (rte_errno == EALREADY)
		return nic_error(nic->error, ERR_STATE,
			"DPDK was started before in this process, which it allows once");
	if (strstr(nic->log, "another primary process"))
		return nic_error(nic->error, ERR_EXISTS,
			"instance %s is running already: stop it, or choose another instance name",
			nic->instance);
	if (device)
		return nic_host_explain(device, nic->log, nic->error);
	return nic_error(nic->error, ERR_IO,
		"DPDK did not start; the folder RUNTIME_DIRECTORY names must be one we may write in. "
		"DPDK said: %s", nic->log_n ? nic->log : "nothing");
}

/*
 * rte_eal_init pins the calling thread to the main lcore's CPU; it belongs elsewhere. The threads it
 * makes inherit blocked signals: net_tap counts its signals without atomics, so that two threads
 * taking one each at the same time can lose a wake-up, and with it frames until the next one.
 */
static err_t eal_start(struct nic *nic, const struct nic_cfg *cfg)
{
	struct nic_args args;
	cpu_set_t before;
	sigset_t all, mask;
	sigfillset(&all);
	sigdelset(&all, SIGBUS); /* how DPDK notices that a huge page is not to be had */
	nic_args_build(cfg, &args);
	int no_affinity = pthread_getaffinity_np(pthread_self(), sizeof(before), &before);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	int rc = rte_eal_init(args.argc, args.argv);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (!no_affinity)
		pthread_setaffinity_np(pthread_self(), sizeof(before), &before);
	return rc < 0 ? eal_failed(nic) : ERR_OK;
}

static err_t find_devices(struct nic *nic)
{
	for (u32 i = 0; i < nic->n_ports; i++) {
		const char *device = nic->cfg[i].device;
		char name[NIC_DEVICE_MAX];
		nic_device_name(device, name);
		if (rte_eth_dev_get_port_by_name(name, &nic->ids[i]) != 0)
			return nic_host_explain(device, nic->log, nic->error);
	}
	return ERR_OK;
}

err_t nic_start(struct nic *nic, const struct nic_cfg *cfg)
{
	*nic = (struct nic){ .n_ports = cfg->n_ports };
	err_t e = nic_args_check(cfg, nic->error);
	if (!e)
		e = nic_host_check(cfg, nic->error);
	if (e)
		return e;
	snprintf(nic->instance, sizeof(nic->instance), "%s", cfg->instance);
	memcpy(nic->cfg, cfg->ports, cfg->n_ports * sizeof(cfg->ports[0]));
	log_open(nic);
	e = eal_start(nic, cfg);
	if (e) {
		log_close(nic);
		return e;
	}
	snprintf(nic->runtime_dir, sizeof(nic->runtime_dir), "%s", rte_eal_get_runtime_dir());
	e = find_devices(nic);
	if (e)
		nic_stop(nic);
	else
		log_clear(nic); /* drivers complain of what they can do without */
	return e;
}

err_t nic_thread_begin(void)
{
	if (rte_lcore_id() != LCORE_ID_ANY)
		return ERR_OK; /* the thread that started DPDK is its main lcore */
	return rte_thread_register() == 0 ? ERR_OK : ERR_FULL;
}

void nic_thread_end(void)
{
	if (rte_lcore_id() != LCORE_ID_ANY && rte_lcore_id() != rte_get_main_lcore())
		rte_thread_unregister();
}

/* rte_eal_cleanup leaves its files behind. All lie in the folder itself. */
static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	if (!dir)
		return;
	for (const struct dirent *e; (e = readdir(dir));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
	rmdir(path);
}

void nic_stop(struct nic *nic)
{
	rte_eal_cleanup();
	remove_folder(nic->runtime_dir);
	log_close(nic);
}
