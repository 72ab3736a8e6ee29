// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <tuple>

#include "experiment.h"
#include "harness/qemu_process.h"

namespace experiments {
namespace {

constexpr int skipped = 77; // as meson understands it

constexpr const char* usage = R"( [--short] [--results DIRECTORY] all|NAME...

  --short              fewer and shorter runs, the same criteria
  --results DIRECTORY  write NAME.md, NAME.csv, NAME.svg and NAME.png there, and an index of all that are there
  --list               which there are, instead

Environment: E100_PLUGIN the device's shared object, E100_GUEST the guest.
Exit status: 0 each criterion holds; 1 one does not, or a machine failed; 2 wrong usage.
)";

struct Options {
    bool short_form = false;
    std::string results;
    std::vector<std::string> names;
};

int list() {
    for (const Experiment& each : all_experiments())
        std::cout << each.name << "\t" << each.title << "\n";
    return 0;
}

/// Of all pages there are, whichever program made them.
void write_index(const std::string& directory) {
    std::vector<std::string> pages;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".md" && entry.path().stem() != "README")
            pages.push_back(entry.path().stem());
    std::ranges::sort(pages, {}, [](const std::string& page) {
        return std::tuple(page[0], page.size(), page); // B2 before B10, and that before E1
    });
    std::ofstream index(directory + "/README.md");
    index << "# Results\n\nEach page says what was asked, how it was set up, what came out and what was "
             "predicted or wanted. They are committed as produced.\n\n"
             "E1 to E12 are the experiments of the receive path (`./boot --experiment all`); on the exact "
             "clock the same build gives the same numbers on every host. Only what E4 says of a second CPU "
             "was measured on the host's clock. B1 and following are measurements of speed (`./bench`) on "
             "one host, which the page names.\n\n| | |\n|---|---|\n";
    for (const std::string& page : pages) {
        std::ifstream file(directory + "/" + page + ".md");
        std::string title;
        std::getline(file, title);
        index << "| [" << page << "](" << page << ".md) | "
              << title.substr(std::min(title.size(), page.size() + 4)) << " |\n";
    }
}

bool conduct_one(const Program& program, const Experiment& experiment, const Options& options) {
    std::cout << experiment.name << ": " << experiment.title << "\n";
    const Report report = conduct(experiment, options.short_form);
    std::cout << "\n"
              << report.text() << experiment.name << (report.passed() ? " passed\n" : " FAILED\n")
              << std::endl;
    if (!options.results.empty()) {
        report.write(options.results, experiment.name, experiment.title, experiment.question,
                     program.command);
        write_index(options.results);
    }
    return report.passed();
}

int conduct_all(const Program& program, const Options& options) {
    std::vector<Experiment> chosen;
    for (const std::string& name : options.names) {
        for (const Experiment& each : all_experiments())
            if (name == "all" || name == each.name)
                chosen.push_back(each);
        if (name != "all" &&
            std::ranges::none_of(chosen, [&](const Experiment& each) { return name == each.name; })) {
            std::cerr << program.name << ": there is no " << name << "; --list shows what there is.\n";
            return 2;
        }
    }
    if (const std::string reason = harness::missing_prerequisite(); !reason.empty()) {
        std::cerr << program.name << ": " << reason << "\n";
        return skipped;
    }
    bool passed = true;
    for (const Experiment& each : chosen)
        passed &= conduct_one(program, each, options);
    return passed ? 0 : 1;
}

} // namespace

int run_program(const Program& program, int argc, char** argv) {
    Options options;
    std::vector<std::string> words(argv + 1, argv + argc);
    for (size_t i = 0; i < words.size(); i++) {
        if (words[i] == "--list")
            return list();
        if (words[i] == "--short")
            options.short_form = true;
        else if (words[i] == "--results" && i + 1 < words.size())
            options.results = std::filesystem::absolute(words[++i]).string();
        else if (words[i] == "--help")
            return std::cout << "Usage: " << program.name << usage, 0;
        else if (words[i].starts_with("-"))
            return std::cerr << "Usage: " << program.name << usage, 2;
        else
            options.names.push_back(words[i]);
    }
    if (options.names.empty())
        return std::cerr << "Usage: " << program.name << usage, 2;
    try {
        if (!options.results.empty())
            std::filesystem::create_directories(options.results);
        return conduct_all(program, options);
    } catch (const std::exception& failure) {
        std::cerr << program.name << ": " << failure.what() << "\n";
        return 1;
    }
}

} // namespace experiments
