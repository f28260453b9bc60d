/*
 * nic.h - DPDK brought up from a configuration: the process's devices as ports.
 *
 * Start-up and shut-down code of the control thread; slow. DPDK is one per process and cannot be
 * started again after nic_stop. Errors come with a sentence that names the device and the remedy.
 *
 * nic_start leaves the calling thread's affinity as it was, whereas threads that DPDK makes stay
 * off `cpu` where there is another. net_tap raises a real-time signal, whose handler bears one
 * thread only: every thread but one, which is not hot, has all signals blocked. That one's system
 * calls can end with EINTR.
 */
#ifndef SAKER_NIC_H
#define SAKER_NIC_H

#include "common/arena.h"
#include "dataplane/nic/nic_error.h"
#include "dataplane/nic/nic_info.h"
#include "dataplane/nic/port.h"

#define NIC_PORTS_MAX 16
#define NIC_NAME_MAX  64

struct nic_port_cfg {
	const char *device; /* "0000:01:00.0", or virtual: "net_tap0,iface=saker0" */
	u8 mac[6];          /* zero: the device's own; net_tap's is the kernel's, so one is derived */
	bool rx_csum;       /* use the device's verdict on checksums where it gives one */
	bool groups;        /* frames to groups, too: IPv6 neighbours ask that way */
	bool tx_csum;       /* let it fill them in where it can; net_tap does both in software */
	bool rx_stamp;      /* take its stamps of received frames */
	bool vlan_offload;  /* let it take vlan_tci off and put it on: frames are then without */
	bool steering;      /* let TCP to the addresses below have a queue of its own */
	u16 vlan_tci;       /* VLAN, and above its 12 bits the priority of what is sent; 0: no tag */
	u8 ip4[4], ip6[16]; /* our addresses; zero: none */
};

struct nic_cfg {
	const char *instance; /* letters, digits, '-', '_', '.'; prefix of all names */
	const struct nic_port_cfg *ports;
	u32 n_ports;
	bool no_huge;  /* ordinary pages: for tests, and machines without reserved huge pages */
	u32 memory_mb; /* for packet buffers; 0: 64 */
	u32 cpu;       /* where DPDK's main lcore stands: a CPU this process may use */
};

struct nic {
	char instance[NIC_NAME_MAX];
	char runtime_dir[256]; /* $RUNTIME_DIRECTORY/dpdk/<instance>; removed by nic_stop */
	u32 n_ports;
	u16 ids[NIC_PORTS_MAX]; /* DPDK's port numbers */
	struct nic_port_cfg cfg[NIC_PORTS_MAX];
	char error[NIC_ERROR_MAX]; /* why the last call failed, a sentence; empty where it did not */
	char log[512]; /* the first errors DPDK logged */
	u32 log_n;
	void *log_file;
};

/*
 * Starts DPDK and finds every device. ERR_ARGUMENT: the configuration cannot be right (device given
 * twice, bad name, bad CPU); ERR_NOT_FOUND: no such device or driver; ERR_NO_MEMORY: no huge pages;
 * ERR_STATE: started before; ERR_EXISTS: the instance runs already; ERR_IO: DPDK failed. nic->error
 * then holds the sentence. The strings of `cfg` must live until nic_stop; `nic` must not move.
 */
err_t nic_start(struct nic *nic, const struct nic_cfg *cfg);

/*
 * Opens port `index` of the configuration. Errors as nic_start. `info` says what became of each
 * capability; it lives as long as the port, and port_stats goes on to write into it.
 */
err_t nic_port_open(struct nic *nic, u32 index, struct arena *a, struct port *out, u64 *counters,
	struct nic_port_info *info);

/* Each hot thread calls these first and last: without, buffers go the slow way all threads share. */
err_t nic_thread_begin(void);
void nic_thread_end(void);

/* After port_close of every port: ends DPDK and removes its runtime folder. */
void nic_stop(struct nic *nic);

#endif
