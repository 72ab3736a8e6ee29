// SPDX-License-Identifier: GPL-2.0-or-later
// B10: TCP from the project's own guest to the host, with the card's large send and without, beside Linux
// with a card that has segmentation offload.
#include <arpa/inet.h>
#include <array>
#include <iostream>
#include <sys/socket.h>
#include <sys/time.h>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "guest/guest_machine.h"
#include "guest/tcp_client.h"
#include "harness/failure.h"
#include "tcp_rig.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Table;
using experiments::text_of;
using guest_test::GuestMachine;
using harness::operator+;

constexpr unsigned linux_machine = 0, our_machine = 1; ///< numbers of the tap devices
constexpr uint16_t chargen_port = 19;

/// Who sends, in the order of each turn.
enum Sender : std::size_t { Linux, LargeSend, Plain, senders };
const char* const sender_names[senders] = {"Linux, e1000e", "our guest, tso on", "our guest, tso off"};

enum Path : std::size_t { User, Tap, paths };
const char* const path_names[paths] = {"user networking", "tap"};

/// Our guest with two 82550, and the address of its character generator on each.
class OurGuest {
  public:
    OurGuest();
    void set_tso(bool on);
    /// What a client on this host gets in so many seconds, Mbit/s.
    double send(Path path, unsigned seconds) const;

  private:
    static guest_test::Machine machine(uint16_t port);
    const uint16_t port_ = guest_test::free_tcp_port();
    GuestMachine guest_{machine(port_)};
};

guest_test::Machine OurGuest::machine(uint16_t port) {
    setenv("E100_DEVICE", "e100", 1);
    const auto card = [](const std::string& netdev) {
        return harness::device_arguments(harness::with_link("chip=82550,netdev=" + netdev));
    };
    guest_test::Machine machine;
    machine.more =
        harness::plugin_arguments() +
        harness::Arguments{"-netdev",
                           "user,id=user,hostfwd=tcp:127.0.0.1:" + std::to_string(port) +
                               "-:" + std::to_string(chargen_port),
                           "-netdev", "tap,id=tap,script=no,downscript=no,ifname=" + tap_of(our_machine)} +
        card("user") + card("tap");
    return machine;
}

OurGuest::OurGuest() { guest_.type("ip addr add 10.0.100.2/24 dev eth1; ip link set eth1 up"); }

void OurGuest::set_tso(bool on) {
    for (const std::string interface : {"eth0", "eth1"})
        guest_.type("ethtool -K " + interface + " tso " + (on ? "on" : "off"));
    guest_.type("");
}

double OurGuest::send(Path path, unsigned seconds) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(path == User ? port_ : chargen_port);
    inet_pton(AF_INET, path == User ? "127.0.0.1" : "10.0.100.2", &address.sin_addr);
    const harness::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{10, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        harness::fail_with_errno("connecting to the character generator");
    std::array<char, 128 * 1024> buffer;
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now(), end = begin + std::chrono::seconds(seconds);
    double bytes = 0;
    while (Clock::now() < end) {
        const ssize_t n = recv(fd.get(), buffer.data(), buffer.size(), 0);
        if (n <= 0)
            throw harness::Failure("the character generator stopped");
        bytes += static_cast<double>(n);
    }
    return bytes * 8 / 1e6 / std::chrono::duration<double>(Clock::now() - begin).count();
}

class B10 {
  public:
    B10(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    void measure();
    double once(Path path, Sender sender, linux_test::LinuxGuest& linux_guest, OurGuest& ours) const;
    Table medians() const;
    Table all_points() const;

    experiments::Bench& bench_;
    experiments::Report& report_;
    const unsigned rounds_ = bench_.pick(7u, 1u), seconds_ = bench_.pick(2u, 1u);
    std::vector<double> rates_[paths][senders]; ///< Mbit/s, by round
};

double B10::once(Path path, Sender sender, linux_test::LinuxGuest& linux_guest, OurGuest& ours) const {
    std::cout << "B10: " << path_names[path] << ", " << sender_names[sender] << std::endl;
    use_tap(sender == Linux ? linux_machine : our_machine);
    if (sender == Linux)
        return transfer(linux_guest, path == User ? host_by_user_networking : host_by_tap, false, seconds_)
            .megabits;
    ours.set_tso(sender == LargeSend);
    return ours.send(path, seconds_);
}

void B10::measure() {
    const Iperf3Server server;
    const auto linux_guest = boot_linux({"e1000e", "e1000e"}, linux_machine);
    OurGuest ours;
    for (unsigned round = 0; round < rounds_; round++)
        for (const Path path : {User, Tap})
            for (const Sender sender : {Linux, LargeSend, Plain})
                rates_[path][sender].push_back(once(path, sender, *linux_guest, ours));
}

Table B10::medians() const {
    Table table{"TCP to the host, Mbit/s", {"", sender_names[0], sender_names[1], sender_names[2]}, {}};
    for (std::size_t path = 0; path < paths; path++) {
        std::vector<std::string> row = {path_names[path]};
        for (const std::vector<double>& rates : rates_[path])
            row.push_back(experiments::spread_of(rates));
        table.rows.push_back(row);
    }
    return table;
}

Table B10::all_points() const {
    Table data{"", {"path", "sender", "mbit_per_second"}, {}};
    for (std::size_t path = 0; path < paths; path++)
        for (std::size_t sender = 0; sender < senders; sender++)
            for (const double rate : rates_[path][sender])
                data.rows.push_back(
                    {path_names[path], "\"" + std::string(sender_names[sender]) + "\"", text_of(rate, 4)});
    return data;
}

void B10::conduct() {
    enter_own_network();
    measure();
    report_.say(this_host() +
                " One CPU, TCG. Our guest's character generator fills the connection; Linux "
                "runs iperf3. Medians of " +
                std::to_string(rounds_) +
                " runs in turns and their quartiles, and criteria are medians of the ratios within a turn.");
    report_.show(medians(), {.unit = "Mbit/s"});
    for (std::size_t path = 0; path < paths; path++) {
        const double ratio = experiments::median_ratio(rates_[path][LargeSend], rates_[path][Linux]);
        report_.judge({"B10.1",
                       std::string(path_names[path]) + ": our guest, tso on, a multiple of Linux, e1000e",
                       text_of(ratio), "≥ 1.0", "", ratio >= 1.0});
        const double gain = experiments::median_ratio(rates_[path][LargeSend], rates_[path][Plain]);
        report_.judge({"B10.2", std::string(path_names[path]) + ": tso on, a multiple of off", text_of(gain),
                       "≥ 1.5", "", gain >= 1.5});
    }
    report_.data(all_points());
}

const experiments::Registration known(
    {"B10", "large send", "What does TCP to the host gain when the card cuts large packets into segments?",
     [](experiments::Bench& bench, experiments::Report& report) { B10(bench, report).conduct(); }});

} // namespace
} // namespace bench
