/*
 * nic_rte.h - DPDK's headers, which also define NS_PER_S: ours is kept, in whatever order headers
 * come.
 */
#ifndef SAKER_NIC_RTE_H
#define SAKER_NIC_RTE_H

/* rte_eth_read_clock is not promised to stay as it is; Debian 12 has one version. */
#define ALLOW_EXPERIMENTAL_API
#pragma push_macro("NS_PER_S")
#undef NS_PER_S
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#undef NS_PER_S
#pragma pop_macro("NS_PER_S")

#endif
