// SPDX-License-Identifier: GPL-2.0-or-later
// Settings of the kernel that are one of a few words: NAME=WORD on the kernel command line, and a file at run
// time.
#pragma once

#include <span>
#include <string_view>

namespace kernel {

struct Choice {
    const char* name;      ///< on the command line
    std::string_view path; ///< of the file
    std::span<const char* const> words;
    unsigned (*get)(); ///< which of the words
    void (*set)(unsigned word);
};
std::span<const Choice> choices();
/// False if `word` is none of its words.
bool choose(const Choice& choice, std::string_view word);
/// Takes all that stand there; prints what it did not understand.
void choices_from_command_line();

} // namespace kernel
