// SPDX-License-Identifier: GPL-2.0-or-later
// The echo service (RFC 862): sends every datagram back to where it came from.
#pragma once

#include <cstdint>

#include "net/socket.h"

namespace net {

inline constexpr uint16_t echo_port = 7;

/// Returns when the service answers: nullptr, or why there is none. Again is
/// harmless. Thread context.
const char* udp_echo_start();
/// Serves one datagram: true if it was answered. The thread does nothing else in a loop.
bool udp_echo_one(UdpSocket& socket, uint64_t deadline_ns);

} // namespace net
