// SPDX-License-Identifier: GPL-2.0-or-later
// Echo: bytes are taken as they can be sent, so a peer that does not read stops being read.
#include "net/tcp_echo.h"

#include "net/patient_handler.h"
#include "net/udp_echo.h"

namespace net {

namespace {

constexpr unsigned max_clients = 32;

class EchoHandler final : public PatientHandler {
  public:
    void progress(TcpConnection& connection) override {
        while (!connection.received().empty()) {
            const std::size_t sent = connection.send(connection.received());
            if (sent == 0)
                return;
            connection.consume(sent);
            alive();
        }
        if (connection.peer_finished())
            connection.close();
    }
};

EchoHandler handlers[max_clients];

TcpHandler* accept(TcpConnection&) { return take_handler(handlers); }

constexpr TcpService service = {echo_port, TcpPriority::Low, accept};

} // namespace

const char* tcp_echo_start() { return tcp_serve(service); }

} // namespace net
