// SPDX-License-Identifier: GPL-2.0-or-later
// One line being typed on a terminal: editing keys, arrows, a history. Knows bytes in and bytes out, nothing
// else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shell/output.h"

namespace shell {

class LineEditor {
  public:
    static constexpr std::size_t maximum_length = 200, history_length = 16;

    enum class Event : uint8_t {
        None,      ///< more to come
        Line,      ///< line() is complete
        Interrupt, ///< Ctrl-C: the line is given up
        End,       ///< Ctrl-D on an empty line
    };

    explicit LineEditor(Output terminal) : terminal_(terminal) {}
    /// Prints the prompt and starts an empty line. `prompt` is kept until the next begin().
    void begin(const char* prompt);
    Event feed(uint8_t byte);
    /// Of the last Event::Line, until the next begin().
    std::string_view line() const { return {text_.data(), length_}; }

  private:
    enum class Escape : uint8_t { None, Seen, Bracket };
    using Line = std::array<char, maximum_length>;

    Event control(uint8_t byte);
    void edit(uint8_t key);
    void escape_sequence(uint8_t byte);
    void final_byte(uint8_t byte);
    void insert(char character);
    void erase_before(std::size_t count);
    void erase_here();
    void move_to(std::size_t position);
    void redraw_from(std::size_t position, std::size_t cursor);
    void replace(std::string_view text);
    void recall(std::size_t back);
    void remember();
    std::size_t word_start() const;

    Output terminal_;
    const char* prompt_ = "";
    Line text_{};
    std::size_t length_ = 0, cursor_ = 0;
    Escape escape_ = Escape::None;
    unsigned parameter_ = 0; ///< number in an escape sequence
    bool after_return_ = false;

    struct Entry {
        Line text;
        std::size_t length;
    };
    std::array<Entry, history_length> history_{};
    std::size_t remembered_ = 0; ///< lines ever; the last history_length are there
    std::size_t back_ = 0;       ///< how far back the shown line is; 0: being typed
};

} // namespace shell
