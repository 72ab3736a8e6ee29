// SPDX-License-Identifier: GPL-2.0-or-later
// E2: receive livelock (Mogul and Ramakrishnan 1997). The interrupt-per-packet driver, NAPI, NAPI without a
// quota, and a slow consumer with and without feedback from its queue.
#include <algorithm>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

constexpr double interrupt_us = packet_us / 2;
constexpr double consumer_us = 3 * packet_us;
constexpr unsigned sink_port = 5000;

struct Line {
    std::string name;
    std::vector<std::string> options;
    std::vector<double> rates = {}, outputs = {};
    double peak() const { return *std::ranges::max_element(outputs); }
};

class E2 {
  public:
    E2(Bench& bench, Report& report) : bench_(bench), report_(report) {}
    void conduct() {
        calibrate();
        measure_router();
        measure_consumer();
        describe();
        judge();
        draw();
    }

  private:
    void calibrate() {
        padding_ = padding_for(bench_, packet_us);
        capacity_ = capacity(bench_, {padding_});
        legacy_ = calibrate_legacy();
        for (const double multiple : bench_.short_form()
                                         ? std::vector{0.67, 1.0, 2.67, 4.0}
                                         : std::vector{0.25, 0.5, 0.6, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5,
                                                       1.75, 2.0, 2.3, 2.67, 3.0, 3.5, 4.0})
            rates_.push_back(multiple * capacity_);
    }

    static std::vector<std::string> legacy_options(double protocols_us, double handler_us) {
        const auto ns = [](double us) { return std::to_string(std::llround(us * 1000)); };
        return {"pad_ns=" + ns(protocols_us), "pad_irq_ns=" + ns(handler_us), "driver=legacy"};
    }
    /// The scopes that are padded are not all that a packet costs. What the rest takes follows from two loads
    /// beyond the peak, where out = (1 − λ·i)/c.
    std::vector<std::string> calibrate_legacy() {
        std::vector<Setup> setups;
        for (const double multiple : {0.9, 1.5})
            add_runs(setups, {"legacy, calibration", legacy_options(packet_us, interrupt_us)},
                     multiple * capacity_, 0.4);
        const std::vector<Run> runs = bench_.run(setups);
        const double low = out(runs[0], runs[1]), high = out(runs[2], runs[3]);
        const auto rate = [](const Run& run) { return static_cast<double>(run.setup.left.rate); };
        const double interrupt = (low - high) / (low * rate(runs[2]) - high * rate(runs[0]));
        const double protocols = (1 - interrupt * rate(runs[0])) / low;
        return legacy_options(2 * packet_us - protocols * 1e6, 2 * interrupt_us - interrupt * 1e6);
    }

    static uint64_t frames(double rate, double seconds) { return static_cast<uint64_t>(rate * seconds); }

    /// Packets a second while the load lasts: what the longer of two runs forwarded more, so that neither the
    /// beginning nor what is worked off behind the end counts.
    static double out(const Run& brief, const Run& longer) {
        return (static_cast<double>(longer.forwarded()) - static_cast<double>(brief.forwarded())) /
               (longer.setup.left.seconds() - brief.setup.left.seconds());
    }

    /// A brief run and a longer one, for out().
    static void add_runs(std::vector<Setup>& setups, const Line& line, double rate, double longer_seconds) {
        for (const double seconds : {0.2, longer_seconds}) // after 0.2 s the backlog is full
            setups.push_back({.name = line.name + " at " + text_of(rate) + "/s",
                              .options = line.options,
                              .left = {.rate = static_cast<uint64_t>(rate), .count = frames(rate, seconds)},
                              .losses_in_guest = true,
                              .interrupts_schedule = !line.name.starts_with("legacy")});
    }

