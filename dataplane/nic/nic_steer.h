/*
 * nic_steer.h - rules in the device: TCP to our addresses goes to a queue of its own, so that
 * nothing else on the wire stands before it. Start-up code.
 */
#ifndef SAKER_NIC_STEER_H
#define SAKER_NIC_STEER_H

#include "dataplane/nic/nic.h"

#define NIC_STEER_QUEUE 1 /* our flows' receive queue; everything else comes by queue 0 */
#define NIC_STEER_WHY	64

/* Whether the port has an address to steer by. */
bool nic_steer_wanted(const struct nic_port_cfg *cfg);

/* Whether the driver knows rules at all; some say more only once the port is started. */
bool nic_steer_is_offered(u16 id);

/* Whether it could mark the frames of a flow, too. */
bool nic_steer_marks(u16 id);

/* Makes the rules on a started port with both queues. false: none is left behind; `why` says which failed. */
bool nic_steer_start(u16 id, const struct nic_port_cfg *cfg, char why[NIC_STEER_WHY]);

/* Takes all rules away. */
void nic_steer_stop(u16 id);

#endif
