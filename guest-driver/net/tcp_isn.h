// SPDX-License-Identifier: GPL-2.0-or-later
// Initial sequence numbers (RFC 6528).
#pragma once

#include <cstdint>

#include "net/socket.h"

namespace net {

/// Grows with time for the same pair of ends, and says nothing about those of other pairs.
uint32_t tcp_initial_sequence(Endpoint local, Endpoint remote);

} // namespace net
