// SPDX-License-Identifier: GPL-2.0-or-later
// E5: the backlog. What is steered to a CPU that does not take it, or not fast enough, is lost behind the
// poll, where it has been paid for; without steering it is lost in the card.
#include <algorithm>

#include "steering.h"

namespace experiments {
namespace {

constexpr double most = 2.5;               ///< times what the protocols can do, where it is judged
constexpr uint64_t backlog_packets = 1001; // one more than netdev_max_backlog
constexpr unsigned cpu1 = 1 << 1;          ///< as a mask
/// On the CPU that queues, not on the one that is queued for.
constexpr const char* limit_flows = "echo 1 > /proc/sys/net/core/flow_limit_cpu_bitmap";
constexpr unsigned mice_port = 5000, mice_flows = 20;
constexpr uint64_t mice_rate = 400;

class E5 {
  public:
    E5(Bench& bench, Report& report) : bench_(bench), report_(report) {}
    void conduct() {
        padding_ = padding_for(bench_, slow_packet_us);
        capacity_ = capacity(bench_, {padding_});
        stop_the_target();
        overload_it();
        one_elephant();
        report_.data(data_);
    }

  private:
    void stop_the_target();
    void overload_it();
    void judge_overload();
    void draw_overload(const std::vector<double>& multiples);
    void one_elephant();
    void note(const Run& run);

