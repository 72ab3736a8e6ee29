// SPDX-License-Identifier: GPL-2.0-or-later
// B1: the chip alone, in this process: what a frame and a register access cost, against a memcpy of the
// frame.
#include <algorithm>
#include <cstring>

#include "chip_timings.h"
#include "experiments/experiment.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Report;
using experiments::text_of;

/// Of one measurement, ns.
struct Spread {
    double low, median, high;
};
Spread spread(std::vector<double> times) {
    std::ranges::sort(times);
    return {times.front(), times[times.size() / 2], times.back()};
}

void run(experiments::Bench& bench, Report& report) {
    const ChipTimings timings = time_chip(bench.pick(21u, 3u), bench.pick(0.2, 0.01));
    const auto median = [&](const std::string& name) { return spread(timings.at(name)).median; };
    report.say(this_host());
    experiments::Table table{
        "CPU time, ns", {"what", "least", "median", "most", "median / memcpy of the frame"}, {}};
    experiments::Table data{"", {"what", "least_ns", "median_ns", "most_ns"}, {}};
    for (const auto& [name, what] : std::initializer_list<std::pair<const char*, const char*>>{
             {"copy/60", "memcpy of 60 bytes"},
             {"copy/1514", "memcpy of 1514 bytes"},
             {"receive/60", "a frame of 60 bytes received"},
             {"receive/1514", "a frame of 1514 bytes received"},
             {"transmit/60", "a frame of 60 bytes sent"},
             {"transmit/1514", "a frame of 1514 bytes sent"},
             {"csr_read", "a register read"},
             {"csr_write", "a register written"}}) {
        const Spread ns = spread(timings.at(name));
        const char* bytes = std::strchr(name, '/'); // "/60"; none: no frame
        table.rows.push_back({what, text_of(ns.low), text_of(ns.median), text_of(ns.high),
                              bytes ? text_of(ns.median / median(std::string("copy") + bytes)) : ""});
        data.rows.push_back(
            {name, std::to_string(ns.low), std::to_string(ns.median), std::to_string(ns.high)});
    }
    report.show(table, {.unit = "ns", .bars = 3});
    report.data(data);
    const auto judge = [&](const char* id, const std::string& what, double measured, double most,
                           const char* unit) {
        report.judge({id, what, text_of(measured) + unit, "≤ " + text_of(most) + unit, "", measured <= most});
    };
    const double copied = median("copy/1514");
    judge("B1.1", "a frame of 1514 bytes received / memcpy", median("receive/1514") / copied, 3, "");
    judge("B1.2", "a frame of 1514 bytes sent / memcpy", median("transmit/1514") / copied, 3, "");
    judge("B1.3", "a frame of 60 bytes received", median("receive/60"), 60, " ns");
    judge("B1.4", "a frame of 60 bytes sent", median("transmit/60"), 60, " ns");
    judge("B1.5", "a register read", median("csr_read"), 15, " ns");
}

const experiments::Registration known(
    {"B1", "the chip alone",
     "What do a frame and a register access cost inside the chip, in one process with a driver's memory "
     "beside it, and how does that compare with copying the frame's bytes? Descriptors are laid out as "
     "Linux's driver lays them out; the memory is 256 buffers of 2 KiB.",
     run});

} // namespace
} // namespace bench
