// SPDX-License-Identifier: GPL-2.0-or-later
// Echo: bytes are taken as they can be sent, so a peer that does not read stops being read.
#include "net/tcp_echo.h"

#include "net/tcp.h"
#include "net/udp_echo.h"

namespace net {

namespace {

constexpr unsigned max_clients = 32;
constexpr unsigned patience_seconds = 60; ///< without a byte either way

class EchoHandler final : public TcpHandler {
  public:
    bool in_use = false;
    unsigned idle_seconds = 0;

    void progress(TcpConnection& connection) override {
        while (!connection.received().empty()) {
            const std::size_t sent = connection.send(connection.received());
            if (sent == 0)
                return;
            connection.consume(sent);
            idle_seconds = 0;
        }
        if (connection.peer_finished())
            connection.close();
    }
    void second_passed(TcpConnection& connection) override {
        if (++idle_seconds >= patience_seconds)
            connection.abort();
    }
    void finished() override { in_use = false; }
};

EchoHandler handlers[max_clients];

TcpHandler* accept(TcpConnection&) {
    for (EchoHandler& each : handlers)
        if (!each.in_use) {
            each.in_use = true;
            each.idle_seconds = 0;
            return &each;
        }
    return nullptr;
}

constexpr TcpService service = {echo_port, TcpPriority::Low, accept};

} // namespace

const char* tcp_echo_start() { return tcp_serve(service); }

} // namespace net