    void measure_router() {
        lines_ = {{"legacy", legacy_},
                  {"NAPI", {padding_}},
                  {"NAPI, no quota", {padding_, "weight=unlimited", "rnr_policy=resume"}},
                  {"NAPI, weight 5", {padding_, "weight=5"}},
                  {"NAPI, weight 64", {padding_, "weight=64"}}};
        std::vector<Setup> setups;
        for (const Line& line : lines_)
            for (const double rate : rates_)
                add_runs(setups, line, rate, bench_.pick(0.6, 0.4));
        const std::vector<Run> runs = bench_.run(setups);
        for (size_t i = 0; i < runs.size(); i += 2) {
            Line& line = lines_[i / 2 / rates_.size()];
            line.rates.push_back(rates_[i / 2 % rates_.size()]);
            line.outputs.push_back(out(runs[i], runs[i + 1]));
            note(line.name, runs[i + 1], line.outputs.back());
        }
    }

    /// Datagrams to a reader that spends three times as long on each as the protocols do.
    void measure_consumer() {
        consumer_capacity_ = 1e6 / (packet_us + consumer_us);
        consumers_ = {{"slow consumer", {padding_}}, {"slow consumer, feedback", {padding_, "feedback=on"}}};
        std::vector<Setup> setups;
        const std::vector<double> multiples =
            bench_.short_form() ? std::vector{0.9, 4.0} : std::vector{0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5,
                                                                      2.0,  3.0, 4.0,  6.0, 8.0, 12.0};
        for (const Line& line : consumers_)
            for (const double multiple : multiples) {
                const double rate = multiple * consumer_capacity_;
                setups.push_back({.name = line.name + " at " + text_of(rate) + "/s",
                                  .options = line.options,
                                  .left = {.rate = static_cast<uint64_t>(rate),
                                           .count = static_cast<uint64_t>(rate),
                                           .to = Load::To::Guest,
                                           .port = sink_port},
                                  .script = {"sink " + std::to_string(sink_port) + " " +
                                             std::to_string(std::llround(consumer_us * 1000))},
                                  .losses_in_guest = true,
                                  .interrupts_schedule = &line == &consumers_[0]});
            }
        const std::vector<Run> runs = bench_.run(setups);
        for (size_t i = 0; i < runs.size(); i++) {
            Line& line = consumers_[i / multiples.size()];
            const double goodput =
                static_cast<double>(runs[i]["udp.InDatagrams"]) / runs[i].setup.left.seconds();
            line.rates.push_back(multiples[i % multiples.size()] * consumer_capacity_);
            line.outputs.push_back(goodput);
            note(line.name, runs[i], goodput);
        }
    }

    void note(const std::string& name, const Run& run, double output) {
        const auto plain = [](auto value) { return std::to_string(value); };
        data_.rows.push_back({"\"" + name + "\"", plain(run.setup.left.rate), plain(run.offered()),
                              plain(output), plain(run["eth0.rx_packets"]),
                              plain(run["eth0.rx_resource_errors"]),
                              plain(run.total_of("cpu", ".backlog_dropped")), plain(run["eth0.interrupts"]),
                              plain(run["udp.RcvbufErrors"])});
    }

    /// The legacy driver: interrupts have the CPU first, protocols get the rest.
    double legacy_model(double rate) const {
        return std::min(rate, std::max(0.0, (1 - rate * interrupt_us / 1e6) * capacity_));
    }
    double model_peak() const { return 1e6 / (interrupt_us + 1e6 / capacity_); }

    void describe();
    void judge();
    void draw();

    Bench& bench_;
    Report& report_;
    std::string padding_;
    std::vector<std::string> legacy_; ///< options
    double capacity_ = 0, consumer_capacity_ = 0;
    std::vector<double> rates_;
    std::vector<Line> lines_, consumers_;
    Table data_{"",
                {"line", "offered_pps", "offered", "output_pps", "received", "missed_in_card",
                 "backlog_dropped", "interrupts", "rcvbuf_errors"},
                {}};
};

