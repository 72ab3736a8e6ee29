// SPDX-License-Identifier: GPL-2.0-or-later
// ./boot from start to end: without a terminal, at one, on QEMU's own card, with the echo service and a tap
// device.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "boot_test.h"
#include "harness/failure.h"
#include "harness/temp_dir.h"

namespace boot_test {
namespace {

/// The twelve steps, each with something that only a real event can have put there.
void expect_the_way_of_a_frame(const std::string& output) {
    for (int step = 1; step <= 12; step++)
        EXPECT_TRUE(contains(output, (step < 10 ? "\n " : "\n") + std::to_string(step) + " "))
            << "step " << step;
    EXPECT_FALSE(contains(output, "not seen")) << output;
}

class Batch : public ::testing::TestWithParam<Command> {};

TEST_P(Batch, ShowsAFrameAndPowersOff) {
    const Ended ended = run(boot(GetParam()), boot_patience);
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_TRUE(contains(ended.output, "10.0.2.15")) << ended.output;
    expect_the_way_of_a_frame(ended.output);
}

INSTANTIATE_TEST_SUITE_P(Boot, Batch,
                         ::testing::Values(Command{}, Command{"--machine", "q35", "--smp", "2"},
                                           Command{"--nic", "i82559er"}, Command{"--iso"}));

// Not everywhere where there is a /dev/kvm: some only pretend, and take minutes beside other tests.
TEST(Batch, UnderKvm) {
    if (std::getenv("E100_TEST_KVM") == nullptr)
        GTEST_SKIP() << "E100_TEST_KVM=1 has it run";
    for (const char* cpus : {"1", "2"}) {
        const Ended ended = run(boot({"--accel", "kvm", "--smp", cpus}), boot_patience);
        EXPECT_EQ(ended.status, 0) << ended.output;
        expect_the_way_of_a_frame(ended.output);
    }
}

TEST(Batch, GuestThatFailsGivesStatusOneAndTheReason) {
    const Ended ended = run(boot({"--append", "crash"}), boot_patience);
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_TRUE(contains(ended.output, "the guest ended with an error")) << ended.output;
}

/// A build as it is where lwIP's source could not be fetched, as far as ./boot looks; nothing is run.
class WithoutTcp : public ::testing::Test {
  protected:
    WithoutTcp() {
        const std::filesystem::path build = std::getenv("E100_BUILD"), fake = directory_.file("build");
        std::filesystem::create_directories(fake / "meson-info");
        for (const char* folder : {"hw", "guest-driver", "images"})
            std::filesystem::create_directory_symlink(build / folder, fake / folder);
        std::ofstream(fake / "meson-info" / "intro-buildoptions.json")
            << R"([{"name": "lwip_tree", "value": "none", "section": "user"}])";
        environment_ = "E100_BUILD=" + fake.string();
    }
    Ended boot_it(const Command& arguments) {
        Command command = boot(arguments);
        command.insert(command.begin(), {"/usr/bin/env", environment_});
        command.insert(command.end(), {"--qemu", "/usr/bin/true"});
        return run(command, boot_patience);
    }
    harness::TempDir directory_;
    std::string environment_;
};

TEST_F(WithoutTcp, NoPageIsPromised) {
    const Ended ended = boot_it({});
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_TRUE(contains(ended.output, "UDP echo service"));
    EXPECT_FALSE(contains(ended.output, "http://")) << ended.output;
}

TEST_F(WithoutTcp, APortForItIsRefused) {
    const Ended ended = boot_it({"--http-port", "7194"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(contains(ended.output, "--http-port needs TCP")) << ended.output;
}

class AtTheTerminal : public ::testing::Test {
  protected:
    void type_line(const std::string& line, const std::string& answer) {
        terminal_.type(line + "\n");
        terminal_.expect(answer);
    }
    Terminal terminal_{boot({"--port", "7193", "--http-port", "7194"})};
};

TEST_F(AtTheTerminal, CommandsAnswerAsOnLinux) {
    terminal_.expect("e100# ", boot_patience);
    type_line("help", "poweroff");
    type_line("ip addr", "inet 10.0.2.15/24");
    type_line("ping -c 2 10.0.2.2", "2 packets transmitted, 2 received, 0% packet loss");
    type_line("ethtool -i eth0", "driver: e100");
    type_line("ethtool -S eth0", "rx_over_length_errors:");
    type_line("ethtool -g eth0", "RX:");
    type_line("cat /proc/interrupts", "IO-APIC");
    type_line("cat /proc/net/softnet_stat", "00000000");
    type_line("cat /proc/softirqs", "NET_RX:");
    type_line("cat /proc/net/dev", "eth0:");
    type_line("no-such-command", "no-such-command");
    type_line("poweroff", "\n");
    EXPECT_EQ(terminal_.wait_exit(), 0);
}

TEST_F(AtTheTerminal, TheCountersAreAtTheAddressThatItPrints) {
    terminal_.expect("http://127.0.0.1:7194/", boot_patience);
    terminal_.expect("counters by HTTP on port 80", boot_patience);
    const Ended page =
        run({"/usr/bin/python3", "-c",
             "import urllib.request\n"
             "print(urllib.request.urlopen('http://127.0.0.1:7194/', timeout=60).read().decode())"},
            boot_patience);
    EXPECT_EQ(page.status, 0) << page.output;
    EXPECT_TRUE(contains(page.output, "live counters")) << page.output;
    type_line("poweroff", "\n");
    EXPECT_EQ(terminal_.wait_exit(), 0);
}

TEST(Bundling, IsSetAtTheShell) {
    Terminal terminal(boot({}));
    const auto type_line = [&](const std::string& line, const std::string& answer) {
        terminal.expect("e100# ", boot_patience);
        terminal.type(line + "\n");
        terminal.expect(answer);
    };
    type_line("ethtool -c eth0", "rx-usecs: 0");
    type_line("ethtool -C eth0 rx-usecs 40000 rx-frames 3", "\n");
    type_line("ethtool -c eth0", "rx-usecs: 40000");
    type_line("ping -c 3 10.0.2.2", "3 packets transmitted, 3 received, 0% packet loss");
    type_line("ethtool -C eth0 rx-usecs 0", "\n");
    type_line("ethtool -c eth0", "rx-usecs: 0");
    type_line("ping -c 1 10.0.2.2", "1 packets transmitted, 1 received, 0% packet loss");
    type_line("poweroff", "\n");
    EXPECT_EQ(terminal.wait_exit(), 0);
}

/// What `nc -u 127.0.0.1 PORT` does.
std::string echo_over_udp(uint16_t port, const std::string& text) {
    const harness::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in service{};
    service.sin_family = AF_INET;
    service.sin_port = htons(port);
    service.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&service), sizeof service) != 0 ||
        send(socket.get(), text.data(), text.size(), 0) < 0)
        harness::fail_with_errno("sending to the echo service");
    pollfd entry{socket.get(), POLLIN, 0};
    if (poll(&entry, 1, 10000) <= 0)
        return "";
    std::string answer(2048, '\0');
    const ssize_t count = recv(socket.get(), answer.data(), answer.size(), 0);
    answer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return answer;
}

TEST_F(AtTheTerminal, EchoServiceAnswersTheHost) {
    terminal_.expect("e100# ", boot_patience);
    EXPECT_EQ(echo_over_udp(7193, "is anybody there?"), "is anybody there?");
    EXPECT_EQ(echo_over_udp(7193, std::string(1400, 'x')), std::string(1400, 'x'));
}

TEST(Tap, HostAndGuestPingEachOtherAndTheNamespaceGoes) {
    if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) != 0)
        GTEST_SKIP() << "a tap device needs root and /dev/net/tun";
    Terminal terminal(boot({"--tap", "e100t1"}));
    terminal.expect("e100# ", boot_patience);
    const Command ping = {"/usr/sbin/ip", "netns", "exec", "e100-e100t1", "/usr/bin/ping", "-q"};
    auto from_host = [&](const Command& options) {
        Command command = ping;
        command.insert(command.end(), options.begin(), options.end());
        command.push_back("10.0.100.2");
        return run(command, boot_patience).output;
    };
    EXPECT_TRUE(contains(from_host({"-c", "3", "-i", "0.2"}), " 0% packet loss"));
    EXPECT_TRUE(contains(from_host({"-f", "-c", "2000"}), " 0% packet loss"));
    EXPECT_TRUE(contains(from_host({"-f", "-c", "500", "-s", "1472"}), " 0% packet loss"));
    terminal.type("ping -c 3 10.0.100.1\n");
    terminal.expect("3 packets transmitted, 3 received, 0% packet loss");
    terminal.type("ping -f -c 1000 10.0.100.1\n");
    terminal.expect("1000 packets transmitted, 1000 received, 0% packet loss", boot_patience);
    terminal.type("poweroff\n");
    EXPECT_EQ(terminal.wait_exit(), 0);
    EXPECT_FALSE(contains(run({"/usr/sbin/ip", "netns", "list"}, boot_patience).output, "e100-e100t1"));
}

} // namespace
} // namespace boot_test
