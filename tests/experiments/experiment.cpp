// SPDX-License-Identifier: GPL-2.0-or-later
#include "experiment.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>

#include "laws.h"

namespace experiments {

namespace {

std::vector<Experiment>& registry() {
    static std::vector<Experiment> experiments;
    return experiments;
}

int number_of(const Experiment& experiment) { return std::atoi(experiment.name + 1); }

unsigned workers() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u); }

/// Calls `work(i)` for each i below `count` on a few threads. The first exception ends it.
void in_parallel(size_t count, const std::function<void(size_t)>& work) {
    std::atomic<size_t> next{0};
    std::exception_ptr failure;
    std::mutex mutex;
    const auto worker = [&] {
        for (size_t i; (i = next++) < count;) {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard guard(mutex);
                failure = std::current_exception();
                next = count;
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < std::min<size_t>(workers(), count); i++)
            threads.emplace_back(worker);
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

std::vector<Run> Bench::run(const std::vector<Setup>& setups) {
    std::vector<Run> results(setups.size());
    std::atomic<unsigned> done{0};
    std::mutex mutex;
    in_parallel(setups.size(), [&](size_t i) {
        results[i] = perform(setups[i]);
        const std::lock_guard guard(mutex);
        std::cout << experiment_ << ": run " << ++done << " of " << setups.size() << ", " << setups[i].name
                  << std::endl;
    });
    runs_ += static_cast<unsigned>(setups.size());
    for (const Run& run : results)
        for (const std::string& law : experiments::broken_laws(run))
            broken_.push_back(run.setup.name + ": " + law);
    return results;
}

Registration::Registration(const Experiment& experiment) { registry().push_back(experiment); }

std::vector<Experiment> all_experiments() {
    std::vector<Experiment> sorted = registry();
    std::ranges::sort(sorted, {}, number_of);
    return sorted;
}

Report conduct(const Experiment& experiment, bool short_form) {
    Bench bench(experiment.name, short_form);
    Report report;
    experiment.run(bench, report);
    if (bench.runs() == 0)
        return report;
    std::string measured = "all hold";
    if (!bench.broken_laws().empty())
        measured =
            bench.broken_laws()[0] + " (and " + std::to_string(bench.broken_laws().size() - 1) + " more)";
    report.judge({std::string(experiment.name) + ".laws",
                  "conservation laws and rules of the receive path in each of the " +
                      std::to_string(bench.runs()) + " runs",
                  measured, "no exception", "", bench.broken_laws().empty()});
    return report;
}

} // namespace experiments