void E2::describe() {
    report_.say("A packet costs c = " + text_of(packet_us, 4) + " µs of protocol work (`" + padding_ +
                "`), and with the legacy driver as much and i = c/2 in its interrupt handler (`" +
                legacy_[0] + " " + legacy_[1] +
                "`), which takes the frame off the ring, puts it into the backlog (1000 packets) and is "
                "never masked. "
                "Output is what the longer of two runs forwarded more than the shorter, so that what is "
                "worked off after the load does not count. Model: out(λ) = min(λ, max(0, (1 − λ·i)/c)) for "
                "legacy, min(λ, 1/c) for NAPI. \"No quota\" polls until the ring is empty, "
                "refilling it on the way. The slow consumer is a thread that spends " +
                text_of(consumer_us, 4) +
                " µs on each datagram; with feedback input is held "
                "while its queue is over 75 % full.");
    Table table{"Output (packets/s) against offered load", {"offered/s"}, {}};
    for (const Line& line : lines_)
        table.columns.push_back(line.name);
    table.columns.push_back("legacy, model");
    for (size_t i = 0; i < rates_.size(); i++) {
        std::vector<std::string> row{text_of(rates_[i])};
        for (const Line& line : lines_)
            row.push_back(text_of(std::round(line.outputs[i]), 4));
        row.push_back(text_of(std::round(legacy_model(rates_[i])), 4));
        table.rows.push_back(row);
    }
    report_.show(table);
    Table consumer{"Datagrams read per second against offered load",
                   {"offered/s", "without feedback", "with feedback"},
                   {}};
    for (size_t i = 0; i < consumers_[0].rates.size(); i++)
        consumer.rows.push_back({text_of(consumers_[0].rates[i]), text_of(consumers_[0].outputs[i]),
                                 text_of(consumers_[1].outputs[i])});
    report_.show(consumer);
    report_.data(data_);
}

void E2::judge() {
    const Line &legacy = lines_[0], &napi = lines_[1], &endless = lines_[2];
    const auto at = [](const Line& line, double rate) {
        size_t best = 0;
        for (size_t i = 0; i < line.rates.size(); i++)
            if (std::fabs(line.rates[i] - rate) < std::fabs(line.rates[best] - rate))
                best = i;
        return line.outputs[best];
    };
    const double top = 4 * model_peak();
    report_.judge({"E2.1a", "legacy: output at 4 × λ* / peak", text_of(at(legacy, top) / legacy.peak()),
                   "≤ 0.5", "0", at(legacy, top) <= 0.5 * legacy.peak()});
    bool falls = true;
    double worst = 0;
    for (size_t i = 1; i < legacy.rates.size(); i++)
        if (legacy.rates[i - 1] >= model_peak())
            falls &= legacy.outputs[i] <= legacy.outputs[i - 1] * 1.001 + 1;
    for (size_t i = 0; i < legacy.rates.size(); i++)
        worst = std::max(worst, std::fabs(legacy.outputs[i] - legacy_model(legacy.rates[i])) / legacy.peak());
    report_.judge({"E2.1b", "legacy: output beyond the peak", falls ? "falls" : "rises somewhere",
                   "never rises", "falls", falls});
    report_.judge({"E2.1c", "legacy: distance from the model / peak, the worst", percent(worst), "≤ 15 %",
                   "0", worst <= 0.15});
    const double flat = at(napi, 4 * capacity_) / at(napi, capacity_);
    report_.judge({"E2.2", "NAPI: output at 4 × C / output at C", text_of(flat), "≥ 0.9", "1", flat >= 0.9});
    report_.judge({"E2.3", "NAPI's peak / legacy's peak", text_of(napi.peak() / legacy.peak()), "≥ 1",
                   text_of(capacity_ / model_peak()), napi.peak() >= legacy.peak()});
    const double collapse = at(endless, 4 * capacity_) / endless.peak();
    report_.judge(
        {"E2.4a", "no quota: output at 4 × C / peak", text_of(collapse), "≤ 0.2", "0", collapse <= 0.2});
    for (const Line* line : {&lines_[3], &lines_[1], &lines_[4]}) {
        const double kept = at(*line, 4 * capacity_) / line->peak();
        report_.judge(
            {"E2.4b", line->name + ": output at 4 × C / peak", text_of(kept), "≥ 0.9", "1", kept >= 0.9});
    }
    const double without = at(consumers_[0], 4 * consumer_capacity_) / consumer_capacity_,
                 with_it = at(consumers_[1], 4 * consumer_capacity_) / consumer_capacity_;
    report_.judge({"E2.5a", "slow consumer with feedback: goodput at 4 × its capacity / capacity",
                   text_of(with_it), "≥ 0.9", "1", with_it >= 0.9});
    report_.judge({"E2.5b", "slow consumer without feedback: the same", text_of(without), "≤ 0.9: falls", "",
                   without <= 0.9});
}

