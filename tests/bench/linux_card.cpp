// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux_card.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <thread>

#include "harness/failure.h"

namespace bench {

using namespace harness;
using namespace std::chrono_literals;
using linux_test::LinuxGuest;

namespace {

constexpr const char* packet_generator = "/proc/net/pktgen/";

double seconds_between(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The part of `text` that the expression's group is.
std::string part_of(const std::string& text, const std::string& expression) {
    std::smatch found;
    if (!std::regex_search(text, found, std::regex(expression)))
        throw Failure("no " + expression + " in:\n" + text);
    return found[1];
}

} // namespace

Model e100_with_bundling() {
    const char* microcode = std::getenv("E100_MICROCODE");
    return {"e100, bundling", "e100", microcode ? microcode : ""};
}

std::vector<Model> all_models() {
    std::vector<Model> models = {{"e100", "e100"}, e100_with_bundling()};
    for (const char* peer : {"i82559er", "e1000", "e1000e", "rtl8139", "virtio-net-pci"})
        models.push_back({peer, peer});
    return models;
}

LinuxCard::LinuxCard(const Model& model) : model_(model), guest_(boot()) {
    if (!model_.microcode.empty())
        install_microcode();
    open();
    guest_.must("modprobe pktgen");
    generate("kpktgend_0", "add_device eth0");
}

void LinuxCard::open() {
    guest_.must("ip link set eth0 down; ip link set eth0 up; ip addr flush dev eth0");
    guest_.must("ip addr add 10.0.2.15/24 dev eth0");
    if (!guest_.becomes("cat /sys/class/net/eth0/carrier", "1\n"))
        throw Failure(model_.name + " gets no link");
}

LinuxGuest LinuxCard::boot() {
    setenv("E100_DEVICE", model_.device.c_str(), 1);
    Arguments extra = {"-netdev",
                       "hubport,hubid=0,id=tester-port",
                       "-device",
                       "e100-traffic,id=tester,running=off,netdev=tester-port,dst-ip=10.0.2.99,dst-mac=" +
                           linux_test::to_string(LinuxGuest::mac(0)),
                       "-D",
                       directory_.file("trace")};
    if (model_.exact_clock)
        extra = extra + Arguments{"-icount", "shift=0,sleep=off"};
    if (model_.device != "e100")
        extra = Arguments{"-plugin", plugin_path()} + extra;
    return LinuxGuest({"pc", 1, extra}, {{.net = linux_test::Net::Hub}});
}

void LinuxCard::install_microcode() {
    std::ifstream file(model_.microcode, std::ios::binary);
    guest_.must("mkdir -p /lib/firmware/e100");
    guest_.write_file("/lib/firmware/e100/d101m_ucode.bin", {std::istreambuf_iterator<char>(file), {}});
}

std::string LinuxCard::tester(const std::string& command, const std::string& property,
                              const std::string& value) {
    return guest_.qmp().execute(command, "{\"path\": \"/machine/peripheral/tester\", \"property\": \"" +
                                             property + "\"" +
                                             (value.empty() ? "" : ", \"value\": " + value) + "}");
}

uint64_t LinuxCard::tester_counter(const std::string& name) {
    return std::stoull(json_member(tester("qom-get", "counters"), name));
}

void LinuxCard::generate(const std::string& file, const std::string& line) {
    guest_.must("echo '" + line + "' > " + packet_generator + file, 60s);
}

uint64_t LinuxCard::received() {
    return std::stoull(guest_.must("cat /sys/class/net/eth0/statistics/rx_packets"));
}

/// Of all lines: a virtio card has one for each queue.
uint64_t LinuxCard::interrupts() {
    std::istringstream lines(guest_.must("grep -E 'eth0|virtio.*put' /proc/interrupts"));
    uint64_t sum = 0;
    for (std::string line; std::getline(lines, line);)
        sum += std::stoull(part_of(line, ": +([0-9]+)"));
    return sum;
}

Cost LinuxCard::receive(unsigned bytes, unsigned rate, unsigned count) {
    for (unsigned tries = 0; tries < 3; tries++) {
        const Cost cost = receive_once(bytes, rate, count);
        if (cost.packets_per_second > 0)
            return cost;
        times_stuck_++;
        open();
    }
    throw Failure(model_.name + " receives nothing");
}

/// Of the guest's time since it was booted.
double LinuxCard::busy_seconds() {
    std::istringstream numbers(guest_.must("cat /proc/uptime"));
    double up = 0, idle = 0;
    numbers >> up >> idle;
    return up - idle;
}

void LinuxCard::start_load(unsigned bytes, unsigned rate, unsigned count) {
    tester("qom-set", "size", "\"" + std::to_string(bytes) + "\"");
    tester("qom-set", "rate", std::to_string(rate));
    tester("qom-set", "count", std::to_string(count));
    tester("qom-set", "running", "true");
}

void LinuxCard::run_load(unsigned bytes, unsigned rate, unsigned count) {
    start_load(bytes, rate, count);
    std::this_thread::sleep_for(
        std::chrono::duration<double>(double(count) / rate)); // to ask costs QEMU 1 ms
    while (tester("qom-get", "running") == "true")
        std::this_thread::sleep_for(5ms);
}

double LinuxCard::cpu_us_of_load(unsigned bytes, unsigned rate, unsigned count) {
    tester("qom-set", "dst-mac", "\"02:00:00:e1:00:63\"");
    const double cpu_before = guest_.qemu().cpu_seconds();
    run_load(bytes, rate, count);
    const double cpu = guest_.qemu().cpu_seconds() - cpu_before;
    tester("qom-set", "dst-mac", "\"" + linux_test::to_string(LinuxGuest::mac(0)) + "\"");
    return cpu / count * 1e6;
}

double LinuxCard::busy_ns(unsigned bytes, unsigned rate, unsigned count) {
    for (unsigned tries = 0; tries < 3; tries++) {
        const uint64_t received_before = received();
        const double busy_before = busy_seconds();
        run_load(bytes, rate, count);
        const double busy = busy_seconds() - busy_before;
        if (received() - received_before == count)
            return busy / count * 1e9;
        times_stuck_++;
        open();
    }
    throw Failure(model_.name + " does not receive all of an easy load");
}

GuestProfile LinuxCard::profile(unsigned bytes, unsigned rate, unsigned looks) {
    constexpr unsigned without_end = 0;
    start_load(bytes, rate, without_end);
    std::this_thread::sleep_for(200ms);
    const std::vector<std::string> addresses = look_at(guest_, looks);
    tester("qom-set", "running", "false");
    return profile_of(guest_, addresses);
}

Cost LinuxCard::receive_once(unsigned bytes, unsigned rate, unsigned count) {
    const uint64_t received_before = received(), interrupts_before = interrupts();
    const double cpu_before = guest_.qemu().cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    run_load(bytes, rate, count);
    const double seconds = seconds_between(begin);
    const double cpu = guest_.qemu().cpu_seconds() - cpu_before;
    const auto packets = static_cast<double>(received() - received_before);
    return {.packets_per_second = packets / seconds,
            .cpu_us = cpu / packets * 1e6,
            .interrupts = static_cast<double>(interrupts() - interrupts_before) / packets,
            .lost = 1 - packets / count,
            .seconds = seconds};
}

void LinuxCard::trace_accesses(bool on) {
    for (const char* event : {"memory_region_ops_read", "memory_region_ops_write"})
        guest_.qmp().execute("trace-event-set-state", std::string("{\"name\": \"") + event +
                                                          "\", \"enable\": " + (on ? "true" : "false") + "}");
}

/// So far. Registers are in regions that have their card's name.
uint64_t LinuxCard::traced_accesses() const {
    const std::string name = model_.device == "i82559er" ? "eepro100" : model_.device;
    std::ifstream file(directory_.file("trace"));
    uint64_t count = 0;
    for (std::string line; std::getline(file, line);)
        if (line.find("name '" + name) != std::string::npos)
            count++;
    return count;
}

Cost LinuxCard::receive_and_count_accesses(unsigned bytes, unsigned rate, unsigned count) {
    const uint64_t before = traced_accesses();
    trace_accesses(true);
    Cost cost = receive(bytes, rate, count);
    trace_accesses(false);
    cost.accesses =
        static_cast<double>(traced_accesses() - before) / (cost.packets_per_second * cost.seconds);
    return cost;
}

Cost LinuxCard::transmit(unsigned bytes, unsigned rate, unsigned count) {
    generate("eth0", "count " + std::to_string(count));
    generate("eth0", "pkt_size " + std::to_string(bytes));
    generate("eth0", "dst 10.0.2.2");
    generate("eth0", "dst_mac 02:00:00:e1:00:00");
    generate("eth0", rate == 0 ? std::string("delay 0") : "ratep " + std::to_string(rate));
    const uint64_t heard_before = tester_counter("foreign"), interrupts_before = interrupts();
    const double cpu_before = guest_.qemu().cpu_seconds();
    generate("pgctrl", "start");
    const double cpu = guest_.qemu().cpu_seconds() - cpu_before;
    const std::string result = guest_.must(std::string("cat ") + packet_generator + "eth0");
    const auto sent = std::stoull(part_of(result, "usec, ([0-9]+) \\("));
    if (!wait_until([&] { return tester_counter("foreign") - heard_before >= sent; }, 5s) || sent != count)
        throw Failure(model_.name + " lost frames that it was to send:\n" + result);
    return {.packets_per_second = std::stod(part_of(result, "([0-9]+)pps")),
            .cpu_us = cpu / count * 1e6,
            .interrupts = static_cast<double>(interrupts() - interrupts_before) / count};
}

} // namespace bench
