// SPDX-License-Identifier: GPL-2.0-or-later
// Commands as a person types them. The expected texts are those of iproute2, ethtool and iputils.
#include "shell/command.h"

#include <map>

#include "arch/hosted/machine.h"
#include "capture.h"
#include "kernel/napi.h"
#include "kernel/timer.h"
#include "net/neighbour.h"
#include "net/snmp.h"
#include "net/socket.h"
#include "net/sysctl.h"
#include "net_fixture.h"
#include "shell/arguments.h"
#include "shell/bring_up.h"
#include "shell/link_statistics.h"
#include "shell/ping_statistics.h"
#include "shell/script.h"
#include "shell/shell.h"

namespace {

using namespace net_test;
using shell_test::printed;
using shell_test::run;

TEST(Shell, AnUnknownCommandIsOneSentence) {
    EXPECT_EQ(run("frobnicate now"), "frobnicate: command not found; help lists the commands.\n");
}

TEST(Shell, NothingHappensOnNothing) {
    EXPECT_EQ(run(""), "");
    EXPECT_EQ(run("  \t "), "");
    EXPECT_EQ(run("# a remark"), "");
}

TEST(Shell, BlanksDoNotMatter) { EXPECT_EQ(run("  \tuptime  "), run("uptime")); }

TEST(Shell, AnyNumberOfWordsIsFine) {
    std::string line = "ip";
    for (int i = 0; i < 500; i++)
        line += " x";
    EXPECT_EQ(run(line), "Object \"x\" is unknown, try \"ip help\".\n");
}

TEST(Shell, HelpListsEachCommandOnce) {
    const std::string text = run("help");
    for (const shell::Command& command : shell::commands()) {
        EXPECT_NE(("\n" + text).find(std::string("\n  ") + command.name + " "), std::string::npos)
            << command.name;
        EXPECT_GT(std::string(command.help).size(), 5u);
    }
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), shell::commands().size());
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        EXPECT_LE(line.size(), 100u) << line;
    EXPECT_NE(run("help ring").find("descriptor rings"), std::string::npos);
    EXPECT_EQ(run("help nonsense"), "help: no such command: nonsense\n");
}

