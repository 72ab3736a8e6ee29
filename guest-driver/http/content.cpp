// SPDX-License-Identifier: GPL-2.0-or-later
// Which path leads to what.
#include "http/content.h"

#include "shell/file_tree.h"

namespace http {

namespace {

constexpr std::string_view plain = "text/plain", html = "text/html";

bool write_folder(std::string_view folder, const shell::Output& output) {
    shell::Text<64> name;
    if (!shell::next_in_folder(folder, "", name))
        return false;
    const int length = static_cast<int>(folder.size());
    output.print("<!DOCTYPE html><title>%.*s</title><h1>%.*s</h1><ul>", length, folder.data(), length,
                 folder.data());
    do {
        shell::Text<128> inside;
        shell::Text<64> first;
        inside.output().print("%.*s%s/", length, folder.data(), name.c_str());
        const bool is_folder = shell::next_in_folder(inside.view(), "", first);
        output.print("<li><a href=\"%s%s\">%s%s</a>", name.c_str(), is_folder ? "/" : "", name.c_str(),
                     is_folder ? "/" : "");
    } while (shell::next_in_folder(folder, name.view(), name));
    output.write("</ul>\n");
    return true;
}

} // namespace

std::string_view write_content(std::string_view path, const shell::Output& output) {
    if (path == "/") {
        write_index_page(output);
        return html;
    }
    if (path == "/counters.json") {
        write_counters(output);
        return "application/json";
    }
    if (shell::show_file(path, output))
        return plain;
    if (path.ends_with('/') && write_folder(path, output))
        return html;
    return {};
}

} // namespace http
