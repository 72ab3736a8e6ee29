// SPDX-License-Identifier: GPL-2.0-or-later
// Commands that wait for the network, and the way up to the prompt, with a peer that answers.
#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "capture.h"
#include "kernel/thread.h"
#include "net/dhcp_service.h"
#include "peer.h"
#include "shell/bring_up.h"
#include "shell/shell.h"
#include "shell/terminal.h"

namespace {

using namespace net_test;
using shell_test::printed;
using shell_test::run;

constexpr uint64_t second_ns = 1'000'000'000;

class NetworkCommand : public shell_test::PeerTest {
  protected:
    NetworkCommand() { shell::terminal_init(); }
    ~NetworkCommand() override { shell::terminal_clear_interrupt(); }
    /// Ctrl-C is typed when `ns` have passed.
    static void interrupt_after(uint64_t ns) {
        static uint64_t when;
        when = arch::now_ns() + ns;
        kernel::thread_create(
            "finger", 0,
            [](void*) {
                kernel::sleep_ns(when - arch::now_ns());
                hosted::type("\x03");
            },
            nullptr);
    }
};

TEST_F(NetworkCommand, PingCountsToTheEnd) {
    const std::string text = run("ping -c 3 10.0.2.2");
    EXPECT_EQ(echoes, 3u);
    EXPECT_EQ(text.substr(0, 47), "PING 10.0.2.2 (10.0.2.2) 56(84) bytes of data.\n");
    for (const char* reply :
         {"icmp_seq=1 ttl=64 time=", "icmp_seq=2 ttl=64 time=", "icmp_seq=3 ttl=64 time="})
        EXPECT_NE(text.find(std::string("\n64 bytes from 10.0.2.2: ") + reply), std::string::npos) << text;
    EXPECT_NE(
        text.find(
            "\n--- 10.0.2.2 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 2"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("\nrtt min/avg/max/mdev = "), std::string::npos);
}

TEST_F(NetworkCommand, PingSendsAtItsInterval) {
    const uint64_t begin = arch::now_ns();
    run("ping -c 3 -i 0.2 10.0.2.2");
    EXPECT_GE(arch::now_ns() - begin, 2 * second_ns / 5);
    EXPECT_LT(arch::now_ns() - begin, second_ns);
}

TEST_F(NetworkCommand, PingSize) {
    EXPECT_NE(run("ping -c 1 -s 1000 10.0.2.2").find("1008 bytes from 10.0.2.2"), std::string::npos);
    device.mtu = 67; // the smallest is 68
    const std::string text = run("ping -c 1 -s 1 10.0.2.2");
    EXPECT_NE(text.find("ping: local error: message too long, mtu=67\n"), std::string::npos) << text;
}

TEST_F(NetworkCommand, PingReportsLossAndDuplicates) {
    echoes_not_answered = {2};
    const std::string lost = run("ping -c 2 -i 0.1 10.0.2.2");
    EXPECT_NE(lost.find("2 packets transmitted, 1 received, 50% packet loss"), std::string::npos) << lost;
    echoes_not_answered = {};
    echo_copies = 2;
    const std::string twice = run("ping -c 2 -i 0.1 10.0.2.2");
    EXPECT_NE(twice.find("(DUP!)"), std::string::npos) << twice;
    EXPECT_NE(twice.find("received, +1 duplicates, 0% packet loss"), std::string::npos) << twice;
}

TEST_F(NetworkCommand, PingOfNobody) {
    const std::string text = run("ping -c 1 10.0.2.3");
    EXPECT_NE(text.find("From 10.0.2.15 icmp_seq=1 Destination Host Unreachable\n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("1 packets transmitted, 0 received, +1 errors, 100% packet loss"), std::string::npos);
    net::set_default_gateway({});
    EXPECT_NE(run("ping -c 1 8.8.8.8").find("ping: connect: Network is unreachable\n"), std::string::npos);
}

TEST_F(NetworkCommand, CtrlCEndsAPingWithoutCount) {
    interrupt_after(2 * second_ns + second_ns / 2);
    const uint64_t begin = arch::now_ns();
    const std::string text = run("ping 10.0.2.2");
    EXPECT_LT(arch::now_ns() - begin, 2 * second_ns + 3 * second_ns / 4);
    EXPECT_NE(text.find("3 packets transmitted, 3 received"), std::string::npos) << text;
}

TEST_F(NetworkCommand, FloodPingGoesAsFastAsAnswersCome) {
    const std::string text = run("ping -f -c 50 10.0.2.2");
    EXPECT_EQ(echoes, 50u);
    EXPECT_NE(text.find(".\b \b"), std::string::npos);
    EXPECT_EQ(text.find("64 bytes"), std::string::npos);
    EXPECT_NE(text.find("50 packets transmitted, 50 received, 0% packet loss"), std::string::npos) << text;
}

TEST_F(NetworkCommand, QuietPing) {
    EXPECT_EQ(run("ping -q -c 1 10.0.2.2").find("64 bytes"), std::string::npos);
}

TEST_F(NetworkCommand, TraceWaitsForAFrameAndCtrlCStopsIt) {
    interrupt_after(second_ns);
    EXPECT_EQ(run("trace"), "Waiting for a frame on eth0; Ctrl-C to stop.\n");
    EXPECT_EQ(run("trace tcp"), "Usage: trace [arp|icmp|udp]\n");
    kernel::dev_close(device);
    EXPECT_EQ(run("trace"), "trace: no interface is up\n");
}

TEST_F(NetworkCommand, ListenCountsWhatItReads) {
    interrupt_after(second_ns);
    kernel::thread_create(
        "sender", 0,
        [](void* self) {
            kernel::sleep_ns(second_ns / 2);
            for (int i = 0; i < 200; i++)
                static_cast<NetworkCommand*>(self)->receive(udp_frame(5000, "12345"));
        },
        this);
    EXPECT_EQ(run("listen -n 5000"),
              "Listening on UDP port 5000, reading nothing; Ctrl-C to stop.\n"
              "93 datagrams read, 465 bytes; 214272 bytes were queued, 107 datagrams dropped\n");
    EXPECT_EQ(watch(net::Udp::InDatagrams), 93u);
    shell::terminal_clear_interrupt();
    interrupt_after(second_ns);
    kernel::thread_create(
        "sender", 0,
        [](void* self) {
            for (int i = 0; i < 20; i++) {
                static_cast<NetworkCommand*>(self)->receive(udp_frame(5000, "12345"));
                kernel::sleep_ns(second_ns / 50);
            }
        },
        this);
    EXPECT_EQ(run("listen 5000"), "Listening on UDP port 5000; Ctrl-C to stop.\n"
                                  "20 datagrams read, 100 bytes; 0 bytes were queued, 0 datagrams dropped\n");
    for (const char* line : {"listen", "listen 0", "listen 65536", "listen -n", "listen 5 6", "listen -c 1 5",
                             "listen -c 5", "listen -p 10.0.2.2 5", "listen -p 10.0.2.2:0 5"})
        EXPECT_EQ(run(line), "Usage: listen [-n] [-c CPU] [-p PEER:PORT] PORT\n");
}

TEST_F(NetworkCommand, TypedBytesArriveInOrderAndCtrlCForgetsThoseBefore) {
    hosted::type("abc");
    EXPECT_EQ(shell::terminal_read(arch::now_ns()), 'a');
    EXPECT_FALSE(shell::terminal_interrupted());
    hosted::type("d\x03");
    EXPECT_TRUE(shell::terminal_interrupted());
    EXPECT_EQ(shell::terminal_read(arch::now_ns()), 3) << "b, c and d are forgotten";
    EXPECT_EQ(shell::terminal_read(arch::now_ns() + 10'000'000), -1);
    hosted::type("\x03z");
    shell::terminal_clear_interrupt();
    EXPECT_FALSE(shell::terminal_interrupted());
    EXPECT_EQ(shell::terminal_read(arch::now_ns()), 'z') << "what was typed after it stays";
    shell::terminal_clear_interrupt();
}

class BringUp : public NetworkCommand {
  protected:
    BringUp() {
        kernel::dev_close(device);
        net::interfaces_reset();
    }
    ~BringUp() override { hosted::set_command_line(""); }
    std::string bring_up() {
        return printed([&](const shell::Output& output) { failure = shell::bring_up(output); });
    }
    const char* failure = nullptr;
};

// The services are threads for ever, so the order matters: the cases before the last do not get to them or
// share them.

TEST_F(BringUp, ANonsensicalStaticAddress) {
    hosted::set_command_line("ip=10.0.0.2");
    bring_up();
    EXPECT_STREQ(failure, "the option ip= must look like ip=10.0.0.2/24,gw=10.0.0.1");
}

TEST_F(BringUp, AStaticAddressWithoutAGateway) {
    hosted::set_command_line("ip=10.0.2.15/24");
    const std::string text = bring_up();
    EXPECT_EQ(failure, nullptr);
    EXPECT_NE(text.find("eth0: address 10.0.2.15/24 from the command line\n"), std::string::npos) << text;
    EXPECT_NE(text.find("No gateway is known"), std::string::npos);
}

TEST_F(BringUp, AGatewayThatIsNotThere) {
    hosted::set_command_line("ip=10.0.2.15/24,gw=10.0.2.99");
    bring_up();
    EXPECT_STREQ(failure, "the gateway does not answer");
}

TEST_F(BringUp, ACardThatDoesNotStart) {
    kernel::NetDeviceOperations broken = *device.operations;
    broken.open = [](kernel::NetDevice&) { return -5; };
    const auto* whole = device.operations;
    device.operations = &broken;
    bring_up();
    EXPECT_STREQ(failure, "the network card does not start");
    device.operations = whole;
}

TEST_F(BringUp, NoCard) {
    kernel::unregister_netdev(device);
    bring_up();
    EXPECT_STREQ(failure, "no network card that the driver knows");
    kernel::register_netdev(device);
}

TEST_F(BringUp, ByDhcp) {
    const std::string text = bring_up();
    EXPECT_NE(text.find("eth0: address 10.0.2.15/24 by DHCP, gateway 10.0.2.2, DNS 10.0.2.3, for 3600 s\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("10.0.2.2 is at 52:55:0a:00:02:02 and answered a ping in "), std::string::npos);
    EXPECT_NE(text.find("The way of one frame in twelve steps: IPv4 from 10.0.2.2 on eth0\n"),
              std::string::npos);
    EXPECT_NE(text.find("Protocol: IPv4, ICMP echo reply, 64 bytes, all checked"), std::string::npos);
    EXPECT_NE(text.find("Interrupt: not seen"), std::string::npos) << "this wire has none";
    EXPECT_NE(text.find("UDP echo service on port 7.\n"), std::string::npos);
    EXPECT_EQ(failure, nullptr);
    EXPECT_NE(run("ip addr").find("scope global dynamic eth0\n       valid_lft 35"), std::string::npos);
    EXPECT_NE(run("ip route").find("proto dhcp"), std::string::npos);
}

} // namespace
