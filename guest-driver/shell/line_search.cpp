// SPDX-License-Identifier: GPL-2.0-or-later
// Ctrl-R: the history is searched backwards while the text to look for is typed, as readline does it.
#include "shell/line_editor.h"

namespace shell {

namespace {

constexpr uint8_t cancel_key = 'G' & 0x1f, again_key = 'R' & 0x1f, backspace_key = 'H' & 0x1f,
                  delete_key = 0x7f;

} // namespace

void LineEditor::search_begin() {
    search_ = {};
    search_.active = true;
    search_show();
}

void LineEditor::search_from(std::size_t back) {
    const std::size_t found = history_.find(search_.wanted.view(), back);
    search_.failed = found == 0;
    if (found)
        search_.back = found;
    search_show();
}

void LineEditor::search_show() {
    const std::string_view found = search_.back ? history_.at(search_.back) : line();
    terminal_.write("\r\x1b[K");
    terminal_.print("(%sreverse-i-search)`%s': %.*s", search_.failed ? "failed " : "", search_.wanted.c_str(),
                    static_cast<int>(found.size()), found.data());
}

void LineEditor::search_end() {
    search_.active = false;
    if (search_.back)
        set_text(history_.at(search_.back));
    terminal_.write("\r\x1b[K");
    redraw_all(length_);
}

bool LineEditor::search_key(uint8_t byte) {
    if (byte >= ' ' && byte < delete_key) {
        const char character = static_cast<char>(byte);
        search_.wanted.append({&character, 1});
        search_from(search_.back ? search_.back : 1);
    } else if (byte == again_key) {
        search_from(search_.back + 1);
    } else if (byte == backspace_key || byte == delete_key) {
        const std::size_t length = search_.wanted.view().size();
        search_.wanted.shorten(length > 0 ? length - 1 : 0);
        search_.back = 0;
        search_from(1);
    } else {
        if (byte == cancel_key)
            search_.back = 0; // the line is what it was
        search_end();
        return byte == cancel_key;
    }
    return true;
}

} // namespace shell
