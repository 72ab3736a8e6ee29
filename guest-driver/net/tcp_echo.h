// SPDX-License-Identifier: GPL-2.0-or-later
// The echo service over TCP (RFC 862).
#pragma once

namespace net {

/// nullptr, or why there is none. Thread context, after tcp_start().
const char* tcp_echo_start();

} // namespace net
