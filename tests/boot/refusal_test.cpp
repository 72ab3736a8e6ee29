// SPDX-License-Identifier: GPL-2.0-or-later
// Nonsense on ./boot's command line, and a machine where something is missing: one sentence, exit status 2.
#include <algorithm>
#include <gtest/gtest.h>
#include <unistd.h>

#include "boot_test.h"

namespace boot_test {
namespace {

struct Nonsense {
    const char* name;
    Command arguments;
    const char* says;
};

class Refusal : public ::testing::TestWithParam<Nonsense> {};

TEST_P(Refusal, IsOneSentenceAndStatusTwo) {
    const Ended ended = run(boot(GetParam().arguments), boot_patience);
    EXPECT_EQ(ended.status, 2) << ended.output;
    EXPECT_TRUE(contains(ended.output, GetParam().says)) << ended.output;
    EXPECT_EQ(std::ranges::count(ended.output, '\n'), 1) << ended.output;
}

INSTANTIATE_TEST_SUITE_P(
    Boot, Refusal,
    ::testing::Values(
        Nonsense{"UnknownOption", {"--fast"}, "unknown option '--fast'"},
        Nonsense{"NoValue", {"--smp"}, "--smp needs a value"},
        Nonsense{"TooManyCpus", {"--smp", "9"}, "from 1 to 8"},
        Nonsense{"NotANumber", {"--memory", "12x"}, "not '12x'"},
        Nonsense{"PortZero", {"--port", "0"}, "from 1 to 65535"},
        Nonsense{"HttpPortTooLarge", {"--http-port", "65536"}, "from 1 to 65535"},
        Nonsense{"LoadAndNetwork", {"--load", "5", "--port", "7100"}, "the network's place"},
        Nonsense{"NoLoad", {"--load", "0"}, "from 1 to 100000"},
        Nonsense{"TimelineNowhere", {"--timeline", "/nowhere/run"}, "/nowhere/run cannot be written"},
        Nonsense{"UnknownMachine", {"--machine", "isapc"}, "pc or q35"},
        Nonsense{"UnknownAccelerator", {"--accel", "xen"}, "tcg or kvm"},
        Nonsense{"ChipOfAnotherCard", {"--nic", "e1000", "--chip", "82559c"}, "--nic e100 only"},
        Nonsense{"MalformedChip", {"--chip", "82559c,x=y"}, "--chip help"},
        Nonsense{"MalformedAddress", {"--ip", "10.0.0.300.1"}, "ADDRESS/LENGTH"},
        Nonsense{"LongTapName", {"--tap", "a-name-that-is-too-long"}, "at most 15"},
        Nonsense{"NoSuchQemu", {"--qemu", "/nowhere/qemu"}, "no program '/nowhere/qemu'"}),
    [](const auto& info) { return info.param.name; });

TEST(RefusalByQemu, UnknownChipNamesTheOnesThereAre) {
    const Ended ended = run(boot({"--chip", "82599"}), boot_patience);
    EXPECT_EQ(ended.status, 2) << ended.output;
    EXPECT_TRUE(contains(ended.output, "82599")) << ended.output;
    EXPECT_TRUE(contains(ended.output, "82559c")) << ended.output;
}

TEST(RefusalOfTap, WithoutTunDeviceSaysHowToGetIt) {
    if (geteuid() != 0)
        GTEST_SKIP() << "hiding /dev/net/tun in a mount namespace needs root";
    Command command = {
        "/usr/bin/unshare", "--mount", "/bin/sh", "-c", "mount -t tmpfs none /dev/net && exec \"$@\"", "sh"};
    const Command inner = boot({"--tap", "e100test9"});
    command.insert(command.end(), inner.begin(), inner.end());
    const Ended ended = run(command, boot_patience);
    EXPECT_EQ(ended.status, 2) << ended.output;
    EXPECT_TRUE(contains(ended.output, "modprobe tun")) << ended.output;
}

TEST(Help, ExplainsEveryOptionThatTheScriptTakes) {
    const Ended ended = run(boot({"--help"}), boot_patience);
    EXPECT_EQ(ended.status, 0);
    for (const char* option :
         {"--nic", "--chip", "--tap", "--ip", "--port", "--http-port", "--machine", "--accel", "--smp",
          "--memory", "--iso", "--append", "--pcap", "--qemu", "--no-build", "--batch", "-- QEMU"})
        EXPECT_TRUE(contains(ended.output, option)) << option;
}

} // namespace
} // namespace boot_test
