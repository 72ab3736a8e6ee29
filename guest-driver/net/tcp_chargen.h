// SPDX-License-Identifier: GPL-2.0-or-later
// The character generator over TCP (RFC 864).
#pragma once

#include <cstdint>

namespace net {

inline constexpr uint16_t chargen_port = 19;
/// nullptr, or why there is none. Thread context, after tcp_start().
const char* tcp_chargen_start();

} // namespace net
