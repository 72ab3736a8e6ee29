// SPDX-License-Identifier: GPL-2.0-or-later
// The tabulator: what all candidates have in common is typed; a second one lists them.
#include <algorithm>

#include "shell/line_editor.h"

namespace shell {

namespace {

/// The longest beginning that all words share.
struct Common {
    Text<LineEditor::maximum_length + 1> text;
    std::size_t words = 0;

    void add(std::string_view word) {
        if (words++ == 0)
            return text.append(word);
        const std::string_view before = text.view();
        const auto [end, other] = std::mismatch(before.begin(), before.end(), word.begin(), word.end());
        text.shorten(static_cast<std::size_t>(end - before.begin()));
    }
};

/// The last part of a path, or the word.
std::string_view shown_part(std::string_view word) {
    if (word.ends_with(' '))
        word.remove_suffix(1);
    const std::size_t slash = word.size() > 1 ? word.rfind('/', word.size() - 2) : std::string_view::npos;
    return slash == std::string_view::npos ? word : word.substr(slash + 1);
}

} // namespace

void LineEditor::complete(bool again) {
    if (!complete_)
        return;
    Common common;
    const std::string_view before(text_.data(), cursor_);
    const std::size_t start = complete_(
        before, [](void* cookie, std::string_view word) { static_cast<Common*>(cookie)->add(word); },
        &common);
    const std::size_t typed = cursor_ - start;
    if (common.words == 0)
        return;
    if (common.text.view().size() > typed) {
        for (const char c : common.text.view().substr(typed))
            insert(c);
    } else if (again) {
        list_candidates();
    }
}

void LineEditor::list_candidates() {
    const std::size_t cursor = cursor_;
    terminal_.write("\n");
    complete_(
        {text_.data(), cursor_},
        [](void* cookie, std::string_view word) {
            const std::string_view part = shown_part(word);
            static_cast<Output*>(cookie)->print("%.*s  ", static_cast<int>(part.size()), part.data());
        },
        &terminal_);
    terminal_.write("\n");
    redraw_all(cursor);
}

} // namespace shell