    Bench& bench_;
    Report& report_;
    std::string padding_;
    double capacity_ = 0;
    std::vector<Run> runs_; ///< under overload, in pairs: not steered, steered
    Table data_{"",
                {"run", "offered_pps", "offered", "forwarded", "missed_in_card", "backlog_dropped",
                 "flow_limit", "ipis", "mice", "mice_read"},
                {}};
};

void E5::note(const Run& run) {
    data_.rows.push_back({"\"" + run.setup.name + "\"", std::to_string(run.setup.left.rate),
                          std::to_string(run.offered()), std::to_string(run.forwarded()),
                          std::to_string(run["eth0.rx_resource_errors"]),
                          std::to_string(run["cpu1.backlog_dropped"]), std::to_string(run["cpu0.flow_limit"]),
                          std::to_string(run["cpu1.received_rps"]), std::to_string(run.setup.left_too.count),
                          std::to_string(run["udp.InDatagrams"])});
}

void E5::stop_the_target() {
    const uint64_t rate = 10'000, count = 3000;
    const Run run = bench_.run({.name = "target stopped",
                                .left = {.rate = rate, .count = count, .flows = 16},
                                .script = {steer_to(cpu1)},
                                .during = {"stall 1 600"}, // from 0.15 s before the load to 0.15 s behind it
                                .cpus = 2,
                                .drain_seconds = 0.5,
                                .losses_in_guest = true});
    note(run);
    report_.say(
        "**The target stands still.** Two CPUs; all packets of eth0 are steered to CPU 1, which takes no "
        "interrupts (`stall 1 600`) while " +
        text_of(count) +
        " packets come. They are in its backlog or dropped, and those in the backlog are forwarded "
        "when it moves again.");
    const uint64_t kept = run.forwarded(), dropped = run["free.CPU_BACKLOG"];
    report_.judge({"E5.1", "packets in the stopped CPU's backlog, forwarded afterwards", text_of(kept),
                   text_of(backlog_packets), text_of(backlog_packets), kept == backlog_packets});
    report_.judge({"E5.2", "dropped as CPU_BACKLOG", text_of(dropped), text_of(count - backlog_packets),
                   text_of(count - backlog_packets), dropped == count - backlog_packets});
    report_.judge({"E5.3", "lost in the card, which knows of nothing",
                   text_of(run["eth0.rx_resource_errors"]), "0", "0", run["eth0.rx_resource_errors"] == 0});
    report_.judge({"E5.4", "interrupts to wake it", text_of(run["cpu1.received_rps"]), "1", "1",
                   run["cpu1.received_rps"] == 1});
}

/// Where packets die, and how many had been polled for nothing.
void E5::overload_it() {
    const std::vector<double> multiples =
        bench_.short_form() ? std::vector{most} : std::vector{0.5, 0.8, 1.0, 1.25, 1.5, 2.0, most, 3.0, 4.0};
    std::vector<Setup> setups;
    for (const double multiple : multiples) {
        const double rate = multiple * capacity_;
        Setup alone{.name = "not steered",
                    .options = {padding_},
                    .left = {.rate = static_cast<uint64_t>(rate),
                             .count = static_cast<uint64_t>(rate * bench_.pick(2.0, 1.0)),
                             .flows = 16},
                    .cpus = 2,
                    .drain_seconds = 0.5};
        Setup steered = alone;
        steered.name = "steered";
        steered.script = {steer_to(cpu1)};
        steered.losses_in_guest = true;
        setups.insert(setups.end(), {alone, steered});
    }
    runs_ = bench_.run(setups);
    report_.say("**The target is too slow.** A packet costs " + text_of(slow_packet_us, 4) +
                " µs of protocols (`" + padding_ + "`), so that one CPU can do " + text_of(capacity_) +
                " packets/s.");
    Table table{"Where packets are lost",
                {"offered/s", "run", "offered", "forwarded", "lost in the card", "polled, and then dropped"},
                {}};
    for (const Run& run : runs_) {
        note(run);
        table.rows.push_back({text_of(run.setup.left.rate), run.setup.name, text_of(run.offered()),
                              text_of(run.forwarded()), text_of(run["eth0.rx_resource_errors"]),
                              text_of(run["cpu1.backlog_dropped"])});
    }
    report_.show(table);
    judge_overload();
    draw_overload(multiples);
}

void E5::judge_overload() {
    const auto at_most = std::ranges::find_if(runs_, [&](const Run& run) {
        return run.setup.left.rate == static_cast<uint64_t>(most * capacity_);
    });
    const Run &alone = at_most[0], &steered = at_most[1];
    report_.judge({"E5.5a", "not steered: polled, and then dropped", text_of(alone["cpu1.backlog_dropped"]),
                   "0", "0", alone["cpu1.backlog_dropped"] == 0});
    report_.judge({"E5.5b", "not steered, at " + text_of(most) + " C: lost in the card",
                   percent(alone.loss()), "≥ 50 %", percent(1 - 1 / most), alone.loss() >= 0.5});
    report_.judge({"E5.6a", "steered: lost in the card", text_of(steered["eth0.rx_resource_errors"]), "0",
                   "0", steered["eth0.rx_resource_errors"] == 0});
    const double kept = (capacity_ * steered.setup.left.seconds() + static_cast<double>(backlog_packets)) /
                        static_cast<double>(steered.offered());
    report_.judge({"E5.6b", "steered, at " + text_of(most) + " C: polled, and then dropped",
                   percent(steered.loss()), "≥ 40 %", percent(1 - kept) + ", but for a full backlog",
                   steered.loss() >= 0.4});
}

void E5::draw_overload(const std::vector<double>& multiples) {
    const auto curve = [&](size_t which, unsigned color, const char* label, double height) {
        Curve points{
            .label = label, .style = Curve::Style::Points, .color = color, .label_at = {2.2, height}};
        for (size_t i = 0; i < multiples.size(); i++) {
            const Run& run = runs_[2 * i + which];
            points.points.push_back({multiples[i], static_cast<double>(run["eth0.rx_packets"]) /
                                                       static_cast<double>(run.forwarded())});
        }
        return points;
    };
    report_.picture("", {.title = "Work for nothing: packets polled for each that is forwarded",
                         .x_label = "offered load / what the protocols can do",
                         .y_label = "polled / forwarded",
                         .x_range = {0, 4.2},
                         .y_range = {0, 4.2},
                         .curves = {curve(0, 0, "not steered: the card drops", 1.25),
                                    curve(1, 1, "steered to another CPU: the backlog drops", 3.4)}});
}

void E5::one_elephant() {
    const double seconds = bench_.pick(8.0, 2.0);
    const auto frames = [&](uint64_t rate) {
        return static_cast<uint64_t>(static_cast<double>(rate) * seconds);
    };
    const auto elephant = static_cast<uint64_t>(2 * capacity_);
    Setup setup{.name = "elephant and mice",
                .options = {padding_},
                .left = {.rate = elephant, .count = frames(elephant)},
                .left_too = {.rate = mice_rate,
                             .count = frames(mice_rate),
                             .to = Load::To::Guest,
                             .port = mice_port,
                             .flows = mice_flows,
                             .first_flow = 100},
                .script = {steer_to(cpu1), "sink " + std::to_string(mice_port) + " 0"},
                .cpus = 2,
                .losses_in_guest = true};
    Setup limited = setup;
    limited.name += ", flow limit";
    limited.script.push_back(limit_flows);
    const std::vector<Run> runs = bench_.run({setup, limited});
    report_.say("**One flow takes all.** One flow of twice what CPU 1 can do, and " +
                text_of(uint64_t{mice_flows}) + " small ones, " + text_of(mice_rate) +
                " packets/s together, to a socket. The flow limit drops "
                "packets of a flow that has more than half of the last 256 places, as soon as the backlog is "
                "half full.");
    Table table{"Losses of the big flow and of the small ones", {"run", "elephant", "mice"}, {}};
    std::vector<double> mice, elephants;
    for (const Run& run : runs) {
        note(run);
        mice.push_back(1 - static_cast<double>(run["udp.InDatagrams"]) /
                               static_cast<double>(run.setup.left_too.count));
        elephants.push_back(run.loss());
        table.rows.push_back({run.setup.name, percent(elephants.back()), percent(mice.back())});
    }
    report_.show(table);
    report_.judge(
        {"E5.7a", "no flow limit: loss of the mice", percent(mice[0]), "> 10 %", "50 %", mice[0] > 0.1});
    report_.judge(
        {"E5.7b", "flow limit: loss of the mice (R8)", percent(mice[1]), "< 1 %", "0", mice[1] < 0.01});
    report_.judge({"E5.7c", "flow limit: loss of the elephant (R8)", percent(elephants[1]), "> 40 %", "50 %",
                   elephants[1] > 0.4});
}

const Registration
    known({"E5", "backlog overflow",
           "Where do packets die when they are steered to a CPU that does not keep up? Behind the "
           "poll: the card never hears of it.",
           [](Bench& bench, Report& report) { E5(bench, report).conduct(); }});

} // namespace
} // namespace experiments