TEST(Script, SecondsHaveAPoint) {
    EXPECT_EQ(shell::parse_seconds("2"), 2'000'000'000u);
    EXPECT_EQ(shell::parse_seconds("0.25"), 250'000'000u);
    EXPECT_EQ(shell::parse_seconds(".05"), 50'000'000u);
    EXPECT_EQ(shell::parse_seconds("1.000000001"), 1'000'000'001u);
    for (const char* text : {"", ".", "1.", "-1", "1.0000000001", "1s", "1.-5"})
        EXPECT_FALSE(shell::parse_seconds(text)) << text;
}

TEST(Script, ShowsEachLineAndWhatItPrints) {
    const auto script = [](const char* text) {
        return printed([&](const shell::Output& output) { shell::run_script(text, output); });
    };
    EXPECT_EQ(script("echo one\n\nno such\n# end"),
              "+ echo one\none\n+ \n+ no such\nno: command not found; help lists the commands.\n+ # end\n");
    EXPECT_EQ(script(""), "");
}

TEST(Script, ComesWithTheMachine) {
    hosted::set_console_script("echo hello\n");
    EXPECT_EQ(printed(shell::run_machine_script), "+ echo hello\nhello\n");
    hosted::set_console_script("");
}

class CountersCommand : public NetTest {};

TEST_F(CountersCommand, IsOneBlockOfNumbers) {
    std::istringstream lines(run("counters"));
    std::map<std::string, uint64_t> counters;
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "--- counters begin ---");
    while (std::getline(lines, line) && line.find('=') != std::string::npos)
        counters[line.substr(0, line.find('='))] = std::stoull(line.substr(line.find('=') + 1));
    EXPECT_EQ(line, "--- counters end ---");
    const kernel::PacketPoolStats packets = kernel::packet_pool_stats();
    EXPECT_EQ(counters.at("packets.allocated"), packets.allocated);
    EXPECT_EQ(counters.at("packets.freed"), packets.freed);
    EXPECT_EQ(counters.at("cpu0.processed"), kernel::softnet_stats(0).processed);
    EXPECT_EQ(counters.at("ip.InReceives"), net::ip_counters.get(net::Ip::InReceives));
    EXPECT_EQ(counters.at("free.NO_SOCKET"), kernel::drop_count(kernel::DropReason::NoSocket));
    for (const char* name :
         {"eth0.rx_packets", "eth0.rx_missed_errors", "udp.InDatagrams", "dma.maps", "clock.ns"})
        EXPECT_TRUE(counters.contains(name)) << name;
}

// ---- ip ----

class IpCommand : public NetTest {};

TEST_F(IpCommand, Address) {
    const std::string expected =
        "1: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP group default qlen 1000\n"
        "    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\n"
        "    inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n";
    for (const char* line : {"ip addr", "ip a", "ip address show", "ip addr show dev eth0", "ip a show eth0"})
        EXPECT_EQ(run(line), expected) << line;
}

TEST_F(IpCommand, LinkWithoutACable) {
    device.carrier = false;
    EXPECT_EQ(run("ip link"),
              "1: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc pfifo state DOWN mode "
              "DEFAULT group default qlen 1000\n"
              "    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\n");
}

TEST_F(IpCommand, LinkDownAndUp) {
    EXPECT_EQ(run("ip link set eth0 down"), "");
    EXPECT_FALSE(device.up);
    EXPECT_EQ(run("ip link").substr(0, 43), "1: eth0: <BROADCAST,MULTICAST> mtu 1500 qdi");
    EXPECT_EQ(run("ip link set dev eth0 up"), "");
    EXPECT_TRUE(device.up);
    EXPECT_EQ(run("ip link set eth7 up"), "Cannot find device \"eth7\"\n");
}

TEST_F(IpCommand, NeighboursAndRoutes) {
    make_peer_known();
    EXPECT_EQ(run("ip neigh"), "10.0.2.2 dev eth0 lladdr 52:55:0a:00:02:02 STALE \n");
    EXPECT_EQ(run("ip route"), "default via 10.0.2.2 dev eth0 \n"
                               "10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.15 \n");
}

TEST_F(IpCommand, Changes) {
    EXPECT_EQ(run("ip addr add 192.168.7.9/16 dev eth0"), "");
    EXPECT_EQ(net::interface_address(&device), (net::InterfaceAddress{net::Ipv4Address(192, 168, 7, 9), 16}));
    EXPECT_EQ(run("ip route del default"), "");
    EXPECT_FALSE(net::default_gateway().device);
    EXPECT_EQ(run("ip route add default via 192.168.1.1"), "");
    EXPECT_EQ(net::default_gateway().address, net::Ipv4Address(192, 168, 1, 1));
    EXPECT_EQ(run("ip route add default via 8.8.8.8"), "Error: Nexthop has invalid gateway.\n");
    EXPECT_EQ(run("ip addr del 192.168.7.9/24 dev eth0"),
              "RTNETLINK answers: Cannot assign requested address\n");
    EXPECT_EQ(run("ip addr del 192.168.7.9/16 dev eth0"), "");
    EXPECT_EQ(net::interface_address(&device), net::InterfaceAddress{});
    for (const char* line : {"ip route add default via x", "ip route add 10.0.0.0/33 via 10.0.2.2",
                             "ip route add 10.0.0.0/8", "ip route add 10.0.0.0/8 dev eth7", "ip route get x"})
        EXPECT_EQ(run(line).substr(0, 6), "Usage:") << line;
}

TEST_F(IpCommand, AddressMistakes) {
    EXPECT_EQ(run("ip addr add 10.0.2.15/24 dev eth0"), "RTNETLINK answers: File exists\n");
    EXPECT_EQ(run("ip addr add 10.0.0.300/24 dev eth0"),
              "Error: any valid prefix is expected rather than \"10.0.0.300/24\".\n");
    EXPECT_EQ(run("ip addr add 1.2.3.4/24"), "Not enough information: \"dev\" argument is required.\n");
    EXPECT_EQ(run("ip addr add 1.2.3.4/24 dev eth7"), "Cannot find device \"eth7\"\n");
    EXPECT_EQ(run("ip addr add 1.2.3.4/24 dev eth0 frob"),
              "Error: either \"local\" is duplicate, or \"frob\" is a garbage.\n");
    EXPECT_EQ(net::interface_address(&device).address, net::Ipv4Address(our_ip)) << "nothing has changed";
    EXPECT_EQ(run("ip addr flush"), "Flush requires arguments.\n");
    EXPECT_EQ(run("ip addr flush dev eth7"), "Device \"eth7\" does not exist.\n");
    EXPECT_EQ(run("ip addr flush dev eth0"), "");
    EXPECT_EQ(net::interface_address(&device), net::InterfaceAddress{});
}

TEST_F(IpCommand, Brief) {
    EXPECT_EQ(run("ip -br link"),
              "eth0             UP             52:54:00:12:34:56 <BROADCAST,MULTICAST,UP,LOWER_UP> \n");
    EXPECT_EQ(run("ip -br addr"), "eth0             UP             10.0.2.15/24 \n");
    run("ip addr flush dev eth0");
    device.carrier = false;
    EXPECT_EQ(run("ip -brief a show eth0"), "eth0             DOWN           \n");
}

TEST_F(IpCommand, OneProtocolOnly) {
    EXPECT_EQ(
        run("ip -4 addr"),
        "1: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP group default qlen 1000\n"
        "    inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n");
    EXPECT_EQ(run("ip -6 addr"), "");
    run("ip addr flush dev eth0");
    EXPECT_EQ(run("ip -4 addr"), "");
}

TEST_F(IpCommand, LinkFilter) {
    EXPECT_EQ(run("ip link set eth0 promisc on allmulticast on"), "");
    EXPECT_TRUE(device.promiscuous && device.all_multicast);
    EXPECT_EQ(run("ip link").substr(0, 68),
              "1: eth0: <BROADCAST,MULTICAST,ALLMULTI,PROMISC,UP,LOWER_UP> mtu 1500");
    EXPECT_EQ(run("ip link set promisc off dev eth0"), "");
    EXPECT_TRUE(!device.promiscuous && device.all_multicast) << "what is not named stays";
    EXPECT_EQ(run("ip link set eth0 allmulticast maybe"),
              "Error: argument of \"allmulticast\" must be \"on\" or \"off\", not \"maybe\"\n");
}

TEST_F(IpCommand, LinkMtu) {
    EXPECT_EQ(run("ip link set eth0 mtu 1400"), "");
    EXPECT_EQ(device.mtu, 1400);
    EXPECT_EQ(run("ip link set eth0 mtu 67"), "Error: mtu less than device minimum.\n");
    EXPECT_EQ(run("ip link set eth0 mtu 1501"), "Error: mtu greater than device maximum.\n");
    EXPECT_EQ(run("ip link set eth0 mtu x"), "Error: argument \"x\" is wrong: Invalid \"mtu\" value\n\n");
    EXPECT_EQ(run("ip link set eth0 mtu"), "Command line is not complete. Try option \"help\"\n");
    EXPECT_EQ(device.mtu, 1400);
    EXPECT_EQ(run("ip link set eth0 mtu 1500"), "");
}

TEST_F(IpCommand, LinkMacAddress) {
    static kernel::MacAddress told;
    kernel::NetDeviceOperations operations = *device.operations;
    const auto* before = device.operations;
    device.operations = &operations;
    EXPECT_EQ(run("ip link set eth0 address 02:00:00:00:00:07"),
              "RTNETLINK answers: Operation not supported\n");
    operations.set_mac_address = [](kernel::NetDevice&, const kernel::MacAddress& mac) {
        told = mac;
        return 0;
    };
    make_peer_known();
    EXPECT_EQ(run("ip link set eth0 address 02:00:00:00:00:07"), "");
    EXPECT_EQ(told, (kernel::MacAddress{2, 0, 0, 0, 0, 7}));
    EXPECT_EQ(run("ip neigh"), "") << "they know us by the old one";
    for (const char* line :
         {"ip link set eth0 address 01:00:00:00:00:07", "ip link set eth0 address 00:00:00:00:00:00"})
        EXPECT_EQ(run(line), "RTNETLINK answers: Cannot assign requested address\n");
    EXPECT_EQ(run("ip link set eth0 address xx"), "\"xx\" is invalid lladdr.\n");
    EXPECT_EQ(told, (kernel::MacAddress{2, 0, 0, 0, 0, 7}));
    device.operations = before;
}

TEST_F(IpCommand, LinkMistakes) {
    EXPECT_EQ(run("ip link set"), "Not enough information: \"dev\" argument is required.\n");
    EXPECT_EQ(run("ip link set eth0 frob"),
              "Error: either \"dev\" is duplicate, or \"frob\" is a garbage.\n");
    EXPECT_EQ(run("ip link show dev eth0 frob"),
              "Error: either \"dev\" is duplicate, or \"frob\" is a garbage.\n");
}

TEST_F(IpCommand, MulticastAddresses) {
    EXPECT_EQ(run("ip maddr"), "1:\teth0\n");
    EXPECT_EQ(run("ip maddr add 01:00:5e:01:02:03 dev eth0"), "");
    EXPECT_EQ(run("ip maddr add 33:33:00:00:00:05 dev eth0"), "");
    EXPECT_EQ(run("ip maddr show dev eth0"),
              "1:\teth0\n\tlink  01:00:5e:01:02:03 static\n\tlink  33:33:00:00:00:05 static\n");
    EXPECT_EQ(run("ip maddr add 01:00:5e:01:02:03 dev eth0"), "ioctl: File exists\n");
    EXPECT_EQ(run("ip maddr del 01:00:5e:01:02:03 dev eth0"), "");
    EXPECT_EQ(run("ip maddr del 01:00:5e:01:02:03 dev eth0"), "ioctl: No such file or directory\n");
    EXPECT_EQ(run("ip maddr add 02:00:00:00:00:01 dev eth0"), "ioctl: Invalid argument\n");
    EXPECT_EQ(run("ip maddr"), "1:\teth0\n\tlink  33:33:00:00:00:05 static\n");
    for (unsigned i = 1; i < kernel::max_multicast; i++)
        EXPECT_EQ(run("ip maddr add 01:00:5e:00:00:" + std::string(i < 10 ? "0" : "1") +
                      std::to_string(i % 10) + " dev eth0"),
                  "");
    EXPECT_EQ(run("ip maddr add 01:00:5e:00:00:99 dev eth0"), "ioctl: No buffer space available\n");
    device.multicast_count = 0;
}

TEST_F(IpCommand, RoutesOfAllKinds) {
    EXPECT_EQ(run("ip route add 10.1.0.0/16 via 10.0.2.3"), "");
    EXPECT_EQ(run("ip route add 192.0.2.7 via 10.0.2.4 metric 5"), "");
    EXPECT_EQ(run("ip route add 172.16.0.0/12 dev eth0"), "");
    EXPECT_EQ(run("ip route"), "default via 10.0.2.2 dev eth0 \n"
                               "10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.15 \n"
                               "10.1.0.0/16 via 10.0.2.3 dev eth0 \n"
                               "172.16.0.0/12 dev eth0 scope link \n"
                               "192.0.2.7 via 10.0.2.4 dev eth0 metric 5 \n");
    EXPECT_EQ(run("ip route get 10.1.9.9"),
              "10.1.9.9 via 10.0.2.3 dev eth0 src 10.0.2.15 uid 0 \n    cache \n");
    EXPECT_EQ(run("ip route get 172.17.0.1"), "172.17.0.1 dev eth0 src 10.0.2.15 uid 0 \n    cache \n");
    EXPECT_EQ(run("ip route add 10.1.0.0/16 dev eth0"), "RTNETLINK answers: File exists\n");
    EXPECT_EQ(run("ip route add 10.1.0.1/16 dev eth0"), "Error: Invalid prefix for given prefix length.\n");
    EXPECT_EQ(run("ip route del 10.1.0.0/16"), "");
    EXPECT_EQ(run("ip route del 10.1.0.0/16"), "RTNETLINK answers: No such process\n");
    EXPECT_EQ(run("ip route get 0.0.0.1"), "RTNETLINK answers: Network is unreachable\n");
    EXPECT_EQ(run("ip link set eth0 down"), "");
    EXPECT_EQ(run("ip route"), "");
    EXPECT_EQ(run("ip route add 10.1.0.0/16 dev eth0"), "Error: Device for nexthop is not up.\n");
}

TEST_F(IpCommand, Mistakes) {
    EXPECT_EQ(run("ip foo"), "Object \"foo\" is unknown, try \"ip help\".\n");
    EXPECT_EQ(run("ip -z link"), "Option \"-z\" is unknown, try \"ip help\".\n");
    EXPECT_EQ(run("ip addr show dev eth7"), "Device \"eth7\" does not exist.\n");
    EXPECT_EQ(run("ip").substr(0, 6), "Usage:");
}

class SysctlCommands : public NetTest {
  protected:
    ~SysctlCommands() override { net::sysctl.ip_forward = 0; }
};

TEST_F(SysctlCommands, EchoSetsAndCatShows) {
    EXPECT_EQ(run("cat /proc/sys/net/ipv4/ip_forward"), "0\n");
    for (const char* line :
         {"echo 1 > /proc/sys/net/ipv4/ip_forward", "echo 1 >/proc/sys/net/ipv4/ip_forward"}) {
        net::sysctl.ip_forward = 0;
        EXPECT_EQ(run(line), "");
        EXPECT_EQ(run("cat /proc/sys/net/ipv4/ip_forward"), "1\n");
    }
    EXPECT_EQ(run("cat /proc/net/snmp").find("Ip: Forwarding DefaultTTL"), 0u);
    EXPECT_NE(run("cat /proc/net/snmp").find("\nIp: 1 64 "), std::string::npos);
}

TEST_F(SysctlCommands, WhatEchoRefuses) {
    for (const char* line :
         {"echo 2 > /proc/sys/net/ipv4/ip_forward", "echo -1 > /proc/sys/net/ipv4/ip_forward",
          "echo > /proc/sys/net/ipv4/ip_forward", "echo 1 1 > /proc/sys/net/ipv4/ip_forward",
          "echo x > /proc/sys/net/ipv4/ip_forward", "echo 0 > /proc/sys/net/ipv4/ip_default_ttl"})
        EXPECT_EQ(run(line), "echo: write error: Invalid argument\n") << line;
    EXPECT_EQ(run("echo 1 > /proc/version"), "echo: /proc/version: Permission denied\n");
    EXPECT_EQ(run("echo 1 > /proc/nothing"), "echo: /proc/nothing: No such file or directory\n");
    EXPECT_EQ(run("echo 1 >"), "echo: : No such file or directory\n");
    EXPECT_EQ(net::sysctl.ip_forward, 0u);
}

TEST_F(SysctlCommands, EchoOfWords) { EXPECT_EQ(run("echo one  two"), "one two\n"); }

TEST_F(SysctlCommands, Folders) {
    EXPECT_EQ(run("ls /"), "proc\nsys\n");
    EXPECT_EQ(run("ls /proc/"), run("ls"));
    EXPECT_NE(run("ls /proc").find("softirqs\nsys\nuptime\n"), std::string::npos) << run("ls /proc");
    EXPECT_EQ(run("ls /proc/sys"), "kernel\nnet\n");
    EXPECT_NE(run("ls /proc/sys/net/ipv4").find("ip_forward\n"), std::string::npos);
    EXPECT_EQ(run("ls /proc/sy"), "ls: cannot access '/proc/sy': No such file or directory\n");
    EXPECT_EQ(run("ls /etc"), "ls: cannot access '/etc': No such file or directory\n");
}

TEST_F(IpCommand, NeighboursByHand) {
    EXPECT_EQ(run("ip neigh add 10.0.2.7 lladdr 02:00:00:aA:bb:01 dev eth0"), "");
    EXPECT_EQ(run("ip neigh"), "10.0.2.7 dev eth0 lladdr 02:00:00:aa:bb:01 PERMANENT \n");
    EXPECT_NE(
        run("cat /proc/net/arp").find("10.0.2.7         0x1         0x6         02:00:00:aa:bb:01     *"),
        std::string::npos)
        << run("cat /proc/net/arp");
    EXPECT_EQ(run("ip neigh replace 10.0.2.7 lladdr 02:00:00:aa:bb:02 dev eth0 nud permanent"), "");
    make_peer_known();
    EXPECT_EQ(run("ip neigh flush"), "Flush requires arguments.\n");
    EXPECT_EQ(run("ip neigh flush dev eth0"), "");
    EXPECT_EQ(run("ip neigh"), "10.0.2.7 dev eth0 lladdr 02:00:00:aa:bb:02 PERMANENT \n");
    EXPECT_EQ(run("ip neigh del 10.0.2.7 dev eth0"), "");
    EXPECT_EQ(run("ip neigh del 10.0.2.7 dev eth0"), "RTNETLINK answers: No such file or directory\n");
    for (const char* line : {"ip neigh add 10.0.2.7 dev eth0", "ip neigh add 10.0.2.7 lladdr 02:00 dev eth0",
                             "ip neigh add x lladdr 02:00:00:aa:bb:01 dev eth0",
                             "ip neigh add 10.0.2.7 lladdr 02:00:00:aa:bb:0g dev eth0",
                             "ip neigh add 10.0.2.7 lladdr 02:00:00:aa:bb:01"})
        EXPECT_EQ(run(line).substr(0, 6), "Usage:") << line;
}

class SocketStatistics : public NetTest {};

TEST_F(SocketStatistics, AsIproute2PrintsThem) {
    EXPECT_EQ(run("ss -u"), "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n");
    net::UdpSocket waiting, connected;
    waiting.bind({net::Ipv4Address(), 5001});
    connected.connect({net::Ipv4Address(peer_ip), 53});
    connected.bind({net::Ipv4Address(our_ip), 40000});
    receive(udp_frame(5001, "unread"));
    EXPECT_EQ(run("ss -u"), "State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n"
                            "ESTAB 0      0          10.0.2.15:40000     10.0.2.2:53   \n");
    EXPECT_EQ(run("ss -lun"), "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
                              "UNCONN 2304   0            0.0.0.0:5001      0.0.0.0:*    \n");
    const std::string all = run("ss -u -a -m");
    EXPECT_NE(all.find("\nUNCONN 2304 "), std::string::npos) << all;
    EXPECT_NE(all.find("\nESTAB  0 "), std::string::npos) << all;
    EXPECT_NE(all.find("\n\t skmem:(r2304,rb212992,"), std::string::npos) << all;
    EXPECT_EQ(run("ss -x"), "Usage: ss [-t] [-u] [-a | -l] [-n] [-m]\n");
}

TEST(LinkStatistics, AsIproute2PrintsThem) {
    kernel::NetDeviceStats stats;
    stats.rx_bytes = 410227955;
    stats.rx_packets = 7827;
    stats.tx_bytes = 324889;
    stats.tx_packets = 4685;
    stats.multicast = 3;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_link_statistics(o, stats, false); }),
              "    RX:  bytes packets errors dropped  missed   mcast           \n"
              "     410227955    7827      0       0       0       3 \n"
              "    TX:  bytes packets errors dropped carrier collsns           \n"
              "        324889    4685      0       0       0       0 \n");
    stats.multicast = 0;
    stats.rx_length_errors = 12;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_link_statistics(o, stats, true); }),
              "    RX:  bytes packets errors dropped  missed   mcast           \n"
              "     410227955    7827      0       0       0       0 \n"
              "    RX errors:  length    crc   frame    fifo overrun\n"
              "                    12      0       0       0       0 \n"
              "    TX:  bytes packets errors dropped carrier collsns           \n"
              "        324889    4685      0       0       0       0 \n"
              "    TX errors: aborted   fifo  window heartbt transns\n"
              "                     0      0       0       0       0 \n");
    stats.rx_bytes = 123456789012; // wider than the column
    EXPECT_EQ(printed([&](const shell::Output& o) {
                  shell::print_link_statistics(o, stats, false);
              }).substr(0, 67 + 56),
              "    RX:    bytes packets errors dropped  missed   mcast           \n"
              "    123456789012    7827      0       0       0       0 ");
}

