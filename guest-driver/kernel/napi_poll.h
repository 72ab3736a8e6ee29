// SPDX-License-Identifier: GPL-2.0-or-later
// One turn of an instance's poll function, for all who poll: the generations of net_rx_action(), threads,
// busy loops.
#pragma once

#include <cstdint>

#include "kernel/napi.h"

namespace kernel {

enum class PollResult : uint8_t {
    Completed, ///< the instance may be another CPU's by now
    Again,     ///< it used its budget up: still owned by the caller, who polls again
    Broken,    ///< it did neither and is lost, as in Linux
};

/// The caller owns the instance; softirq context or bottom halves off. `work` is what the function returned.
PollResult poll_once(Napi& napi, int budget, int& work);
/// The caller has become the instance's owner.
void note_claim(Napi& napi);
/// A new quota of `weight`, less what was taken too much.
void refill_quota(Napi& napi);

} // namespace kernel
