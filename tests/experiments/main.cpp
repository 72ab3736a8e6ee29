// SPDX-License-Identifier: GPL-2.0-or-later
// e100-experiments: what ./boot --experiment and ./check run.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "experiment.h"
#include "harness/qemu_process.h"

namespace {

using namespace experiments;

constexpr int skipped = 77; // as meson understands it

constexpr const char* usage = R"(Usage: e100-experiments [--short] [--results DIRECTORY] all|NAME...
       e100-experiments --list

  --short              fewer and shorter runs, the same criteria
  --results DIRECTORY  write NAME.md, NAME.csv, NAME.svg and NAME.png there, and an index of all that are there
  --list               which there are

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

void write_index(const std::string& directory) {
    std::ofstream index(directory + "/README.md");
    index << "# Results\n\nEach page says what was asked, how it was set up, what came out and what was "
             "predicted. They are "
             "made by `./boot --experiment all` and committed as produced; on the exact clock the numbers "
             "are the same "
             "on every host.\n\n| | |\n|---|---|\n";
    for (const Experiment& each : all_experiments())
        if (std::filesystem::exists(directory + "/" + each.name + ".md"))
            index << "| [" << each.name << "](" << each.name << ".md) | " << each.title << " |\n";
}

bool conduct_one(const Experiment& experiment, const Options& options) {
    std::cout << experiment.name << ": " << experiment.title << "\n";
    const Report report = conduct(experiment, options.short_form);
    std::cout << "\n"
              << report.text() << experiment.name << (report.passed() ? " passed\n" : " FAILED\n")
              << std::endl;
    if (!options.results.empty()) {
        report.write(options.results, experiment.name, experiment.title, experiment.question);
        write_index(options.results);
    }
    return report.passed();
}

int conduct_all(const Options& options) {
    std::vector<Experiment> chosen;
    for (const std::string& name : options.names) {
        for (const Experiment& each : all_experiments())
            if (name == "all" || name == each.name)
                chosen.push_back(each);
        if (name != "all" &&
            std::ranges::none_of(chosen, [&](const Experiment& each) { return name == each.name; })) {
            std::cerr << "e100-experiments: there is no experiment " << name << "; --list shows them.\n";
            return 2;
        }
    }
    if (const std::string reason = harness::missing_prerequisite(); !reason.empty()) {
        std::cerr << "e100-experiments: " << reason << "\n";
        return skipped;
    }
    bool passed = true;
    for (const Experiment& each : chosen)
        passed &= conduct_one(each, options);
    return passed ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    std::vector<std::string> words(argv + 1, argv + argc);
    for (size_t i = 0; i < words.size(); i++) {
        if (words[i] == "--list")
            return list();
        if (words[i] == "--short")
            options.short_form = true;
        else if (words[i] == "--results" && i + 1 < words.size())
            options.results = std::filesystem::absolute(words[++i]).string();
        else if (words[i].starts_with("-"))
            return std::cerr << usage, words[i] == "--help" ? 0 : 2;
        else
            options.names.push_back(words[i]);
    }
    if (options.names.empty())
        return std::cerr << usage, 2;
    try {
        return conduct_all(options);
    } catch (const std::exception& failure) {
        std::cerr << "e100-experiments: " << failure.what() << "\n";
        return 1;
    }
}