// ---- drops ----

class DropsCommand : public NetTest {};

TEST_F(DropsCommand, CountsByReason) {
    Frame frame = echo_frame("x");
    frame.back() ^= 1;
    receive(frame);
    const auto expected = std::to_string(kernel::drop_count(kernel::DropReason::IcmpCsum)) + "  ICMP_CSUM\n";
    EXPECT_NE(run("drops").find(expected), std::string::npos);
    EXPECT_EQ(run("drops").find("CONSUMED"), std::string::npos);
    EXPECT_NE(run("drops -a").find("NEIGH_FAILED"), std::string::npos);
}

// ---- ping's texts ----

TEST(PingTexts, RoundTrips) {
    auto text = [](uint64_t us) {
        return printed([=](const shell::Output& o) { shell::print_round_trip(o, us); });
    };
    EXPECT_EQ(text(0), "0.000");
    EXPECT_EQ(text(44), "0.044");
    EXPECT_EQ(text(979), "0.979");
    EXPECT_EQ(text(1604), "1.60");
    EXPECT_EQ(text(12345), "12.3");
    EXPECT_EQ(text(104499), "104");
}

TEST(PingTexts, Replies) {
    net::PingEvent event{};
    event.from = net::Ipv4Address(10, 0, 2, 2);
    event.sequence = 3;
    event.bytes = 64;
    event.ttl = 255;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_reply(o, event, true, 979, false); }),
              "64 bytes from 10.0.2.2: icmp_seq=3 ttl=255 time=0.979 ms\n");
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_reply(o, event, false, 0, false); }),
              "64 bytes from 10.0.2.2: icmp_seq=3 ttl=255\n");
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_reply(o, event, true, 979, true); }),
              "64 bytes from 10.0.2.2: icmp_seq=3 ttl=255 time=0.979 ms (DUP!)\n");
    event.type = 3;
    event.code = 1;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_icmp_error(o, event); }),
              "From 10.0.2.2 icmp_seq=3 Destination Host Unreachable\n");
    event.type = 11;
    event.code = 0;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_icmp_error(o, event); }),
              "From 10.0.2.2 icmp_seq=3 Time to live exceeded\n");
    event.type = 3;
    event.code = 200;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::print_icmp_error(o, event); }),
              "From 10.0.2.2 icmp_seq=3 Destination Unreachable, Bad Code\n");
}

