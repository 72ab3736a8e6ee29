// SPDX-License-Identifier: GPL-2.0-or-later
// An experiment is one file: a function that has setups run and reports what came out, and an object that
// makes it known.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report.h"
#include "run.h"

namespace experiments {

/// Runs machines side by side, shows progress, and holds each run to the laws.
class Bench {
  public:
    Bench(std::string experiment, bool short_form) : experiment_(std::move(experiment)), short_(short_form) {}

    /// Fewer and shorter runs, for every-day tests: the criteria are the same.
    bool short_form() const { return short_; }
    template <typename T> T pick(T full, T when_short) const { return short_ ? when_short : full; }

    /// In the order of the setups.
    std::vector<Run> run(const std::vector<Setup>& setups);
    Run run(const Setup& setup) { return run(std::vector{setup})[0]; }

    unsigned runs() const { return runs_; }
    const std::vector<std::string>& broken_laws() const { return broken_; }

  private:
    std::string experiment_;
    bool short_;
    unsigned runs_ = 0;
    std::vector<std::string> broken_;
};

struct Experiment {
    const char* name;     ///< "E1"
    const char* title;    ///< a few words
    const char* question; ///< what it asks and how it is set up
    void (*run)(Bench& bench, Report& report);
};

/// `static const Registration known({...});` in an experiment's file is all that it takes.
struct Registration {
    explicit Registration(const Experiment& experiment);
};
/// In the order of their numbers.
std::vector<Experiment> all_experiments();

/// Runs it; the laws are the report's last criterion.
Report conduct(const Experiment& experiment, bool short_form);

} // namespace experiments
