// SPDX-License-Identifier: GPL-2.0-or-later
// E7: after a poll the interrupt stays off for a while, and a timer polls instead.
#include <algorithm>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

/// napi_defer_hard_irqs and gro_flush_timeout.
struct Deferral {
    unsigned times, us;
    std::string text() const {
        return times == 0 ? "off" : "D = " + std::to_string(times) + ", T = " + std::to_string(us) + " µs";
    }
};
constexpr Deferral deferrals[] = {{0, 0}, {2, 20}, {10, 20}, {2, 200}, {10, 200}};

/// The interrupt comes on after D × T without a frame, which for random arrivals has the probability
/// p = e^(-λDT). A session that a timer began has the frames of a T that was not empty to begin with,
/// λT / (1 - e^(-λT)) of them, where an interrupt's has one.
double predicted(const Deferral& deferral, double frames_per_us, double without) {
    if (deferral.times == 0)
        return without;
    const double in_timer = frames_per_us * deferral.us, quiet = std::exp(-in_timer * deferral.times);
    return without * quiet / (quiet + (1 - quiet) * in_timer / (1 - std::exp(-in_timer)));
}

Setup setup_for(const Bench& bench, const std::string& padding, const Deferral& deferral, double load,
                double capacity_pps, const std::string& rnr_policy) {
    const std::string files = " > /sys/class/net/eth0/";
    return {.name = deferral.text() + " at " + text_of(load) + " of capacity, " + rnr_policy,
            .options = {padding, "ack_mode=poll", "rnr_policy=" + rnr_policy},
            .left = {.rate = static_cast<uint64_t>(load * capacity_pps),
                     .count = load > 1 ? 20'000 : bench.pick<uint64_t>(10'000, 4'000),
                     .arrivals = "poisson"},
            .script = {"echo " + std::to_string(deferral.times) + files + "napi_defer_hard_irqs",
                       "echo " + std::to_string(deferral.us * 1000) + files + "gro_flush_timeout"},
            .interrupts_schedule = deferral.times == 0};
}

/// A line of E7.csv; without a prediction of interrupts in overload.
std::vector<std::string> data_row(const Deferral& deferral, double load, const char* rnr_policy,
                                  const Run& run, const std::string& predicted) {
    return {std::to_string(deferral.times),
            std::to_string(deferral.us),
            text_of(load),
            rnr_policy,
            std::to_string(run.interrupts_per_packet()),
            predicted,
            std::to_string(run.mean_latency_us()),
            std::to_string(run.longest_latency_us()),
            std::to_string(run.forwarded()),
            std::to_string(run.output_rate())};
}

/// Which share of the output deferral takes in overload, measured; and predicted for a receiver that stands
/// still until an interrupt tells so, which it does for D × T each time.
struct Lost {
    double measured, predicted;
};
Lost lost_in_overload(const Deferral& deferral, const Run& run, const Run& plain) {
    return {1 - run.output_rate() / plain.output_rate(),
            run.interrupts_per_packet() * run.output_rate() * deferral.times * deferral.us / 1e6};
}

