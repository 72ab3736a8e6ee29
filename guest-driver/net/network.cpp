// SPDX-License-Identifier: GPL-2.0-or-later
// The network layers' beginning.
#include "net/network.h"

#include "kernel/net_device.h"
#include "net/arp.h"
#include "net/ipv4.h"
#include "net/loopback.h"
#include "net/neighbour.h"
#include "net/reassembly.h"

namespace net {

void init() {
    kernel::dev_add_pack(ether_type::arp, arp_rcv);
    kernel::dev_add_pack(ether_type::ipv4, ip_rcv);
    loopback_init();
    neighbour_timer_start();
    reassembly_timer_start();
}

} // namespace net
