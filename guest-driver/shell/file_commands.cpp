// SPDX-License-Identifier: GPL-2.0-or-later
// cat, ls, and echo with the one redirection there is: into a file.
#include "shell/arguments.h"
#include "shell/file_tree.h"

namespace shell {

namespace {

constexpr std::string_view redirection = ">";

std::string_view without_slash(std::string_view path) {
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

void write_file(std::string_view path, std::string_view text, const Output& output) {
    const char* problem = nullptr;
    switch (store_file(path, text)) {
    case StoreResult::Stored:
        return;
    case StoreResult::Invalid:
        return output.write("echo: write error: Invalid argument\n");
    case StoreResult::ReadOnly:
        problem = "Permission denied";
        break;
    case StoreResult::NoSuchFile:
        problem = "No such file or directory";
        break;
    }
    output.print("echo: %.*s: %s\n", length_of(path), path.data(), problem);
}

} // namespace

void cat_command(Words words, const Output& output) {
    if (words.size() < 2)
        return output.write("Usage: cat FILE; ls /proc lists the files.\n");
    for (std::string_view path : words.subspan(1))
        if (!show_file(path, output))
            output.print("cat: %.*s: No such file or directory\n", length_of(path), path.data());
}

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

void ls_command(Words words, const Output& output) {
    const std::string_view path = words.size() < 2 ? "/proc" : words[1];
    Text<128> folder;
    folder.append(without_slash(path));
    folder.append("/");
    Text<64> name;
    if (!next_in_folder(folder.view(), "", name))
        return output.print("ls: cannot access '%.*s': No such file or directory\n", length_of(path),
                            path.data());
    do
        output.print("%s\n", name.c_str());
    while (next_in_folder(folder.view(), name.view(), name));
}

} // namespace shell
