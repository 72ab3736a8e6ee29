// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP requests (RFC 9112), as much of them as a server of pages needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace http {

enum class Status : uint16_t {
    Ok = 200,
    BadRequest = 400,
    NotFound = 404,
    MethodNotAllowed = 405,
    UriTooLong = 414,
    HeaderFieldsTooLarge = 431,
    InternalError = 500,
    VersionNotSupported = 505,
};
const char* reason_phrase(Status status);

inline constexpr std::size_t max_head = 4096;   ///< request line and header fields
inline constexpr std::size_t max_target = 1024; ///< of which the target

/// Views point into the head.
struct Request {
    Status status = Status::Ok; ///< or why it is not understood; then nothing else counts
    bool head_only = false;     ///< HEAD
    std::string_view path;      ///< without the query
    bool keep_alive = false;    ///< the client may ask again on this connection
    bool has_body = false;      ///< bytes follow which nobody here wants
};

/// Bytes of a connection up to the end of a request's head.
class RequestHead {
  public:
    enum class State : uint8_t { Incomplete, Complete, TooLong };
    /// Takes what belongs to the head and returns how much that is; after Complete or TooLong nothing.
    std::size_t take(std::span<const std::byte> bytes);
    State state() const { return state_; }
    bool empty() const { return length_ == 0; }
    std::string_view text() const { return {text_.data(), length_}; }
    void clear();

  private:
    std::array<char, max_head> text_;
    std::size_t length_ = 0;
    State state_ = State::Incomplete;
};

/// `head` is complete.
Request parse_request(std::string_view head);

} // namespace http
