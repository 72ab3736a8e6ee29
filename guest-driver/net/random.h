// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers a peer should not guess easily (transaction ids, ports) and backoff jitter. Not cryptography.
#pragma once

#include <cstdint>

namespace net {

/// Mixes `entropy` in; called with the time and the MAC address when an interface comes up.
void random_seed(uint64_t entropy);
/// Any context.
uint32_t random_u32();
/// Uniform enough for ports and jitter: 0 … limit - 1.
inline uint32_t random_below(uint32_t limit) {
    return static_cast<uint32_t>(uint64_t{random_u32()} * limit >> 32);
}

} // namespace net
