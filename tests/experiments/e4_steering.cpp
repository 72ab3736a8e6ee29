// SPDX-License-Identifier: GPL-2.0-or-later
// E4: packet steering. What it costs in interrupts between CPUs, and what a second CPU is good for.
#include <algorithm>
#include <cmath>

#include "statistics.h"
#include "steering.h"

namespace experiments {
namespace {

constexpr unsigned flows = 16;
constexpr double saturated = 1.5; ///< times what CPU 1 can do

class E4 {
  public:
    E4(Bench& bench, Report& report) : bench_(bench), report_(report) {}
    void conduct() {
        count_interrupts();
        if (!bench_.short_form()) // it takes a host with two idle CPUs
            measure_gain();
        report_.data(data_);
    }

  private:
    void count_interrupts();
    struct Gain {
        double protocols_us, alone, both, interrupts; ///< packets a second; interrupts per packet
    };
    Gain gain_with(double protocols_us);
    void measure_gain();

    static double ipis(const Run& run) {
        return static_cast<double>(run["cpu1.received_rps"]) / static_cast<double>(run["eth0.rx_packets"]);
    }
    void note(const Run& run) {
        data_.rows.push_back({"\"" + run.setup.name + "\"", std::to_string(run.setup.left.rate),
                              std::to_string(run.offered()), std::to_string(run.forwarded()),
                              std::to_string(run["cpu0.processed"]), std::to_string(run["cpu1.processed"]),
                              std::to_string(run["cpu1.received_rps"])});
    }

    Bench& bench_;
    Report& report_;
    Table data_{
        "", {"run", "offered_pps", "offered", "forwarded", "cpu0_processed", "cpu1_processed", "ipis"}, {}};
};

void E4::count_interrupts() {
    const std::string padding = padding_for(bench_, slow_packet_us);
    const double c = capacity(bench_, {padding});
    std::vector<double> multiples = {0.1, 0.5, 0.9, saturated};
    if (!bench_.short_form())
        multiples = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.1, saturated};
    std::vector<Setup> setups;
    for (const double multiple : multiples) {
        const double rate = multiple * c;
        setups.push_back({.name = "all to CPU 1",
                          .options = {padding},
                          .left = {.rate = static_cast<uint64_t>(rate),
                                   .count = static_cast<uint64_t>(rate * bench_.pick(4.0, 1.0)),
                                   .arrivals = "poisson",
                                   .flows = flows},
                          .script = {steer_to(2)},
                          .cpus = 2,
                          .drain_seconds = 0.5,
                          .losses_in_guest = multiple > 0.9});
    }
    const std::vector<Run> runs = bench_.run(setups);
    report_.say(
        "**Interrupts between CPUs.** All packets of " + text_of(uint64_t{flows}) +
        " flows go to CPU 1, where each costs " + text_of(slow_packet_us, 4) + " µs (`" + padding +
        "`). They come at random (Poisson). CPU 1 is told only if its backlog was idle, and that an "
        "arrival finds it idle has the probability 1 − ρ, where ρ is the part of the time that it has "
        "work.");
    Table table{"Interrupts between CPUs per packet", {"ρ", "offered/s", "IPIs per packet", "1 − ρ"}, {}};
    Curve measured{.label = "measured", .style = Curve::Style::Points, .color = 0, .label_at = {0.62, 0.55}};
    double worst = 0;
    for (size_t i = 0; i < runs.size(); i++) {
        note(runs[i]);
        const double model = std::max(0.0, 1 - multiples[i]);
        worst = std::max(worst, std::fabs(ipis(runs[i]) - model));
        measured.points.push_back({multiples[i], ipis(runs[i])});
        table.rows.push_back({text_of(multiples[i]), text_of(runs[i].setup.left.rate), text_of(ipis(runs[i])),
                              text_of(model)});
    }
    report_.show(table);
    report_.judge({"E4.1", "IPIs per packet: distance from 1 − ρ, the worst", text_of(worst), "≤ 0.05", "0",
                   worst <= 0.05});
    report_.judge({"E4.2", "IPIs per packet at ρ = " + text_of(saturated) + " (R6)",
                   text_of(ipis(runs.back())), "< 0.05", "0", ipis(runs.back()) < 0.05});
    report_.picture("", {.title = "Interrupts to the other CPU, for each packet steered to it",
                         .x_label = "offered load / what CPU 1 can do",
                         .y_label = "interrupts per packet",
                         .x_range = {0, 1.6},
                         .y_range = {0, 1.05},
                         .curves = {{.label = "1 − ρ",
                                     .points = {{0, 1}, {1, 0}, {1.6, 0}},
                                     .style = Curve::Style::Line,
                                     .color = 6,
                                     .label_at = {0.15, 0.75}},
                                    measured}});
}

/// On the host's clock, each CPU a thread: medians of runs in turn.
E4::Gain E4::gain_with(double protocols_us) {
    constexpr unsigned repeats = 10;
    const auto rate = static_cast<uint64_t>(2.5e6 / protocols_us); // more than two CPUs can do
    Setup setup{.options = {"pad_ns=" + std::to_string(std::llround(protocols_us * 1000))},
                .left = {.rate = rate, .count = rate, .flows = flows},
                .cpus = 2,
                .host_clock = true,
                .losses_in_guest = true};
    std::vector<double> alone, both, interrupts;
    for (unsigned i = 0; i < repeats; i++)
        for (const bool steered : {false, true}) {
            setup.name = steered ? "both CPUs" : "one CPU";
            setup.script = {steer_to(steered ? 3 : 0)};
            const Run run = bench_.run(setup);
            note(run);
            (steered ? both : alone).push_back(run.output_rate());
            if (steered)
                interrupts.push_back(ipis(run));
        }
    return {protocols_us, median(alone), median(both), median(interrupts)};
}

void E4::measure_gain() {
    const std::vector<Gain> gains = {gain_with(60), gain_with(200)};
    report_.say(
        "**A second CPU.** The machine has the host's clock and each CPU is a thread; loads are more than "
        "both CPUs can do; runs with `rps_cpus=0` and `rps_cpus=3` take turns, and the medians of ten each "
        "are compared. CPU 0 polls all packets; their protocols are divided by flow. If a packet takes "
        "CPU 0 a time t, of which c are protocols, two CPUs need t − c/2 for it. What is missing is the "
        "host's: "
        "card, wires and tester are a third thread that wants a CPU. (This table is of one host with two "
        "CPUs; "
        "everything else here is exact.)");
    Table table{"What a second CPU is good for",
                {"protocols, µs", "packets/s, one CPU", "both", "gain", "t / (t − c/2)", "IPIs per packet"},
                {}};
    for (const Gain& gain : gains) {
        const double t = 1e6 / gain.alone;
        table.rows.push_back({text_of(gain.protocols_us), text_of(gain.alone, 4), text_of(gain.both, 4),
                              text_of(gain.both / gain.alone), text_of(t / (t - gain.protocols_us / 2)),
                              text_of(gain.interrupts)});
    }
    report_.show(table);
    const Gain& last = gains.back();
    report_.judge({"E4.3", "output of two CPUs, as a multiple of one", text_of(last.both / last.alone),
                   "≥ 1.2", "1.2 to 1.6 on two CPUs", last.both >= 1.2 * last.alone});
}

const Registration known({"E4", "packet steering",
                          "What does it cost to hand packets to another CPU, and what is it good for?",
                          [](Bench& bench, Report& report) { E4(bench, report).conduct(); }});

} // namespace
} // namespace experiments
