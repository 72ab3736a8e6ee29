// SPDX-License-Identifier: GPL-2.0-or-later
// E3: a flood and its reader on one CPU. Who runs the softirqs, and when, decides whether anything that
// arrives is ever read.
#include <algorithm>
#include <array>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

constexpr double reader_us = 3 * packet_us;
constexpr unsigned port = 5000;
constexpr double kernel_hz = 250;
constexpr double judged_at = 3; ///< times what the protocols can do

/// Shares of the CPU's time while the flood lasts, and what the reader makes of its own.
struct Point {
    double rate, goodput, reader, ksoftirqd, inline_softirq, all;
};

struct Policy {
    std::string name, since; ///< as the kernel calls it; who had it
    std::vector<Point> points = {};
    const Point& under(double rate) const {
        return *std::ranges::min_element(points, {},
                                         [&](const Point& point) { return std::fabs(point.rate - rate); });
    }
};

class E3 {
  public:
    E3(Bench& bench, Report& report) : bench_(bench), report_(report) {}
    void conduct() {
        padding_ = padding_for(bench_, packet_us);
        capacity_ = capacity(bench_, {padding_});
        measure();
        describe();
        judge();
        draw();
    }

  private:
    Setup setup(const Policy& policy, double rate, double seconds) const {
        return {
            .name = policy.name + " at " + text_of(rate) + "/s",
            .options = {padding_},
            .left = {.rate = static_cast<uint64_t>(rate),
                     .count = static_cast<uint64_t>(rate * seconds),
                     .to = Load::To::Guest,
                     .port = port},
            .script = {"echo " + policy.name + " > /proc/sys/kernel/softirq_policy",
                       "sink " + std::to_string(port) + " " + std::to_string(std::llround(reader_us * 1000))},
            .losses_in_guest = true};
    }

    void measure() {
        const std::vector<double> multiples =
            bench_.short_form() ? std::vector{judged_at} : std::vector{0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7,
                                                                       0.9, 1.0, 1.5,  2.0, 3.0, 3.8};
        const double brief = 0.2, longer = bench_.pick(0.8, 0.4);
        std::vector<Setup> setups;
        for (const Policy& policy : policies_)
            for (const double multiple : multiples)
                for (const double seconds : {brief, longer})
                    setups.push_back(setup(policy, multiple * capacity_, seconds));
        const std::vector<Run> runs = bench_.run(setups);
        for (size_t i = 0; i < runs.size(); i += 2) {
            Policy& policy = policies_[i / 2 / multiples.size()];
            policy.points.push_back(point(runs[i], runs[i + 1]));
            note(policy, policy.points.back());
        }
    }

    /// What the longer run had more: neither its beginning nor what was read after the flood.
    static Point point(const Run& brief, const Run& longer) {
        const double seconds = longer.setup.left.seconds() - brief.setup.left.seconds();
        const auto more = [&](const std::string& counter) {
            return (static_cast<double>(longer[counter]) - static_cast<double>(brief[counter])) / seconds;
        };
        double all = more("cpu0.softirq_inline_ns");
        for (const auto& [name, value] : longer.after)
            if (name.starts_with("thread0."))
                all += more(name);
        return {.rate = static_cast<double>(longer.setup.left.rate),
                .goodput = more("udp.InDatagrams"),
                .reader = more("thread0.sink") / 1e9,
                .ksoftirqd = more("thread0.ksoftirqd/0") / 1e9,
                .inline_softirq = more("cpu0.softirq_inline_ns") / 1e9,
                .all = all / more("clock.ns")}; // of the time between the looks, which come at ticks
    }

    void note(const Policy& policy, const Point& point) {
        const auto plain = [](double value) { return std::to_string(value); };
        data_.rows.push_back({policy.name, plain(point.rate), plain(point.goodput), plain(point.reader),
                              plain(point.ksoftirqd), plain(point.inline_softirq), plain(point.all)});
    }

    void describe();
    void judge();
    void draw();

    Bench& bench_;
    Report& report_;
    std::string padding_;
    double capacity_ = 0;
    std::array<Policy, 4> policies_ = {
        Policy{"inline_always", "no limits"}, Policy{"linux", "before 4.9, since 6.5"},
        Policy{"defer_if_ksoftirqd_runnable", "4.9 to 6.4"}, Policy{"threaded", "PREEMPT_RT"}};
    Table data_{"", {"policy", "offered_pps", "read_pps", "reader", "ksoftirqd", "inline", "all"}, {}};
};