void E2::draw() {
    const auto points = [](const Line& line, unsigned color) {
        Curve curve{.style = Curve::Style::Points, .color = color};
        for (size_t i = 0; i < line.rates.size(); i++)
            curve.points.push_back({line.rates[i] / 1000, line.outputs[i] / 1000});
        return curve;
    };
    const double c = capacity_ / 1000, peak = model_peak() / 1000, top = 4 * c;
    report_.picture("",
                    {.title = "Forwarded packets against offered packets (points: measured, lines: model)",
                     .x_label = "offered load (1000 packets/s)",
                     .y_label = "forwarded (1000 packets/s)",
                     .x_range = {0, top * 1.03},
                     .y_range = {0, c * 1.25},
                     .curves = {{.label = "NAPI, weights 5, 16, 64",
                                 .points = {{0, 0}, {c, c}, {top, c}},
                                 .style = Curve::Style::Line,
                                 .color = 0,
                                 .label_at = {c * 2.2, c * 1.07}},
                                {.label = "interrupt per packet",
                                 .points = {{0, 0}, {peak, peak}, {1000 / interrupt_us, 0}, {top, 0}},
                                 .style = Curve::Style::Line,
                                 .color = 1,
                                 .label_at = {c * 1.45, c * 0.42}},
                                points(lines_[0], 1),
                                points(lines_[1], 0),
                                points(lines_[3], 0),
                                points(lines_[4], 0),
                                [&] {
                                    Curve curve = points(lines_[2], 2);
                                    curve.label = "NAPI without quota";
                                    curve.label_at = {c * 2.6, c * 0.14};
                                    return curve;
                                }()}});
    const double k = consumer_capacity_ / 1000, last = consumers_[0].rates.back() / 1000;
    report_.picture(
        "-consumer",
        {.title = "A consumer slower than the protocols, with and without feedback from its queue",
         .x_label = "offered load (1000 datagrams/s)",
         .y_label = "read by the consumer (1000 datagrams/s)",
         .x_range = {0, last * 1.03},
         .y_range = {0, k * 1.3},
         .curves = {{.label = "capacity",
                     .points = {{0, 0}, {k, k}, {last, k}},
                     .style = Curve::Style::Dashed,
                     .color = 6,
                     .label_at = {last * 0.85, k * 1.06}},
                    [&] {
                        Curve curve = points(consumers_[0], 1);
                        curve.label = "without feedback";
                        curve.label_at = {last * 0.45, k * 0.45};
                        return curve;
                    }(),
                    [&] {
                        Curve curve = points(consumers_[1], 0);
                        curve.label = "with feedback";
                        curve.label_at = {last * 0.45, k * 0.9};
                        return curve;
                    }()}});
}

const Registration known({"E2", "receive livelock",
                          "What does a router forward when it is offered more than it can forward? An "
                          "interrupt for each packet spends the CPU on "
                          "packets that will be dropped; polling with a quota does not; polling without one "
                          "forgets everything else.",
                          [](Bench& bench, Report& report) { E2(bench, report).conduct(); }});

} // namespace
} // namespace experiments
