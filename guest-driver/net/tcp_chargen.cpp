// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of 72 printable characters, each beginning one character further, as fast as they are taken. What the
// peer sends is thrown away.
#include "net/tcp_chargen.h"

#include <array>

#include "net/patient_handler.h"

namespace net {

namespace {

constexpr unsigned max_clients = 16;
constexpr std::size_t printable = '~' - ' ' + 1, line_length = 72;
constexpr std::size_t period = printable * (line_length + 2); ///< with CR and LF
/// Long enough for a whole send buffer from any place in the first period.
constexpr std::size_t periods = 11;
std::array<std::byte, periods * period> text;

void write_text() {
    std::size_t at = 0;
    for (std::size_t line = 0; at < text.size(); line++) {
        for (std::size_t column = 0; column < line_length; column++)
            text[at++] = static_cast<std::byte>(' ' + (line + column) % printable);
        text[at++] = std::byte{'\r'};
        text[at++] = std::byte{'\n'};
    }
}

class ChargenHandler final : public PatientHandler {
  public:
    std::size_t position = 0;

    void progress(TcpConnection& connection) override {
        while (!connection.received().empty())
            connection.consume(connection.received().size());
        if (connection.peer_finished())
            return connection.close();
        while (const std::size_t sent = connection.send(std::span(text).subspan(position))) {
            position = (position + sent) % period;
            alive();
        }
    }
};

ChargenHandler handlers[max_clients];

TcpHandler* accept(TcpConnection&) {
    ChargenHandler* handler = take_handler(handlers);
    if (handler)
        handler->position = 0;
    return handler;
}

constexpr TcpService service = {chargen_port, TcpPriority::Low, accept};

} // namespace

const char* tcp_chargen_start() {
    write_text();
    return tcp_serve(service);
}

} // namespace net
