// SPDX-License-Identifier: GPL-2.0-or-later
// Line editing with nothing but backspace and "erase to the end of the line", which every terminal
// understands.
#include "shell/line_editor.h"

#include <algorithm>
#include <cstring>

namespace shell {

namespace {

constexpr uint8_t control_key(char letter) { return static_cast<uint8_t>(letter & 0x1f); }
constexpr uint8_t escape_key = 0x1b, delete_key = 0x7f;
constexpr std::string_view erase_to_end = "\x1b[K", clear_screen = "\x1b[H\x1b[2J";

} // namespace

void LineEditor::begin(const char* prompt) {
    prompt_ = prompt;
    length_ = cursor_ = back_ = 0;
    search_.active = after_tab_ = false;
    escape_ = Escape::None;
    terminal_.write(prompt_);
}

LineEditor::Event LineEditor::feed(uint8_t byte) {
    const bool line_feed_of_pair = after_return_ && byte == '\n';
    after_return_ = byte == '\r';
    if (line_feed_of_pair)
        return Event::None;
    if (search_.active && search_key(byte))
        return Event::None;
    return key(byte);
}

LineEditor::Event LineEditor::key(uint8_t byte) {
    const bool after_tab = after_tab_;
    after_tab_ = byte == '\t';
    if (escape_ != Escape::None) {
        escape_sequence(byte);
        return Event::None;
    }
    if (byte == '\t') {
        complete(after_tab);
        return Event::None;
    }
    if (byte < 0x20 || byte == delete_key)
        return control(byte);
    if (byte < delete_key)
        insert(static_cast<char>(byte));
    return Event::None;
}

LineEditor::Event LineEditor::control(uint8_t byte) {
    switch (byte) {
    case '\r':
    case '\n':
        terminal_.write("\n");
        history_.add(line());
        return Event::Line;
    case control_key('C'):
        terminal_.write("^C\n");
        return Event::Interrupt;
    case control_key('D'):
        if (length_ == 0)
            return Event::End;
        erase_here();
        return Event::None;
    case escape_key:
        escape_ = Escape::Seen;
        return Event::None;
    default:
        edit(byte);
        return Event::None;
    }
}

/// Emacs' keys, as readline has them.
void LineEditor::edit(uint8_t key) {
    switch (key) {
    case control_key('H'):
    case delete_key:
        return erase_before(cursor_ > 0 ? 1 : 0);
    case control_key('U'):
        return erase_before(cursor_);
    case control_key('W'):
        return erase_before(cursor_ - word_start());
    case control_key('K'):
        length_ = cursor_;
        return terminal_.write(erase_to_end);
    case control_key('A'):
        return move_to(0);
    case control_key('E'):
        return move_to(length_);
    case control_key('B'):
        return move_to(cursor_ > 0 ? cursor_ - 1 : 0);
    case control_key('F'):
        return move_to(std::min(cursor_ + 1, length_));
    case control_key('P'):
        return recall(back_ + 1);
    case control_key('N'):
        return recall(back_ > 0 ? back_ - 1 : 0);
    case control_key('L'):
        terminal_.write(clear_screen);
        return redraw_all(cursor_);
    case control_key('R'):
        return search_begin();
    default:
        return;
    }
}

void LineEditor::escape_sequence(uint8_t byte) {
    if (escape_ == Escape::Seen) {
        escape_ = byte == '[' || byte == 'O' ? Escape::Bracket : Escape::None;
        parameter_ = 0;
        return;
    }
    if (byte >= '0' && byte <= '9') {
        parameter_ = (parameter_ * 10 + byte - '0') % 1000;
        return;
    }
    if (byte == ';') {
        parameter_ = 0;
        return;
    }
    escape_ = Escape::None;
    final_byte(byte);
}

void LineEditor::final_byte(uint8_t byte) {
    switch (byte) {
    case 'A':
        return recall(back_ + 1);
    case 'B':
        return recall(back_ > 0 ? back_ - 1 : 0);
    case 'C':
        return move_to(std::min(cursor_ + 1, length_));
    case 'D':
        return move_to(cursor_ > 0 ? cursor_ - 1 : 0);
    case 'H':
        return move_to(0);
    case 'F':
        return move_to(length_);
    case '~':
        if (parameter_ == 3)
            return erase_here();
        if (parameter_ == 1 || parameter_ == 7)
            return move_to(0);
        if (parameter_ == 4 || parameter_ == 8)
            return move_to(length_);
        return;
    default:
        return;
    }
}

void LineEditor::insert(char character) {
    if (length_ == maximum_length)
        return;
    std::memmove(text_.data() + cursor_ + 1, text_.data() + cursor_, length_ - cursor_);
    text_[cursor_] = character;
    length_++;
    redraw_from(cursor_, cursor_ + 1);
}

/// Prints the text from `position`, where the terminal's cursor stands, on and leaves the cursor at `cursor`.
void LineEditor::redraw_from(std::size_t position, std::size_t cursor) {
    terminal_.write(line().substr(position));
    cursor_ = length_;
    move_to(cursor);
}

void LineEditor::move_to(std::size_t position) {
    for (; cursor_ > position; cursor_--)
        terminal_.write("\b");
    if (position > cursor_) {
        terminal_.write(line().substr(cursor_, position - cursor_));
        cursor_ = position;
    }
}

void LineEditor::erase_before(std::size_t count) {
    if (count == 0)
        return;
    move_to(cursor_ - count);
    std::memmove(text_.data() + cursor_, text_.data() + cursor_ + count, length_ - cursor_ - count);
    length_ -= count;
    terminal_.write(erase_to_end);
    redraw_from(cursor_, cursor_);
}

void LineEditor::erase_here() {
    if (cursor_ == length_)
        return;
    move_to(cursor_ + 1);
    erase_before(1);
}

std::size_t LineEditor::word_start() const {
    std::size_t start = cursor_;
    while (start > 0 && text_[start - 1] == ' ')
        start--;
    while (start > 0 && text_[start - 1] != ' ')
        start--;
    return start;
}

void LineEditor::redraw_all(std::size_t cursor) {
    terminal_.write(prompt_);
    redraw_from(0, cursor);
}

void LineEditor::set_text(std::string_view text) {
    length_ = std::min(text.size(), maximum_length);
    std::memmove(text_.data(), text.data(), length_);
}

void LineEditor::replace(std::string_view text) {
    move_to(0);
    set_text(text);
    terminal_.write(erase_to_end);
    redraw_from(0, length_);
}

void LineEditor::recall(std::size_t back) {
    if (back > history_.size())
        return;
    if (back_ == 0 && back > 0) {
        draft_ = {};
        draft_.append(line());
    }
    const bool was_there = back_ != 0;
    back_ = back;
    if (back > 0)
        replace(history_.at(back));
    else if (was_there)
        replace(draft_.view());
}

} // namespace shell
