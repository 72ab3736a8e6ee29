// SPDX-License-Identifier: GPL-2.0-or-later
// e100-timeline: what the QEMU device of that name recorded, for people.
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "timeline/interrupt_tree.h"
#include "timeline/page.h"
#include "timeline/picture.h"
#include "timeline/stream.h"
#include "timeline/trace_event.h"

namespace {

constexpr char usage[] = "Usage: e100-timeline [--json FILE] [--html FILE] [--tree FILE] RECORDING\n"
                         "  --json   trace events, for https://ui.perfetto.dev and chrome://tracing\n"
                         "  --html   a page of its own\n"
                         "  --tree   text: each interrupt and what followed\n"
                         "Exit status: 0 done; 1 a file cannot be read or written; 2 wrong usage.\n";

struct Options {
    std::string json, html, tree, recording;
};

bool parse(int count, char** words, Options& options) {
    for (int i = 1; i < count; i++) {
        std::string* const value = std::strcmp(words[i], "--json") == 0   ? &options.json
                                   : std::strcmp(words[i], "--html") == 0 ? &options.html
                                   : std::strcmp(words[i], "--tree") == 0 ? &options.tree
                                                                          : nullptr;
        if (value && i + 1 < count)
            *value = words[++i];
        else if (!value && words[i][0] != '-' && options.recording.empty())
            options.recording = words[i];
        else
            return false;
    }
    return !options.recording.empty();
}

template <typename Write> bool write_file(const std::string& name, Write write) {
    if (name.empty())
        return true;
    std::ofstream file(name, std::ios::binary);
    write(file);
    file.close();
    if (!file)
        std::cerr << "e100-timeline: " << name << " cannot be written: " << std::strerror(errno) << '\n';
    return !file.fail();
}

void say_what_is_missing(const timeline::Picture& picture) {
    if (picture.lost)
        std::cerr << "e100-timeline: " << picture.lost << " records did not fit and are missing\n";
    if (picture.malformed)
        std::cerr << "e100-timeline: " << picture.malformed << " lines of the recording make no sense\n";
    if (!picture.complete)
        std::cerr << "e100-timeline: the recording has no end: QEMU was stopped by force\n";
}

} // namespace

int main(int count, char** words) {
    Options options;
    if (!parse(count, words, options)) {
        std::cerr << usage;
        return 2;
    }
    std::ifstream input(options.recording, std::ios::binary);
    const auto recording = timeline::read_stream(input);
    if (!recording) {
        std::cerr << "e100-timeline: " << options.recording
                  << (input.is_open() ? " is no recording of the device e100-timeline\n"
                                      : " cannot be read\n");
        return 1;
    }
    const timeline::Picture picture = timeline::draw(*recording);
    say_what_is_missing(picture);
    const bool written =
        write_file(options.json, [&](auto& file) { write_trace_events(file, picture); }) &&
        write_file(options.html, [&](auto& file) { write_page(file, picture); }) &&
        write_file(options.tree, [&](auto& file) { write_interrupt_trees(file, *recording); });
    return written ? 0 : 1;
}
