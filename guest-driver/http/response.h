// SPDX-License-Identifier: GPL-2.0-or-later
// An answer on its way: made as a whole, then sent as the peer takes it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "http/request.h"
#include "shell/output.h"

namespace http {

class Response {
  public:
    Response() = default;
    ~Response() { clear(); }
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;

    /// False: no memory.
    bool begin();
    /// The body; what does not fit makes it an answer of status 500.
    shell::Output body();
    /// The body so far is forgotten.
    void discard_body() { length_ = 0; }
    /// Puts the header in front. `head_only`: and leaves the body out.
    void finish(Status status, std::string_view content_type, bool keep_alive, bool head_only);

    std::span<const std::byte> rest() const; ///< what is still to be sent
    void advance(std::size_t bytes) { sent_ += bytes; }
    bool in_progress() const { return memory_ != nullptr; }
    void clear();

  private:
    void append(std::string_view text);
    char* memory_ = nullptr;
    std::size_t length_ = 0; ///< of the body
    bool overflow_ = false;
    std::size_t sent_ = 0, end_ = 0; ///< offsets in memory_
};

} // namespace http
