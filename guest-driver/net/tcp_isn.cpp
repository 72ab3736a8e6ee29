// SPDX-License-Identifier: GPL-2.0-or-later
// Initial sequence numbers: a clock of 4 microseconds plus a hash of the ends under a secret key.
#include "net/tcp_isn.h"

#include "arch/clock.h"
#include "net/random.h"
#include "net/siphash.h"

namespace net {

namespace {

constexpr uint64_t tick_ns = 4000;

uint64_t random_u64() { return uint64_t{random_u32()} << 32 | random_u32(); }

/// Drawn at the first connection, when the random numbers have been seeded.
const SipHashKey& secret() {
    static const SipHashKey key = {random_u64(), random_u64()};
    return key;
}

struct Ends {
    uint32_t local, remote;
    uint16_t local_port, remote_port;
};

} // namespace

uint32_t tcp_initial_sequence(Endpoint local, Endpoint remote) {
    const Ends ends = {local.address.value(), remote.address.value(), local.port, remote.port};
    const uint64_t hash = siphash(secret(), std::as_bytes(std::span(&ends, 1)));
    return static_cast<uint32_t>(hash + arch::now_ns() / tick_ns);
}

} // namespace net
