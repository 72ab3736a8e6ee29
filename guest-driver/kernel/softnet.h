// SPDX-License-Identifier: GPL-2.0-or-later
// Per-CPU state of the receive path, shared by the files that implement it.
#pragma once

#include <array>

#include "arch/cpu.h"
#include "kernel/list.h"
#include "kernel/napi.h"
#include "kernel/packet_buffer.h"

namespace kernel {

struct SoftnetData {
    // Only the owning CPU touches these, with its interrupts off where handlers add to the list.
    List<Napi> poll_list;
    bool in_net_rx_action = false; ///< whoever adds to the list need not raise NET_RX
    Napi* polling = nullptr;       ///< whose poll function runs now
    bool poll_completed = false;   ///< … and whether it has called napi_complete_done()
    SoftnetStats stats;
};

SoftnetData& this_softnet();
SoftnetData& softnet_of(unsigned cpu);
void net_rx_action();

} // namespace kernel
