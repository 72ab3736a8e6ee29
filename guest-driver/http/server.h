// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP server.
#pragma once

#include <cstdint>

#include "http/request.h"
#include "http/response.h"
#include "net/tcp.h"

namespace http {

inline constexpr uint16_t port = 80;

/// One client. Requests are answered one after the other, each bounded in size and in time.
class Client final : public net::TcpHandler {
  public:
    bool in_use() const { return in_use_; }
    void begin();

    void progress(net::TcpConnection& connection) override;
    void second_passed(net::TcpConnection& connection) override;
    void finished() override;

  private:
    enum class State : uint8_t { Reading, Answering, Draining };
    void enter(State state);
    /// False: nothing more can be done now.
    bool read(net::TcpConnection& connection);
    bool answer(net::TcpConnection& connection);
    bool drain(net::TcpConnection& connection);
    void make_answer();

    RequestHead head_;
    Response response_;
    State state_ = State::Reading;
    unsigned seconds_ = 0; ///< in this state
    bool keep_alive_ = false, has_body_ = false, in_use_ = false;
};

/// nullptr, or why there is none. Thread context, after net::tcp_start().
const char* start();

} // namespace http
