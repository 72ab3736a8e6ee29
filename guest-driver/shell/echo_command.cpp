// SPDX-License-Identifier: GPL-2.0-or-later
// echo, with the one redirection there is: into a file below /proc.
#include "shell/arguments.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr std::string_view redirection = ">";

void write_file(std::string_view path, std::string_view text, const Output& output) {
    const char* problem = nullptr;
    switch (store_irq_file(path, text)) {
    case StoreResult::Stored:
        return;
    case StoreResult::Invalid:
        return output.write("echo: write error: Invalid argument\n");
    case StoreResult::NoSuchFile:
        problem = find_proc_file(path) ? "Permission denied" : "No such file or directory";
        break;
    }
    output.print("echo: %.*s: %s\n", length_of(path), path.data(), problem);
}

} // namespace

void echo_command(Words words, const Output& output) {
    Text<128> text;
    const char* separator = "";
    for (std::size_t i = 1; i < words.size(); i++) {
        if (words[i].starts_with(redirection)) {
            const std::string_view attached = words[i].substr(redirection.size());
            const bool next = attached.empty() && i + 1 < words.size();
            return write_file(next ? words[i + 1] : attached, text.view(), output);
        }
        text.output().print("%s%.*s", separator, length_of(words[i]), words[i].data());
        separator = " ";
    }
    output.print("%s\n", text.c_str());
}

} // namespace shell
