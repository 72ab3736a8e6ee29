// SPDX-License-Identifier: GPL-2.0-or-later
// Writes JSON (RFC 8259): numbers in objects in objects. Names are ours and need no escapes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "shell/output.h"

namespace http {

class Json {
  public:
    explicit Json(const shell::Output& output) : output_(output) {}
    void begin(std::string_view name = {}); ///< without a name: the outermost
    void end();
    void number(std::string_view name, int64_t value);
    void number(std::string_view name, uint64_t value);
    void numbers(std::string_view name, std::span<const uint64_t> values);

  private:
    void key(std::string_view name);
    const shell::Output& output_;
    bool first_ = true;
};

} // namespace http
