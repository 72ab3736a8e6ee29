// SPDX-License-Identifier: GPL-2.0-or-later
// TCP where lwIP's source was not there at build time: none.
#include "net/tcp.h"

namespace net {

const char* tcp_start() { return "built without TCP, as lwIP's source was not there (tools/lwip-source)"; }
bool tcp_available() { return false; }
const char* tcp_serve(const TcpService&) { return tcp_start(); }
std::size_t tcp_sockets(std::span<TcpSocketInfo>) { return 0; }
TcpCounters tcp_counters() { return {}; }

} // namespace net
