// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the words of a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shell/command.h"

namespace shell {

/// The words behind the command, taken from the left.
class Arguments {
  public:
    explicit Arguments(Words words) : rest_(words.subspan(1)) {}
    bool empty() const { return rest_.empty(); }
    /// "" when there are no more.
    std::string_view peek() const { return rest_.empty() ? std::string_view() : rest_[0]; }
    std::string_view take() {
        const std::string_view word = peek();
        if (!rest_.empty())
            rest_ = rest_.subspan(1);
        return word;
    }
    /// Takes the next word if it is `word`.
    bool take_if(std::string_view word) {
        if (rest_.empty() || rest_[0] != word)
            return false;
        rest_ = rest_.subspan(1);
        return true;
    }

  private:
    Words rest_;
};

/// As the words of `ip` may be cut short: "a", "ad", "addr" for "address".
constexpr bool abbreviates(std::string_view word, std::string_view whole) {
    return !word.empty() && whole.starts_with(word);
}

/// "1", "0.2", ".05": seconds with up to nine decimals, in nanoseconds.
std::optional<uint64_t> parse_seconds(std::string_view text);

/// For `%.*s`.
constexpr int length_of(std::string_view text) { return static_cast<int>(text.size()); }

} // namespace shell
