// SPDX-License-Identifier: GPL-2.0-or-later
// The files below /proc/sys whose value is one of a few words. As Linux shows such, all stand there, the one
// in force in brackets.
#include "kernel/choice.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

const kernel::Choice* find(std::string_view path) {
    for (const kernel::Choice& choice : kernel::choices())
        if (choice.path == path)
            return &choice;
    return nullptr;
}

bool show(std::string_view path, const Output& output) {
    const kernel::Choice* choice = find(path);
    if (!choice)
        return false;
    const unsigned in_force = choice->get();
    for (unsigned i = 0; i < choice->words.size(); i++)
        output.print(i == in_force ? "%s[%s]" : "%s%s", i ? " " : "", choice->words[i]);
    output.write("\n");
    return true;
}

StoreResult store(std::string_view path, std::string_view text) {
    const kernel::Choice* choice = find(path);
    if (!choice)
        return StoreResult::NoSuchFile;
    return kernel::choose(*choice, text) ? StoreResult::Stored : StoreResult::Invalid;
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const kernel::Choice& choice : kernel::choices())
        visit(choice.path, cookie);
}

} // namespace

constinit const FileKind choice_files{show, store, each};

} // namespace shell
