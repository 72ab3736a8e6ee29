// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that fails says where and ends QEMU with an error.
#include <gtest/gtest.h>

#include "guest_machine.h"

namespace guest_test {
namespace {

constexpr int died = 3; // isa-debug-exit: 2 × 1 + 1

void expect_registers(harness::Console& console) {
    const std::string number = " [0-9a-f]{16}";
    console.expect("^RAX" + number + " +RBX" + number + " +RCX" + number + " +RDX" + number + " *$");
    console.expect("^R12" + number + " +R13" + number + " +R14" + number + " +R15" + number + " *$");
    console.expect("^CR2" + number + " +CR3" + number + " +FLG" + number + " +ERR" + number + " *$");
}

struct Crash {
    std::string way;
    std::string reason;               ///< first line
    std::string where;                ///< second line
    std::vector<std::string> callers; ///< in the backtrace, in this order
};
std::ostream& operator<<(std::ostream& out, const Crash& crash) { return out << crash.way; }

class CrashReport : public testing::TestWithParam<Crash> {};

TEST_P(CrashReport, NamesTheFunctionsAndEndsWithAnError) {
    const Crash& crash = GetParam();
    GuestMachine guest({.command_line = "crash=" + crash.way});
    guest.console().expect("^\\*\\*\\* " + crash.reason + "$");
    guest.console().expect("^CPU 0, " + crash.where + "$");
    guest.console().expect("^RIP [0-9a-f]{16} " + crash.callers[0] + "\\+0x[0-9a-f]+$");
    expect_registers(guest.console());
    guest.console().expect_text("Backtrace:");
    for (const std::string& caller : crash.callers)
        guest.console().expect("^  [0-9a-f]{16} " + caller + "\\+0x[0-9a-f]+$");
    EXPECT_EQ(guest.end(), (harness::ExitStatus{died, 0}));
}

const std::string in_crash = "kernel::crash\\(std::string_view\\)";
INSTANTIATE_TEST_SUITE_P(
    EveryWay, CrashReport,
    testing::Values(
        Crash{"die", "asked for", "thread init, context: task", {in_crash, "kernel_main\\(\\)", "boot_main"}},
        Crash{"null",
              "page fault: write at 0x0",
              "thread init, context: task",
              {in_crash, "kernel_main\\(\\)"}},
        Crash{"stack",
              "double fault \\(stack overflow\\?\\)",
              "thread init, context: task",
              {"kernel::overflow_stack\\(unsigned int\\).*", in_crash, "kernel_main\\(\\)"}},
        Crash{"softirq",
              "asked for in softirq context",
              "thread init, context: softirq",
              {"kernel::die_in_softirq\\(\\)", "kernel::do_softirq\\(kernel::SoftirqOrigin\\)", in_crash,
               "kernel_main\\(\\)"}}),
    [](const auto& info) { return info.param.way; });

TEST(CrashCommand, NamesTheShellAmongTheCallers) {
    GuestMachine guest({});
    guest.type("crash null");
    guest.console().expect_text("*** page fault: write at 0x0");
    guest.console().expect_text("thread shell, context: task");
    guest.console().expect("^  [0-9a-f]{16} shell::main_thread\\(void\\*\\)");
    EXPECT_EQ(guest.end(), (harness::ExitStatus{died, 0}));
}

TEST(Crash, WithoutTheDebugExitDeviceTheGuestHalts) {
    GuestMachine guest({.command_line = "crash", .debug_exit = false});
    guest.console().expect_text("*** the guest has stopped");
    EXPECT_TRUE(guest.qemu().running());
}

} // namespace
} // namespace guest_test
