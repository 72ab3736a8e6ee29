// SPDX-License-Identifier: GPL-2.0-or-later
// Takes options out of the kernel command line.
#include "kernel/command_line.h"

#include "arch/command_line.h"

namespace kernel {

namespace {

std::string_view take_word(std::string_view& text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    const std::size_t length = text.find(' ');
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(word.size());
    return word;
}

} // namespace

std::optional<std::string_view> find_option(std::string_view text, std::string_view name) {
    std::optional<std::string_view> value;
    while (!text.empty()) {
        const std::string_view word = take_word(text);
        if (word == name)
            value = "";
        else if (word.size() > name.size() && word.substr(0, name.size()) == name && word[name.size()] == '=')
            value = word.substr(name.size() + 1);
    }
    return value;
}

std::optional<std::string_view> command_line_option(std::string_view name) {
    return find_option(arch::command_line(), name);
}

std::optional<uint32_t> parse_number(std::string_view text) {
    constexpr std::size_t most_digits = 9; // no overflow to think of
    if (text.empty() || text.size() > most_digits)
        return std::nullopt;
    uint32_t value = 0;
    for (char digit : text) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        value = value * 10 + static_cast<uint32_t>(digit - '0');
    }
    return value;
}

} // namespace kernel
