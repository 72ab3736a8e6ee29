// SPDX-License-Identifier: GPL-2.0-or-later
// The guest on QEMU's user network: the way up, the commands, the echo service, and leaving by itself.
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "network.h"

namespace guest_test {
namespace {

using harness::ExitStatus;

class UserNetwork : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    static Machine machine(Machine base = {}) { return with_card(std::move(base), "user"); }
};

/// The twelve steps, each of which must have been seen.
void expect_story(harness::Console& console, const std::string& protocol) {
    const char* begins[] = {"Driver: e100 runs eth0",
                            "Wire: the frame arrived",
                            "DMA: RFD status",
                            "Interrupt: line",
                            "NAPI: on the poll list of CPU 0",
                            "Softirq: NET_RX",
                            "Unmap: ",
                            "Receive: type 0800",
                            "Steering: not steered, rps_cpus = 0, stays on CPU 0",
                            "Delivery: to IPv4",
                            "Protocol: IPv4, ",
                            "Reader: "};
    console.expect("The way of one frame in twelve steps: IPv4 from 10\\.0\\..*$");
    for (int step = 1; step <= 12; step++) {
        const auto line = console.expect("^ ?" + std::to_string(step) + " .*$").text;
        EXPECT_NE(line.find(begins[step - 1]), std::string::npos) << line;
        EXPECT_EQ(line.find("not seen"), std::string::npos) << line;
        if (step == 11) {
            EXPECT_NE(line.find(protocol), std::string::npos) << line;
        }
    }
    console.expect("The poll took [0-9]+ packets? and ended at .*; the card is unmasked\\.$");
}

TEST_F(UserNetwork, TheWayUp) {
    for (const unsigned cpus : {1u, 2u}) {
        GuestMachine guest(with_card({.cpus = cpus}, "user", Link::Negotiated));
        auto& console = guest.console();
        console.expect("eth0: up, irq [0-9]+, MAC address 52:54:00:12:34:56, link$",
                       std::chrono::seconds(60));
        console.expect("eth0: address 10\\.0\\.2\\.15/24 by DHCP, gateway 10\\.0\\.2\\.2, DNS "
                       "10\\.0\\.2\\.3, for 86400 s$");
        console.expect("10\\.0\\.2\\.2 is at 52:55:0a:00:02:02 and answered a ping in [0-9.]+ ms$");
        expect_story(console, "ICMP echo reply, 64 bytes");
        console.expect("UDP echo service on port 7\\.$");
        guest.type("poweroff");
        EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
    }
}

TEST_F(UserNetwork, TheCommandsOfLinux) {
    GuestMachine guest(machine());
    auto& console = guest.console();
    guest.type("ip addr");
    console.expect(
        "^1: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP group default qlen 1000$");
    console.expect("^    inet 10\\.0\\.2\\.15/24 brd 10\\.0\\.2\\.255 scope global dynamic eth0$");
    console.expect("^       valid_lft 86[0-9]{3}sec preferred_lft 86[0-9]{3}sec$");
    guest.type("ip route");
    console.expect("^default via 10\\.0\\.2\\.2 dev eth0 proto dhcp $");
    guest.type("ip neigh");
    console.expect("^10\\.0\\.2\\.2 dev eth0 lladdr 52:55:0a:00:02:02 (REACHABLE|STALE|DELAY) $");
    guest.type("ping -c 3 -i 0.1 10.0.2.2");
    for (int sequence = 1; sequence <= 3; sequence++)
        console.expect("^64 bytes from 10\\.0\\.2\\.2: icmp_seq=" + std::to_string(sequence) +
                       " ttl=[0-9]+ time=[0-9.]+ ms$");
    console.expect("^3 packets transmitted, 3 received, 0% packet loss, time [0-9]+ms$");
    console.expect("^rtt min/avg/max/mdev = [0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+ ms$");
    guest.type("ethtool -i eth0");
    console.expect("^driver: e100$");
    guest.type("ethtool -S eth0");
    // Two DHCP answers, ARP, two answers at the beginning and three above.
    console.expect("^     rx_packets: 8$");
    guest.type("cat /proc/interrupts");
    console.expect("^ +[0-9]+: +[1-9][0-9]*( +0)* +IO-APIC +[0-9]+-fasteoi   .*eth0$");
    guest.type("cat /proc/net/softnet_stat");
    console.expect("^00000008 ([0-9a-f]{8} ){13}[0-9a-f]{8}$");
    guest.type("cat /proc/net/dev");
    console.expect("^  eth0: +[0-9]+ +8 +0 +0 ");
    guest.type("napi");
    console.expect("contract violations 0$");
    guest.type("drops");
    console.expect("^No packet was dropped\\.$");
    guest.type("frobnicate");
    console.expect("^frobnicate: command not found; help lists the commands\\.$");
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

TEST_F(UserNetwork, CtrlCEndsAPing) {
    GuestMachine guest(machine());
    guest.type("ping -i 0.1 10.0.2.2");
    guest.console().expect("icmp_seq=5 ");
    guest.console().send("\x03");
    guest.console().expect("[0-9]+ packets transmitted, [0-9]+ received, 0% packet loss");
    guest.type("uptime");
    guest.console().expect("^up 0 min, " + std::to_string(default_cpus()) + " CPUs?$");
}

TEST_F(UserNetwork, UdpEchoFromTheHost) {
    const uint16_t port = free_udp_port();
    GuestMachine guest(with_card({}, "user,hostfwd=udp:127.0.0.1:" + std::to_string(port) + "-:7"));
    guest.console().expect_text("UDP echo service", std::chrono::seconds(60));
    for (const size_t bytes : {1u, 18u, 19u, 512u, 1472u}) {
        std::string question(bytes, '\0');
        for (size_t i = 0; i < bytes; i++)
            question[i] = static_cast<char>(i * 31 + bytes);
        EXPECT_EQ(ask_by_udp(port, question), question) << bytes;
    }
    EXPECT_EQ(snmp(guest, "Udp", "InErrors"), 0u);
}

TEST_F(UserNetwork, TraceShowsTheNextDatagram) {
    const uint16_t port = free_udp_port();
    GuestMachine guest(with_card({}, "user,hostfwd=udp:127.0.0.1:" + std::to_string(port) + "-:7"));
    guest.type("trace udp");
    guest.console().expect_text("Waiting for a frame on eth0");
    // The guest may not listen yet: whatever comes before is not recorded, so ask until the story is there.
    ASSERT_TRUE(harness::wait_until([&] {
        ask_by_udp(port, "what is your way?");
        return guest.console().transcript().find("The way of one frame in twelve steps: IPv4", 0) !=
               guest.console().transcript().rfind("The way of one frame in twelve steps: IPv4");
    }));
    expect_story(guest.console(), "UDP to port 7, 25 bytes");
    guest.type("poweroff");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
}

TEST_F(UserNetwork, BatchLeavesByItself) {
    GuestMachine guest(machine({.command_line = "run=batch"}));
    expect_story(guest.console(), "ICMP echo reply");
    EXPECT_EQ(guest.end(), (ExitStatus{0, 0}));
    EXPECT_EQ(guest.console().transcript().find("e100# "), std::string::npos);
}

TEST_F(UserNetwork, BatchFailsWithAReason) {
    GuestMachine without_card({.command_line = "run=batch"});
    without_card.console().expect("^Failed: no network card that the driver knows$",
                                  std::chrono::seconds(60));
    EXPECT_NE(without_card.end(), (ExitStatus{0, 0}));

    GuestMachine without_gateway(machine({.command_line = "run=batch ip=10.0.2.15/24,gw=10.0.2.99"}));
    without_gateway.console().expect("^Failed: the gateway does not answer$", std::chrono::seconds(60));
    EXPECT_NE(without_gateway.end(), (ExitStatus{0, 0}));
}

/// "1234@0.5:e100_…" → "1234", of the first line at or behind `from` with `event`; empty if there is none.
std::string thread_of(const std::string& trace, const std::string& event, std::size_t from = 0) {
    const std::size_t at = trace.find(event, from);
    if (at == std::string::npos)
        return "";
    const std::size_t line = trace.rfind('\n', at) + 1;
    return trace.substr(line, trace.find('@', line) - line);
}

// iPXE gives its first list less time than QEMU's main loop may have to wait for a CPU of a busy host.
TEST(CommandList, IsRunByTheCpuThatStartsIt) {
    if (const std::string reason = missing_network(); !reason.empty())
        GTEST_SKIP() << reason;
    harness::TempDir directory;
    const std::string log = directory.file("trace");
    GuestMachine guest(with_card({.more = {"-msg", "timestamp=on", "-trace", "e100_c*", "-D", log}}, "user"));
    guest.type("poweroff");
    guest.end();
    std::ifstream file(log);
    const std::string trace{std::istreambuf_iterator<char>(file), {}};
    const std::size_t start = trace.find("offset 0x2 value 0x10");
    ASSERT_NE(start, std::string::npos);
    EXPECT_EQ(thread_of(trace, "e100_cb_start", start), thread_of(trace, "offset 0x2 value 0x10"));
}

} // namespace
} // namespace guest_test