void judge_overload(Bench& bench, Report& report, Table& data, const std::string& padding,
                    double capacity_pps) {
    constexpr double load = 2;
    std::vector<Setup> setups;
    for (const char* policy : {"linux", "resume"})
        for (const Deferral& deferral : deferrals)
            setups.push_back(setup_for(bench, padding, deferral, load, capacity_pps, policy));
    const std::vector<Run> runs = bench.run(setups);
    const size_t count = std::size(deferrals);
    Table table{"Output at twice the capacity, packets/s (and its loss, predicted)",
                {"", "rnr_policy=linux", "rnr_policy=resume"},
                {}};
    double worst_resume = 0, worst_linux = 0;
    for (size_t d = 0; d < count; d++) {
        const Lost with_linux = lost_in_overload(deferrals[d], runs[d], runs[0]);
        table.rows.push_back({deferrals[d].text(),
                              text_of(runs[d].output_rate(), 4) + "; " + percent(with_linux.measured) + " (" +
                                  percent(with_linux.predicted) + ")",
                              text_of(runs[count + d].output_rate(), 4)});
        data.rows.push_back(data_row(deferrals[d], load, "linux", runs[d], ""));
        data.rows.push_back(data_row(deferrals[d], load, "resume", runs[count + d], ""));
        worst_linux = std::max(worst_linux, std::fabs(with_linux.measured - with_linux.predicted));
        worst_resume =
            std::max(worst_resume, lost_in_overload(deferrals[d], runs[count + d], runs[count]).measured);
    }
    report.say(
        "In overload the ring is full again and again and the receiver stops. Linux's driver learns of "
        "that in its interrupt handler, so a deferred interrupt leaves the receiver stopped for D·T "
        "more; a poll that looks itself (`rnr_policy=resume`) does not wait.");
    report.show(table);
    report.judge({"E7.5", "share of the output that deferral costs in overload, rnr_policy=resume, the worst",
                  percent(worst_resume), "≤ 2 %", "0", worst_resume <= 0.02});
    report.judge({"E7.6", "the same, rnr_policy=linux, distance from interrupts per second × D·T, the worst",
                  percent(worst_linux), "≤ 2 %", "0", worst_linux <= 0.02});
}

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const double capacity_pps = capacity(bench, {padding});
    const std::vector<double> loads = bench.short_form()
                                          ? std::vector{0.1, 0.5, 0.8}
                                          : std::vector{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
    std::vector<Setup> setups;
    for (const Deferral& deferral : deferrals)
        for (const double load : loads)
            setups.push_back(setup_for(bench, padding, deferral, load, capacity_pps, "linux"));
    const std::vector<Run> runs = bench.run(setups);

    Table interrupts{"Interrupts per packet (and predicted)", {"load"}, {}};
    Table latency{"Latency from wire to wire, µs: mean / longest", {"load"}, {}};
    Table data{"",
               {"D", "T_us", "load", "rnr_policy", "interrupts_per_packet", "predicted", "mean_us",
                "longest_us", "forwarded", "output_pps"},
               {}};
    std::vector<Curve> curves;
    double worst_mid = 0, worst_mean = 0, worst_model = 0;
    uint64_t stranded = 0;
    for (const double load : loads) {
        interrupts.rows.push_back({text_of(load)});
        latency.rows.push_back({text_of(load)});
    }
    for (size_t d = 0; d < std::size(deferrals); d++) {
        const Deferral& deferral = deferrals[d];
        interrupts.columns.push_back(deferral.text());
        latency.columns.push_back(deferral.text());
        Curve points{.label = deferral.text(),
                     .color = static_cast<unsigned>(d),
                     .label_at = {0.7, 0.95 - 0.05 * static_cast<double>(d)}},
            line{.style = Curve::Style::Line, .color = static_cast<unsigned>(d)};
        for (size_t l = 0; l < loads.size(); l++) {
            const Run &each = runs[d * loads.size() + l], &plain = runs[l];
            const double load = loads[l], measured = each.interrupts_per_packet(),
                         model = predicted(deferral, load / packet_us, plain.interrupts_per_packet());
            interrupts.rows[l].push_back(text_of(measured) + " (" + text_of(model) + ")");
            latency.rows[l].push_back(text_of(each.mean_latency_us(), 4) + " / " +
                                      text_of(each.longest_latency_us(), 4));
            data.rows.push_back(data_row(deferral, load, "linux", each, std::to_string(model)));
            points.points.push_back({load, measured});
            line.points.push_back({load, model});
            if (deferral.times == 0)
                continue;
            worst_mean =
                std::max(worst_mean, (each.mean_latency_us() - plain.mean_latency_us()) / deferral.us);
            worst_model = std::max(worst_model, std::fabs(measured - model));
            stranded += each.offered() - each.forwarded();
            if (load >= 0.4 && load <= 0.6)
                worst_mid = std::max(worst_mid, measured / plain.interrupts_per_packet());
        }
        curves.push_back(line);
        curves.push_back(points);
    }
    report.say("Poisson arrivals of 60 byte frames, c = " + text_of(packet_us, 4) +
               " µs. After a poll that found something the interrupt stays off for D empty polls, which a "
               "timer makes at intervals of T. Prediction: that time without a frame has the probability "
               "e^(−λDT), and a timer's session begins with more than one frame.");
    report.show(interrupts);
    report.show(latency);
    report.judge({"E7.1", "interrupts per packet at 0.4 … 0.6 of capacity / without deferral, the worst",
                  text_of(worst_mid), "≤ 0.6", "0.35 for D = 2, T = 20 µs", worst_mid <= 0.6});
    report.judge({"E7.2", "interrupts per packet, distance from the prediction, the worst",
                  text_of(worst_model), "≤ 0.1", "0", worst_model <= 0.1});
    report.judge({"E7.3", "growth of the mean latency / T, the worst", text_of(worst_mean), "≤ 1.1", "≤ 1",
                  worst_mean <= 1.1});
    report.judge(
        {"E7.4", "frames that did not arrive below capacity", text_of(stranded), "0", "0", stranded == 0});
    judge_overload(bench, report, data, padding, capacity_pps);
    report.data(data);
    report.picture("", {.title = "Interrupts per packet with deferral (points: measured, lines: predicted)",
                        .x_label = "offered load / capacity",
                        .y_label = "interrupts per packet",
                        .x_range = {0, 1},
                        .y_range = {0, 1},
                        .curves = curves});
}

const Registration
    known({"E7", "deferred interrupts",
           "What do napi_defer_hard_irqs (D) and gro_flush_timeout (T) save in interrupts, and "
           "cost in latency?",
           run});

} // namespace
} // namespace experiments
