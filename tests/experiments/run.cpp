// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's command line, the guest's script, and what both say in the end.
//
// Times on the machine's clock: the guest is up after less than 0.1 s; warm-up at 0.2 s, first look at the
// counters after 0.35 s, the load from 0.5 s on, second look when it has been drained. The guest sleeps in
// between, which costs nothing: the clock jumps.
#include "run.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>

#include "harness/console.h"
#include "harness/failure.h"
#include "harness/qmp.h"

namespace experiments {

namespace {

using harness::Arguments;
using harness::operator+;

constexpr uint64_t second_ns = 1'000'000'000;
/// When what begins; a machine with the host's clock takes its time to start.
struct Times {
    uint64_t warm_up_ns, load_ns;
    double sleep, sleep_until_load; ///< seconds: until the first look, and from there
};
constexpr Times exact_times = {second_ns / 5, second_ns / 2, 0.3, 0.2};
constexpr Times host_times = {second_ns * 2, second_ns * 5, 3, 2.5};
const Times& times_of(const Setup& setup) { return setup.host_clock ? host_times : exact_times; }

constexpr auto patience = std::chrono::minutes(15);
constexpr const char* marks[2] = {"--- counters begin ---\n", "--- counters end ---\n"};

/// One wire: the card's end of the guest and the tester's.
struct Wire {
    const char *card, *tester; ///< MAC addresses
    const char *card_ip, *tester_ip;
};
constexpr Wire left_wire = {"52:54:00:12:34:56", "02:00:00:e1:00:00", "10.0.0.2", "10.0.0.1"};
constexpr Wire right_wire = {"52:54:00:12:34:57", "02:00:00:e1:00:01", "10.0.1.2", "10.0.1.1"};

Arguments hub_port(const std::string& id, int hub) {
    return {"-netdev", "hubport,id=" + id + ",hubid=" + std::to_string(hub)};
}

std::string addresses(const Wire& wire, const Wire& other, Load::To to) {
    return std::string(",src-mac=") + wire.tester + ",dst-mac=" + wire.card + ",src-ip=" + wire.tester_ip +
           ",dst-ip=" + (to == Load::To::Guest ? wire.card_ip : other.tester_ip);
}

/// Its frames, but for when they come.
std::string frames_of(const Load& load, const Times& times) {
    return ",rate=" + std::to_string(load.rate) + ",count=" + std::to_string(load.count) +
           ",size=" + std::to_string(load.size) + ",arrivals=" + load.arrivals +
           ",flows=" + std::to_string(load.flows) + ",first-flow=" + std::to_string(load.first_flow) +
           ",delay-ns=" + std::to_string(times.load_ns) + (load.more.empty() ? "" : "," + load.more);
}

Arguments tester(const std::string& id, int hub, const std::string& properties) {
    return hub_port("port-" + id, hub) +
           Arguments{"-device", "e100-traffic,id=" + id + ",netdev=port-" + id + properties};
}

/// The card, the tester with its load, and one that sends a few frames before. With a load of nothing the
/// tester only listens.
Arguments wire_arguments(int hub, const std::string& side, const std::string& card, const Load& load,
                         const Setup& setup) {
    const Wire &wire = hub == 0 ? left_wire : right_wire, &other = hub == 0 ? right_wire : left_wire;
    const std::string places = addresses(wire, other, load.to) + ",dst-port=" + std::to_string(load.port);
    Arguments line = hub_port("port-card-" + side, hub) +
                     Arguments{"-device", setup.model + (setup.model == "e100" ? ",negotiation-ms=0" : "") +
                                              ",romfile=,netdev=port-card-" + side + ",mac=" + wire.card +
                                              (card.empty() ? "" : "," + card)};
    if (load.rate == 0)
        return line + tester(side, hub, places + ",running=off");
    return line + tester(side, hub, places + frames_of(load, times_of(setup))) +
           tester(side + "-warm-up", hub,
                  places + ",first-flow=" + (hub == 0 ? "1022" : "1023") + ",src-port=1,rate=" +
                      std::to_string(setup.warm_up_rate) + ",count=" + std::to_string(warm_up_frames) +
                      ",delay-ns=" + std::to_string(times_of(setup).warm_up_ns));
}

/// On the left wire.
Arguments second_tester(const Setup& setup) {
    const Load& load = setup.left_too;
    if (load.rate == 0)
        return {};
    return tester("left-too", 0,
                  addresses(left_wire, right_wire, load.to) + ",dst-port=" + std::to_string(load.port) +
                      frames_of(load, times_of(setup)));
}

Arguments clock_arguments(const Setup& setup) {
    return setup.host_clock ? Arguments{} : Arguments{"-icount", "shift=2,sleep=off"};
}

std::string seconds(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

std::string script_of(const Setup& setup) {
    std::ostringstream script;
    script << "ip link set eth1 up\n"
           << "ip addr add " << right_wire.card_ip << "/24 dev eth1\n"
           << "echo 1 > /proc/sys/net/ipv4/ip_forward\n"
           << "ip neigh add " << left_wire.tester_ip << " lladdr " << left_wire.tester << " dev eth0\n"
           << "ip neigh add " << right_wire.tester_ip << " lladdr " << right_wire.tester << " dev eth1\n";
    for (const std::string& line : setup.script)
        script << line << "\n";
    const double load_seconds =
        std::max({setup.left.seconds(), setup.right.seconds(), setup.left_too.seconds()});
    script << "sleep " << seconds(times_of(setup).sleep) << "\ncounters\n";
    for (const std::string& line : setup.during)
        script << line << "\n";
    script << "sleep " << seconds(times_of(setup).sleep_until_load + load_seconds + setup.drain_seconds)
           << "\ncounters\n";
    return script.str();
}

std::string options_of(const Setup& setup) {
    std::string words = std::string("ip=") + left_wire.card_ip + "/24";
    for (const std::string& option : setup.options)
        words += " e100." + option;
    return words;
}

Arguments arguments_for(const Setup& setup, const std::string& script_file) {
    const char* guest = std::getenv("E100_GUEST");
    if (!guest)
        throw harness::Failure("E100_GUEST does not name the guest");
    return harness::quiet_arguments() + harness::plugin_arguments() +
           Arguments{"-m",
                     "256",
                     "-smp",
                     std::to_string(setup.cpus),
                     "-no-reboot",
                     "-rtc",
                     "base=2001-11-05T00:00:00,clock=vm",
                     "-kernel",
                     guest,
                     "-append",
                     options_of(setup),
                     "-fw_cfg",
                     "name=opt/e100/script,file=" + script_file} +
           wire_arguments(0, "left", setup.left_card, setup.left, setup) +
           wire_arguments(1, "right", setup.right_card, setup.right, setup) + second_tester(setup) +
           clock_arguments(setup);
}

Counters parse_block(const std::string& text) {
    Counters counters;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (const size_t equals = line.find('='); equals != std::string::npos)
            counters[line.substr(0, equals)] = std::stoull(line.substr(equals + 1));
    return counters;
}

Counters next_block(harness::Console& console) {
    console.expect_text(marks[0], patience);
    return parse_block(console.expect_text(marks[1], patience).before);
}

Counters tester_counters(harness::Qmp& qmp, const std::string& id) {
    const auto json = nlohmann::json::parse(
        qmp.execute("qom-get", "{\"path\": \"/machine/peripheral/" + id + "\", \"property\": \"counters\"}"));
    Counters counters;
    for (const auto& [name, value] : json.items())
        if (value.is_number())
            counters[name] = value.get<uint64_t>();
    const auto& histogram = json.at("latency-histogram");
    for (size_t i = 0; i < histogram.size(); i++)
        counters["latency-" + std::to_string(i)] = histogram[i].get<uint64_t>();
    return counters;
}

uint64_t lookup(const Counters& counters, const std::string& name) {
    const auto found = counters.find(name);
    if (found == counters.end())
        throw harness::Failure("no counter " + name);
    return found->second;
}

} // namespace

uint64_t Run::operator[](const std::string& name) const { return lookup(after, name) - lookup(before, name); }
uint64_t Run::total(const std::string& name) const { return lookup(after, name); }

uint64_t Run::total_of(const std::string& prefix, const std::string& suffix) const {
    uint64_t sum = 0;
    for (const auto& [name, value] : after)
        if (name.starts_with(prefix) && name.ends_with(suffix))
            sum += value;
    return sum;
}

uint64_t Run::forwarded() const { return lookup(right, "received") - warm_up_frames; }

double Run::loss() const { return 1 - static_cast<double>(forwarded()) / static_cast<double>(offered()); }

double Run::output_rate() const {
    const auto busy =
        static_cast<double>((*this)["cpu0.softirq_inline_ns"] + (*this)["cpu0.softirq_ksoftirqd_ns"]) /
        static_cast<double>(second_ns);
    return static_cast<double>(forwarded()) / std::max(setup.left.seconds(), busy);
}

double Run::interrupts_per_packet() const {
    const uint64_t interrupts = (*this)["eth0.interrupts"] - (*this)["eth0.irq_swi"];
    return static_cast<double>(interrupts) / static_cast<double>((*this)["eth0.rx_packets"]);
}

double Run::mean_latency_us() const {
    return static_cast<double>(right.at("latency-sum-ns")) / static_cast<double>(right.at("received")) / 1000;
}

double Run::longest_latency_us() const { return static_cast<double>(right.at("latency-max-ns")) / 1000; }

Run perform(const Setup& setup) {
    harness::TempDir directory;
    const std::string script_file = directory.file("script");
    std::ofstream(script_file) << script_of(setup);
    harness::Console console(directory);
    harness::Qmp qmp(directory);
    harness::QemuProcess qemu(directory,
                              arguments_for(setup, script_file) + console.arguments() + qmp.arguments());
    Run run{.setup = setup};
    run.before = next_block(console);
    if (const uint64_t ready = lookup(run.before, "clock.ns"), load = times_of(setup).load_ns; ready > load)
        throw harness::Failure(setup.name + ": the guest was ready after " + std::to_string(ready) +
                               " ns, and the load came after " + std::to_string(load) + " ns");
    run.after = next_block(console);
    run.left = tester_counters(qmp, "left");
    run.right = tester_counters(qmp, "right");
    for (const auto& [side, counters, load, frames] :
         {std::tuple{"left-warm-up", &run.left, &setup.left, uint64_t{warm_up_frames}},
          {"right-warm-up", &run.right, &setup.right, uint64_t{warm_up_frames}},
          {"left-too", &run.left, &setup.left_too, setup.left_too.count}}) {
        if (load->rate == 0)
            continue;
        const Counters more = tester_counters(qmp, side);
        (*counters)["sent"] += lookup(more, "sent");
        (*counters)["refused"] += lookup(more, "refused");
        (*counters)["received"] -= frames; // the hub carries them past the other tester as well
    }
    run.console = console.transcript();
    return run;
}

} // namespace experiments
