// SPDX-License-Identifier: GPL-2.0-or-later
// A consumer of datagrams that takes its time.
#pragma once

#include <cstdint>

namespace net {

/// Starts a thread on CPU 0 that reads what comes to `port` and spends `datagram_ns` of CPU time on each. One
/// per machine. nullptr, or why not.
const char* udp_sink_start(uint16_t port, uint64_t datagram_ns);

} // namespace net
