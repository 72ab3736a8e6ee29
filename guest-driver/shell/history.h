// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that were typed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace shell {

/// The last lines; a longer one than fits is cut, an empty one or a repetition is not kept.
class History {
  public:
    static constexpr std::size_t maximum_length = 200, capacity = 32;

    void add(std::string_view line) {
        if (line.empty() || (size() > 0 && line == at(1)))
            return;
        Entry& entry = entries_[added_++ % capacity];
        entry.length = line.copy(entry.text.data(), maximum_length);
    }
    std::size_t size() const { return std::min(added_, capacity); }
    /// `back`: 1 is the newest, size() the oldest.
    std::string_view at(std::size_t back) const {
        const Entry& entry = entries_[(added_ - back) % capacity];
        return {entry.text.data(), entry.length};
    }
    /// How far back, from `back` on, a line contains `text`; 0 if none does.
    std::size_t find(std::string_view text, std::size_t back) const {
        for (; back <= size(); back++)
            if (at(back).find(text) != std::string_view::npos)
                return back;
        return 0;
    }

  private:
    struct Entry {
        std::array<char, maximum_length> text;
        std::size_t length;
    };
    std::array<Entry, capacity> entries_{};
    std::size_t added_ = 0; ///< ever
};

} // namespace shell
