// SPDX-License-Identifier: GPL-2.0-or-later
#include "tcp_rig.h"

#include <csignal>
#include <cstdlib>
#include <regex>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/failure.h"

namespace bench {

using namespace std::chrono_literals;
using harness::Failure;
using linux_test::LinuxGuest;

namespace {

void must(const std::string& command) {
    if (std::system(command.c_str()) != 0)
        throw Failure("'" + command + "' failed");
}

} // namespace

void enter_own_network() {
    if (unshare(CLONE_NEWNET) != 0)
        throw Failure("a network namespace of one's own needs root");
    must("ip link set lo up");
}

std::string tap_of(unsigned number) { return "bench" + std::to_string(number); }

void use_tap(unsigned number) {
    const std::string tap = tap_of(number);
    must("ip addr flush scope global; ip addr add " + std::string(host_by_tap) + "/24 dev " + tap +
         "; ip link set " + tap + " up");
}

std::unique_ptr<LinuxGuest> boot_linux(const TcpCard& card, unsigned number) {
    setenv("E100_DEVICE", card.device, 1);
    auto guest = std::make_unique<LinuxGuest>(
        linux_test::Machine{"pc", 1},
        std::vector<linux_test::Card>{
            {.net = linux_test::Net::User, .properties = card.properties},
            {.net = linux_test::Net::Tap, .properties = card.properties, .tap = tap_of(number)}});
    guest->must("ip addr add 10.0.100.2/24 dev eth1");
    return guest;
}

Iperf3Server::Iperf3Server() : pid_(fork()) {
    if (pid_ == 0) {
        execlp("iperf3", "iperf3", "-s", "--logfile", "/dev/null", nullptr);
        _exit(127);
    }
}

Iperf3Server::~Iperf3Server() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
}

Transfer transfer(LinuxGuest& guest, const std::string& host, bool to_guest, unsigned seconds) {
    const std::string output = guest.must("LD_LIBRARY_PATH=/bin iperf3 -f m -c " + host + " -t " +
                                              std::to_string(seconds) + (to_guest ? " -R" : ""),
                                          60s);
    const auto last_line = [&](const std::string& expression) {
        std::smatch found;
        if (!std::regex_search(output, found, std::regex(expression)))
            throw Failure("iperf3 said no result:\n" + output);
        return std::stod(found[1]);
    };
    constexpr double segment_bytes = 1448; // of Ethernet's 1500, with time stamps
    const double megabits = last_line("([0-9.]+) Mbits/sec +receiver");
    const double again = last_line("Mbits/sec +([0-9]+) +sender");
    return {megabits, 1000 * again / (megabits * 1e6 / 8 * seconds / segment_bytes)};
}

} // namespace bench
