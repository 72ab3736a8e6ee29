// SPDX-License-Identifier: GPL-2.0-or-later
// What services with a fixed number of clients have in common: a place for each, and a limit to waiting.
#pragma once

#include <cstddef>

#include "net/tcp.h"

namespace net {

class PatientHandler : public TcpHandler {
  public:
    void second_passed(TcpConnection& connection) final {
        if (++idle_seconds_ >= patience_seconds)
            connection.abort();
    }
    void finished() final { in_use_ = false; }
    bool in_use() const { return in_use_; }
    void begin() {
        in_use_ = true;
        idle_seconds_ = 0;
    }

  protected:
    ~PatientHandler() = default;
    /// A byte went either way.
    void alive() { idle_seconds_ = 0; }

  private:
    static constexpr unsigned patience_seconds = 60;
    bool in_use_ = false;
    unsigned idle_seconds_ = 0;
};

/// One that has no connection, for a new one; nullptr: there are too many.
template <typename Handler, std::size_t count> Handler* take_handler(Handler (&handlers)[count]) {
    for (Handler& each : handlers)
        if (!each.in_use()) {
            each.begin();
            return &each;
        }
    return nullptr;
}

} // namespace net
