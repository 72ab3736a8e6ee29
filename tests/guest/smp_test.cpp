// SPDX-License-Identifier: GPL-2.0-or-later
// All CPUs of the machine run the guest: they come up, tick, run threads, answer each other, serve
// interrupts.
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <tuple>

#include "guest_machine.h"
#include "harness/deadline.h"

namespace guest_test {
namespace {

using harness::ExitStatus;
using Counts = std::vector<uint64_t>; ///< one per CPU

std::string columns(unsigned cpus) {
    std::string pattern;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        pattern += " +([0-9]+)";
    return pattern;
}

Counts numbers(const std::vector<std::string>& groups) {
    Counts counts;
    for (const std::string& group : groups)
        counts.push_back(std::stoull(group));
    return counts;
}

std::string cpu_header(unsigned cpus) {
    std::string pattern;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        pattern += " +CPU" + std::to_string(cpu);
    return "^" + pattern + " +$";
}

/// The row of /proc/interrupts or /proc/softirqs that begins with `label`.
Counts row(GuestMachine& guest, const std::string& file, const std::string& label, unsigned cpus) {
    guest.type("cat /proc/" + file);
    guest.console().expect(cpu_header(cpus));
    auto groups = guest.console().expect("^ *" + label + ":" + columns(cpus) + "( +[^0-9 ].*)?$").groups;
    groups.resize(cpus); // without what stands behind the columns
    return numbers(groups);
}

enum class Clocking { Host, Instructions };

class Smp : public testing::TestWithParam<std::tuple<std::string, unsigned, Clocking>> {
  protected:
    static std::string board() { return std::get<0>(GetParam()); }
    static unsigned cpus() { return std::get<1>(GetParam()); }
    static Machine machine() {
        const bool counts_instructions = std::get<2>(GetParam()) == Clocking::Instructions;
        return {.board = board(),
                .cpus = cpus(),
                .more = counts_instructions ? Arguments{"-icount", "shift=4,sleep=off"} : Arguments{}};
    }
};

TEST_P(Smp, AllComeUpAndTick) {
    GuestMachine guest(machine());
    guest.console().expect("^e100 guest: " + std::to_string(cpus()) + (cpus() == 1 ? " CPU, " : " CPUs, "),
                           std::chrono::seconds(60));
    guest.type("ps");
    for (unsigned cpu = 0; cpu < cpus(); cpu++)
        guest.console().expect("^ +" + std::to_string(cpu) + " S .* ksoftirqd/" + std::to_string(cpu) + "$");
    const Counts before = row(guest, "interrupts", "LOC", cpus());
    ASSERT_TRUE(harness::wait_until([&] {
        const Counts now = row(guest, "interrupts", "LOC", cpus());
        for (unsigned cpu = 0; cpu < cpus(); cpu++)
            if (now[cpu] <= before[cpu])
                return false;
        return true;
    })) << "a CPU does not tick";
    guest.type("cat /proc/net/softnet_stat");
    for (unsigned cpu = 0; cpu < cpus(); cpu++)
        guest.console().expect("^([0-9a-f]{8} ){12}0000000" + std::to_string(cpu) + " 00000000 00000000$");
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

/// Threads on all CPUs at once: locks, lists, the mutex, packets, timers, calls from each to each.
TEST_P(Smp, NothingIsLostWhenAllWorkAtOnce) {
    GuestMachine guest(machine());
    guest.type("torture 1000");
    for (unsigned cpu = 0; cpu < cpus(); cpu++) {
        const auto line = guest.console().expect(
            "^CPU" + std::to_string(cpu) + ": ([0-9]+) rounds, ([0-9]+) calls served, ([0-9]+) timers rang$",
            std::chrono::seconds(120));
        for (const uint64_t count : numbers(line.groups))
            EXPECT_GT(count, 0u) << line.text;
    }
    guest.console().expect("^torture: every count is right$");
    if (cpus() > 1) {
        for (const char* kind : {"RES", "CAL"})
            for (const uint64_t count : row(guest, "interrupts", kind, cpus()))
                EXPECT_GT(count, 0u) << kind;
    }
    for (const uint64_t count : row(guest, "softirqs", "TIMER", cpus()))
        EXPECT_GT(count, 0u);
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

std::string case_name(const testing::TestParamInfo<Smp::ParamType>& info) {
    return std::get<0>(info.param) + std::to_string(std::get<1>(info.param)) + "Cpus" +
           (std::get<2>(info.param) == Clocking::Host ? "" : "Icount");
}

INSTANTIATE_TEST_SUITE_P(Boards, Smp,
                         testing::Combine(testing::Values("pc", "q35"), testing::Values(1u, 2u, 4u, 8u),
                                          testing::Values(Clocking::Host, Clocking::Instructions)),
                         case_name);

/// QEMU's own model of the chip: what is looked at here is the way of its interrupt, not the card.
class Affinity : public testing::TestWithParam<std::string> {
  protected:
    static constexpr unsigned cpus = 4;
    Affinity()
        : guest_({.board = GetParam(),
                  .cpus = cpus,
                  .more = {"-netdev", "user,id=n0", "-device", "i82559er,netdev=n0"}}) {
        guest_.type("cat /proc/interrupts");
        line_ = guest_.console().expect("^ *([0-9]+):.*IO-APIC.*eth0$").groups[0];
        file_ = "/proc/irq/" + line_ + "/smp_affinity";
    }
    void store(const std::string& mask) { guest_.type("echo " + mask + " > " + file_); }
    std::string stored() {
        guest_.type("cat " + file_);
        return guest_.console().expect("^([0-9a-f]+)$").groups[0];
    }
    /// Which CPUs an exchange of frames has interrupted.
    Counts interrupts_of_a_ping(const std::string& file, const std::string& label) {
        const Counts before = row(guest_, file, label, cpus);
        guest_.type("ping -c 3 -i 0.1 10.0.2.2");
        guest_.console().expect("3 packets transmitted, 3 received, 0% packet loss");
        Counts passed = row(guest_, file, label, cpus);
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            passed[cpu] -= before[cpu];
        return passed;
    }
    GuestMachine guest_;
    std::string line_, file_;
};

TEST_P(Affinity, MovesTheLineAndWhatFollowsFromIt) {
    EXPECT_EQ(stored(), "f");
    for (const auto& [mask, target] : {std::pair{"8", 3u}, {"6", 1u}, {"f", 0u}}) {
        store(mask);
        EXPECT_EQ(stored(), mask);
        for (const auto& [file, label] : {std::pair{"interrupts", line_.c_str()}, {"softirqs", "NET_RX"}}) {
            const Counts passed = interrupts_of_a_ping(file, label);
            for (unsigned cpu = 0; cpu < cpus; cpu++)
                EXPECT_EQ(passed[cpu] > 0, cpu == target) << file << ", mask " << mask << ", CPU " << cpu;
        }
    }
    guest_.type("ip link set eth0 down");
    guest_.type("ip link set eth0 up");
    EXPECT_EQ(stored(), "f");
    guest_.type("poweroff");
    EXPECT_EQ(guest_.end(), (ExitStatus{0, 0}));
}

TEST_P(Affinity, RefusesWhatIsNoCpu) {
    for (const char* mask : {"0", "10", "", "2x", "123456789"}) {
        store(mask);
        guest_.console().expect_text("echo: write error: Invalid argument");
    }
    EXPECT_EQ(stored(), "f");
    guest_.type("echo 1 > /proc/irq/3/smp_affinity");
    guest_.console().expect_text("echo: /proc/irq/3/smp_affinity: No such file or directory");
    guest_.type("echo 1 > /proc/version");
    guest_.console().expect_text("echo: /proc/version: Permission denied");
}

INSTANTIATE_TEST_SUITE_P(Boards, Affinity, testing::Values("pc", "q35"),
                         [](const auto& info) { return info.param; });

TEST(SmpCrash, OnAnyCpuEndsTheMachineWithItsReport) {
    constexpr int died = 3;
    for (const unsigned cpu : {1u, 3u}) {
        GuestMachine guest({.cpus = 4});
        guest.type("crash null " + std::to_string(cpu));
        guest.console().expect("^\\*\\*\\* page fault: write at 0x0$");
        guest.console().expect("^CPU " + std::to_string(cpu) + ", thread crash, context: task$");
        guest.console().expect("^  [0-9a-f]{16} kernel::crash\\(std::string_view\\)");
        guest.console().expect_text("*** the guest has stopped");
        EXPECT_EQ(guest.end(), (ExitStatus{died, 0}));
    }
}

/// The stack's guard page is one on every CPU, whichever made the thread.
TEST(SmpCrash, AStackHasItsEndOnEveryCpu) {
    GuestMachine guest({.cpus = 2});
    guest.type("crash stack 1");
    guest.console().expect("^\\*\\*\\* double fault \\(stack overflow\\?\\)$");
    guest.console().expect("^CPU 1, thread crash, context: task$");
    guest.console().expect_text("*** the guest has stopped");
}

/// The shell on CPU 0 is alive when CPU 1 dies; nobody hears of it again.
TEST(SmpCrash, TheOtherCpusAreStopped) {
    GuestMachine guest({.cpus = 2, .debug_exit = false});
    guest.type("crash die 1");
    guest.console().expect_text("*** the guest has stopped");
    guest.console().send_line("ps");
    std::this_thread::sleep_for(std::chrono::milliseconds(500)); // enough for an answer, if there was one
    const std::string& all = guest.console().transcript();
    const std::string last = "*** the guest has stopped";
    EXPECT_EQ(all.substr(all.find(last) + last.size()).find_first_not_of("\r\n"), std::string::npos) << all;
}

} // namespace
} // namespace guest_test
