// SPDX-License-Identifier: GPL-2.0-or-later
// How one run of the NET_RX softirq shares itself out among the instances on its CPU's poll list: three
// generations of Linux, between which one may switch at any time. A run ends under the model it began with;
// what it leaves behind (the poll list, and NET_RX raised if that is not empty) means the same to all.
#pragma once

#include <array>
#include <cstdint>

#include "kernel/softnet.h"

namespace kernel {

enum class NapiModel : uint8_t {
    V2001,  ///< 2.4.20 … 2.6.23: a quota per device, refilled when it was used up; same list
    V26,    ///< 2.6.24 … 3.18: a weight per instance; same list
    Modern, ///< since 3.19: who used its weight up waits for the next run
};
inline constexpr std::array<const char*, 3> napi_model_names = {"v2001", "v26", "modern"};

NapiModel napi_model();
void set_napi_model(NapiModel model);

void net_rx_action();

// One run each. Softirq context, interrupts on.
void net_rx_action_v2001(SoftnetData& mine);
void net_rx_action_v26(SoftnetData& mine);
void net_rx_action_modern(SoftnetData& mine);

/// The run ends with work left: the next one goes on. Interrupts off.
void squeeze(SoftnetData& mine);

} // namespace kernel