void E3::describe() {
    report_.say("One CPU takes a flood of datagrams for a socket; a packet costs " + text_of(packet_us, 4) +
                " µs of protocols (`" + padding_ + "`), so they can do " + text_of(capacity_) +
                " packets/s. A thread on the same CPU reads them and spends " + text_of(reader_us, 4) +
                " µs on each.");
    Table table{"At " + text_of(judged_at) + " times what the protocols can do",
                {"softirq_policy", "in Linux", "read/s", "reader's share", "ksoftirqd", "softirqs at exits"},
                {}};
    for (const Policy& policy : policies_) {
        const Point& point = policy.under(judged_at * capacity_);
        table.rows.push_back({policy.name, policy.since, text_of(std::round(point.goodput), 4),
                              percent(point.reader), percent(point.ksoftirqd),
                              percent(point.inline_softirq)});
    }
    report_.show(table);
    report_.data(data_);
}

void E3::judge() {
    std::array<const Point*, 4> at{};
    for (size_t i = 0; i < at.size(); i++)
        at[i] = &policies_[i].under(judged_at * capacity_);
    const auto& [always, linux_now, deferred, threaded] = at;
    report_.judge({"E3.1", "inline_always: the reader's share", percent(always->reader), "≤ 1 %", "0",
                   always->reader <= 0.01});
    // Each read ends with local_bh_enable, where a softirq is pending: it runs until a jiffy is over, and the
    // next one is ksoftirqd's.
    const double one_in_two_ticks = kernel_hz / 2;
    report_.judge({"E3.2", "linux: datagrams read a second (S6: more than none)", text_of(linux_now->goodput),
                   "> 0", text_of(one_in_two_ticks) + ", one in two ticks", linux_now->goodput > 0});
    report_.judge({"E3.3a", "rule of 4.9: the reader's share", percent(deferred->reader), "35 % to 65 %",
                   "50 %", deferred->reader >= 0.35 && deferred->reader <= 0.65});
    const double gain = deferred->goodput / std::max(always->goodput, 1.0);
    report_.judge({"E3.3b", "rule of 4.9: read, as a multiple of inline_always (at least 1/s)", text_of(gain),
                   "≥ 10", "", gain >= 10});
    report_.judge({"E3.4", "threaded: the reader's share", percent(threaded->reader), "35 % to 65 %",
                   "50 %, one of two threads", threaded->reader >= 0.35 && threaded->reader <= 0.65});
    double worst = 0;
    for (const Policy& policy : policies_)
        for (const Point& each : policy.points)
            worst = std::max(worst, std::fabs(each.all - 1));
    report_.judge({"E3.5", "the CPU's time that no thread and no softirq has, or that two have",
                   percent(worst), "≤ 1 %", "0", worst <= 0.01});
}

void E3::draw() {
    const auto curve = [&](size_t policy, unsigned color, const char* label, std::pair<double, double> at) {
        Curve points{.label = label, .style = Curve::Style::Points, .color = color, .label_at = at};
        for (const Point& point : policies_[policy].points)
            points.points.push_back({point.rate / 1000, point.goodput / 1000});
        return points;
    };
    const double c = capacity_ / 1000, all = 1000 / (packet_us + reader_us), half = 500 / reader_us;
    report_.picture("", {.title = "Datagrams read against datagrams offered, reader and flood on one CPU",
                         .x_label = "offered (1000/s)",
                         .y_label = "read (1000/s)",
                         .x_range = {0, 4 * c},
                         .y_range = {0, all * 1.2},
                         .curves = {{.label = "half of the CPU",
                                     .points = {{0, half}, {4 * c, half}},
                                     .style = Curve::Style::Dashed,
                                     .color = 6,
                                     .label_at = {3.2 * c, half * 1.06}},
                                    {.label = "what softirqs leave",
                                     .points = {{0, 0}, {all, all}, {c, 0}},
                                     .style = Curve::Style::Line,
                                     .color = 6,
                                     .label_at = {0.42 * c, all * 0.85}},
                                    curve(2, 0, "rule of 4.9, and threaded", {2 * c, half * 0.8}),
                                    curve(3, 0, "", {0, 0}),
                                    curve(1, 1, "linux (limits only)", {2 * c, all * 0.12}),
                                    curve(0, 2, "inline_always", {0.4 * c, all * 0.05})}});
}

const Registration known({"E3", "softirq fairness",
                          "A flood and the thread that shall read it share a CPU. Softirqs that run until "
                          "nothing is pending leave nothing for the reader; what the four policies do.",
                          [](Bench& bench, Report& report) { E3(bench, report).conduct(); }});

} // namespace
} // namespace experiments
