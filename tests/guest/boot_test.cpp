// SPDX-License-Identifier: GPL-2.0-or-later
// The guest comes up on every board, by every loader, with one CPU or more, takes what a person types, and
// leaves in good order.
#include <gtest/gtest.h>
#include <tuple>

#include "guest_machine.h"

namespace guest_test {
namespace {

using harness::ExitStatus;

class Boot : public testing::TestWithParam<std::tuple<std::string, Medium, unsigned>> {
  protected:
    void SetUp() override {
        const std::string reason = missing(medium());
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    static std::string board() { return std::get<0>(GetParam()); }
    static Medium medium() { return std::get<1>(GetParam()); }
    static unsigned cpus() { return std::get<2>(GetParam()); }
    static Machine machine() { return {.board = board(), .cpus = cpus(), .medium = medium()}; }
};

TEST_P(Boot, ComesUpAndPowersOff) {
    Machine wanted = machine();
    wanted.command_line = "first_word second=word";
    GuestMachine guest(wanted);
    guest.console().expect_text(medium() == Medium::Cd ? "Booted by multiboot" : "Booted by PVH");
    guest.type("cat /proc/cmdline");
    guest.console().expect("^ ?first_word second=word$");
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

std::string case_name(const testing::TestParamInfo<Boot::ParamType>& info) {
    return std::get<0>(info.param) + (std::get<1>(info.param) == Medium::Cd ? "Cd" : "Kernel") +
           std::to_string(std::get<2>(info.param)) + "Cpu";
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Boot,
                         testing::Combine(testing::Values("pc", "q35"),
                                          testing::Values(Medium::Kernel, Medium::Cd),
                                          testing::Values(1u, 2u)),
                         case_name);

TEST(Memory, LittleAndMuch) {
    for (const char* megabytes : {"32", "5000"}) {
        GuestMachine guest({.more = {"-m", megabytes}});
        guest.type("poweroff");
        EXPECT_EQ(guest.end(), (ExitStatus{0, 0})) << megabytes << " MiB";
    }
}

TEST(Console, InputArrivesByInterrupt) {
    GuestMachine guest({});
    guest.type("cat /proc/interrupts");
    const auto row = guest.console().expect(" 4: +([0-9]+) +IO-APIC +4-edge +ttyS0");
    EXPECT_GT(std::stoi(row.groups[0]), 0);
}

TEST(Console, NoneIsNoHindrance) {
    // Without a UART nobody can see more than that it ends in good order.
    harness::TempDir directory;
    harness::QemuProcess qemu(directory, harness::quiet_arguments() +
                                             Arguments{"-serial", "none", "-no-reboot", "-kernel",
                                                       std::getenv("E100_GUEST"), "-append", "poweroff"});
    const auto status = qemu.wait_exit(std::chrono::seconds(60));
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(*status, (ExitStatus{0, 0}));
}

/// QEMU's own model of the chip: what is looked at here is the way of its interrupt, not the card.
class CardInterrupt : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(CardInterrupt, ArrivesByTheIoApic) {
    const auto& [board, slot] = GetParam();
    GuestMachine guest(
        {.board = board, .more = {"-netdev", "user,id=n0", "-device", "i82559er,netdev=n0,addr=" + slot}});
    guest.type("cat /proc/interrupts");
    const auto row = guest.console().expect(" [0-9]+: +([0-9]+) +IO-APIC +[0-9]+-fasteoi +eth0");
    EXPECT_GT(std::stoi(row.groups[0]), 0) << "DHCP has exchanged frames before the prompt";
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

// Four neighbouring slots: their pins are swizzled to all four interrupt lines of the board.
INSTANTIATE_TEST_SUITE_P(Slots, CardInterrupt,
                         testing::Combine(testing::Values("pc", "q35"), testing::Values("4", "5", "6", "7")),
                         [](const auto& info) {
                             return std::get<0>(info.param) + "Slot" + std::get<1>(info.param);
                         });

} // namespace
} // namespace guest_test