std::string statistics_text(const shell::PingStatistics& statistics, uint64_t elapsed_ms) {
    return printed(
        [&](const shell::Output& o) { statistics.print(o, net::Ipv4Address(127, 0, 0, 1), elapsed_ms); });
}

TEST(PingTexts, Statistics) {
    shell::PingStatistics statistics;
    for (const uint64_t rtt_us : {979, 44}) {
        statistics.sent();
        statistics.received(rtt_us);
    }
    // As iputils 20221126 printed the same two times.
    EXPECT_EQ(statistics_text(statistics, 1001),
              "\n--- 127.0.0.1 ping statistics ---\n"
              "2 packets transmitted, 2 received, 0% packet loss, time 1001ms\n"
              "rtt min/avg/max/mdev = 0.044/0.511/0.979/0.467 ms\n");
}

TEST(PingTexts, Loss) {
    shell::PingStatistics statistics;
    for (int i = 0; i < 3; i++)
        statistics.sent();
    EXPECT_NE(statistics_text(statistics, 5)
                  .find("3 packets transmitted, 0 received, 100% packet loss, time 5ms\n\n"),
              std::string::npos);
    statistics.received(1000);
    statistics.received(1000);
    statistics.duplicate();
    statistics.error();
    EXPECT_NE(
        statistics_text(statistics, 5).find("2 received, +1 duplicates, +1 errors, 33.3333% packet loss"),
        std::string::npos);
    shell::PingStatistics one_of_32;
    for (int i = 0; i < 32; i++)
        one_of_32.sent();
    for (int i = 0; i < 31; i++)
        one_of_32.received(1);
    EXPECT_NE(statistics_text(one_of_32, 5).find(" 3.125% packet loss"), std::string::npos);
}

