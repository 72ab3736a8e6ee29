// SPDX-License-Identifier: GPL-2.0-or-later
// One line being typed on a terminal: editing keys, arrows, a history that can be searched, completion. Knows
// bytes in and bytes out, nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shell/history.h"
#include "shell/output.h"

namespace shell {

/// Calls `visit` for each word that the end of `line` may become, and returns where that end begins. A word
/// ends in a blank, or in a slash if it is not complete.
using Complete = std::size_t (*)(std::string_view line, void (*visit)(void* cookie, std::string_view word),
                                 void* cookie);

class LineEditor {
  public:
    static constexpr std::size_t maximum_length = History::maximum_length, history_length = History::capacity;

    enum class Event : uint8_t {
        None,      ///< more to come
        Line,      ///< line() is complete
        Interrupt, ///< Ctrl-C: the line is given up
        End,       ///< Ctrl-D on an empty line
    };

    explicit LineEditor(Output terminal, Complete complete = nullptr)
        : terminal_(terminal), complete_(complete) {}
    /// Prints the prompt and starts an empty line. `prompt` is kept until the next begin().
    void begin(const char* prompt);
    Event feed(uint8_t byte);
    /// Of the last Event::Line, until the next begin().
    std::string_view line() const { return {text_.data(), length_}; }

  private:
    enum class Escape : uint8_t { None, Seen, Bracket };

    Event key(uint8_t byte);
    Event control(uint8_t byte);
    void edit(uint8_t key);
    void escape_sequence(uint8_t byte);
    void final_byte(uint8_t byte);
    void insert(char character);
    void erase_before(std::size_t count);
    void erase_here();
    void move_to(std::size_t position);
    void redraw_from(std::size_t position, std::size_t cursor);
    void redraw_all(std::size_t cursor);
    void replace(std::string_view text);
    void set_text(std::string_view text);
    void recall(std::size_t back);
    std::size_t word_start() const;

    // line_completion.cpp
    void complete(bool again);
    void list_candidates();

    // line_search.cpp
    void search_begin();
    /// False: the key ends the search and is still to be obeyed.
    bool search_key(uint8_t byte);
    void search_from(std::size_t back);
    void search_show();
    void search_end();

    Output terminal_;
    Complete complete_;
    const char* prompt_ = "";
    std::array<char, maximum_length> text_{};
    std::size_t length_ = 0, cursor_ = 0;
    Escape escape_ = Escape::None;
    unsigned parameter_ = 0; ///< number in an escape sequence
    bool after_return_ = false, after_tab_ = false;

    History history_;
    std::size_t back_ = 0;           ///< how far back the shown line is; 0: being typed
    Text<maximum_length + 1> draft_; ///< what was being typed when the history was entered

    struct {
        bool active = false, failed = false;
        Text<64> wanted;
        std::size_t back = 0; ///< of the line shown; 0: none yet
    } search_;
};

} // namespace shell
