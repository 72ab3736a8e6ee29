// SPDX-License-Identifier: GPL-2.0-or-later
// splitmix64 (Steele, Lea, Flood 2014): one atomic addition per number, so any CPU may draw at any time.
#include "net/random.h"

#include <atomic>

#include "arch/clock.h"

namespace net {

namespace {

constinit std::atomic<uint64_t> state{0x243f6a8885a308d3};
constexpr uint64_t golden_gamma = 0x9e3779b97f4a7c15;

uint64_t mix(uint64_t value) {
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

} // namespace

void random_seed(uint64_t entropy) { state.fetch_add(mix(entropy), std::memory_order_relaxed); }

uint32_t random_u32() {
    const uint64_t drawn = state.fetch_add(golden_gamma, std::memory_order_relaxed);
    return static_cast<uint32_t>(mix(drawn ^ arch::now_ns()) >> 32);
}

} // namespace net