TEST(PingTexts, NothingSentAtAll) {
    EXPECT_EQ(statistics_text({}, 0),
              "\n--- 127.0.0.1 ping statistics ---\n0 packets transmitted, 0 received, \n\n");
}

TEST(PingCommand, Mistakes) {
    EXPECT_EQ(run("ping"), "ping: usage error: Destination address required\n");
    EXPECT_EQ(run("ping -c 1"), "ping: usage error: Destination address required\n");
    EXPECT_EQ(run("ping nosuch"), "ping: nosuch: Name or service not known\n");
    for (const char* line :
         {"ping -c 0 1.2.3.4", "ping -c x 1.2.3.4", "ping -c", "ping -s 70000 1.2.3.4", "ping -Z 1.2.3.4",
          "ping -i x 1.2.3.4", "ping -i 0.0000000001 1.2.3.4", "ping -t 256 1.2.3.4"})
        EXPECT_EQ(run(line).substr(0, 6), "Usage:") << line;
}

// ---- the option ip= ----

TEST(StaticAddress, Parse) {
    const auto alone = shell::parse_static_address("10.0.0.2/24");
    ASSERT_TRUE(alone);
    EXPECT_FALSE(alone->gateway);
    const auto both = shell::parse_static_address("10.0.0.2/24,gw=10.0.0.1");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->address, (net::InterfaceAddress{net::Ipv4Address(10, 0, 0, 2), 24}));
    EXPECT_EQ(both->gateway, net::Ipv4Address(10, 0, 0, 1));
    for (const char* text : {"", "10.0.0.2", "10.0.0.2/24,", "10.0.0.2/24,10.0.0.1",
                             "10.0.0.2/24,gw=", "10.0.0.2/24,gw=10.0.1.1", "10.0.0.2/24,gw=10.0.0.2",
                             "10.0.0.2/24,gw=10.0.0.1,x"})
        EXPECT_FALSE(shell::parse_static_address(text)) << text;
}

} // namespace
