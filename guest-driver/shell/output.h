// SPDX-License-Identifier: GPL-2.0-or-later
// Where a command prints: the console, or a test's string.
#pragma once

#include <cstddef>
#include <string_view>

namespace shell {

/// Cheap handle; whoever is behind `cookie` outlives it.
class Output {
  public:
    using Write = void (*)(void* cookie, std::string_view text);
    constexpr Output(Write write, void* cookie) : write_(write), cookie_(cookie) {}

    void write(std::string_view text) const { write_(cookie_, text); }
    /// kernel::format's conversions; at most 511 characters at a time, more is cut.
    void print(const char* format, ...) const __attribute__((format(printf, 2, 3)));

  private:
    Write write_;
    void* cookie_;
};

Output console_output();

/// Text of limited length built piece by piece, for a column that must be padded as a whole. What does not
/// fit is cut.
template <std::size_t size> class Text {
  public:
    Output output() {
        return Output([](void* self, std::string_view text) { static_cast<Text*>(self)->append(text); },
                      this);
    }
    void append(std::string_view text) {
        for (char c : text)
            if (length_ + 1 < size)
                text_[length_++] = c;
        text_[length_] = '\0';
    }
    /// To its first `length` characters.
    void shorten(std::size_t length) {
        if (length < length_)
            text_[length_ = length] = '\0';
    }
    const char* c_str() const { return text_; }
    std::string_view view() const { return {text_, length_}; }

  private:
    char text_[size] = {};
    std::size_t length_ = 0;
};

} // namespace shell
