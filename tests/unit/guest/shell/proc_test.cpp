// SPDX-License-Identifier: GPL-2.0-or-later
// The layouts of Linux's /proc files. The expected lines were taken from running Linux systems (6.12, 6.18),
// with numbers of the tests' own.
#include "shell/proc_files.h"

#include "arch/hosted/machine.h"
#include "capture.h"
#include "net_fixture.h"
#include "shell/shell.h"

namespace {

using namespace net_test;
using shell_test::printed;

TEST(Proc, InterruptRows) {
    const uint64_t counts[] = {12, 3456789};
    EXPECT_EQ(printed([](const shell::Output& o) { shell::format_cpu_header(o, 11, 2); }),
              "           CPU0       CPU1       \n");
    EXPECT_EQ(printed([&](const shell::Output& o) {
                  shell::format_interrupt_row(o, {"10", "IO-APIC 10-fasteoi", "eth0, ttyS0", counts}, 2);
              }),
              " 10:         12    3456789   IO-APIC  10-fasteoi   eth0, ttyS0\n");
    EXPECT_EQ(printed([&](const shell::Output& o) {
                  shell::format_interrupt_row(o, {"4", "IO-APIC 4-edge", "ttyS0", counts}, 1);
              }),
              "  4:         12   IO-APIC   4-edge      ttyS0\n");
    EXPECT_EQ(printed([&](const shell::Output& o) {
                  shell::format_interrupt_row(o, {"LOC", "", "Local timer interrupts", counts}, 2);
              }),
              "LOC:         12    3456789   Local timer interrupts\n");
}

/// Line 5, with a handler.
class IrqFiles : public testing::Test {
  protected:
    IrqFiles() {
        static const arch::IrqError requested = arch::request_irq(
            5, "test", [](void*) { return arch::IrqResult::NotMine; }, nullptr);
        EXPECT_EQ(requested, arch::IrqError::None);
    }
    ~IrqFiles() override { hosted::pretend_cpu(0, 1); }
    static std::string run(const std::string& line) {
        return printed([&](const shell::Output& output) { shell::run_line(line, output); });
    }
    static constexpr const char* file = "/proc/irq/5/smp_affinity";
};

TEST_F(IrqFiles, TheMaskHasADigitForFourCpus) {
    for (const auto& [cpus, mask] :
         {std::pair{1u, "1\n"}, {2u, "3\n"}, {4u, "f\n"}, {5u, "1f\n"}, {8u, "ff\n"}}) {
        hosted::pretend_cpu(0, cpus);
        EXPECT_EQ(run(std::string("cat ") + file), mask);
    }
    ASSERT_EQ(run(std::string("echo 4 > ") + file), "");
    EXPECT_EQ(run(std::string("cat ") + file), "04\n");
    ASSERT_EQ(run(std::string("echo FF >") + file), "");
    EXPECT_EQ(run(std::string("cat ") + file), "ff\n");
}

TEST_F(IrqFiles, WhatIsNoMaskOfCpusIsInvalid) {
    hosted::pretend_cpu(0, 4);
    for (const char* text : {"0", "10", "", "-1", "0x2", "2 2", "123456789", "g"})
        EXPECT_EQ(run(std::string("echo ") + text + " > " + file), "echo: write error: Invalid argument\n")
            << text;
    EXPECT_EQ(run(std::string("cat ") + file), "f\n");
}

TEST_F(IrqFiles, OnlyLinesInUseHaveOne) {
    EXPECT_NE(run("ls /proc/irq").find("5\n"), std::string::npos);
    EXPECT_EQ(run("ls /proc/irq/5"), "smp_affinity\n");
    EXPECT_NE(run("ls /proc").find("irq\n"), std::string::npos);
    for (const char* path : {"/proc/irq/6/smp_affinity", "/proc/irq/smp_affinity", "/proc/irq//smp_affinity",
                             "/proc/irq/5x/smp_affinity", "/proc/irq/5/smp_affinity/"}) {
        EXPECT_EQ(run(std::string("cat ") + path),
                  std::string("cat: ") + path + ": No such file or directory\n");
        EXPECT_EQ(run(std::string("echo 1 > ") + path),
                  std::string("echo: ") + path + ": No such file or directory\n");
    }
}

TEST(Echo, PrintsOrWrites) {
    const auto run = [](const std::string& line) {
        return printed([&](const shell::Output& output) { shell::run_line(line, output); });
    };
    EXPECT_EQ(run("echo"), "\n");
    EXPECT_EQ(run("echo two  words"), "two words\n");
    EXPECT_EQ(run("echo 1 > /proc/version"), "echo: /proc/version: Permission denied\n");
    EXPECT_EQ(run("echo 1 >"), "echo: : No such file or directory\n");
}

TEST(Proc, SoftirqRows) {
    const uint64_t counts[] = {5, 4833};
    EXPECT_EQ(printed([](const shell::Output& o) { shell::format_cpu_header(o, 20, 2); }),
              "                    CPU0       CPU1       \n");
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::format_softirq_row(o, "NET_RX", counts); }),
              "      NET_RX:          5       4833\n");
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::format_softirq_row(o, "IRQ_POLL", counts); }),
              "    IRQ_POLL:          5       4833\n");
}

TEST(Proc, SoftirqsHasARowForEachVector) {
    const std::string text = printed(shell::show_softirqs);
    std::size_t at = 0;
    for (const char* name :
         {"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"}) {
        at = text.find(std::string(" ") + name + ":", at);
        ASSERT_NE(at, std::string::npos) << name;
    }
}

TEST(Proc, SoftnetStatHas15HexColumns) {
    kernel::SoftnetStats stats;
    stats.processed = 0x1ea7;
    stats.dropped = 2;
    stats.time_squeeze = 3;
    stats.received_rps = 10;
    stats.flow_limit = 11;
    EXPECT_EQ(
        printed([&](const shell::Output& o) {
            shell::format_softnet_row(o, stats, {0x20, 0x3}, 1);
        }),
        "00001ea7 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 0000000a 0000000b "
        "00000023 00000001 00000020 00000003\n");
    stats.processed = 0x1'0000'0001; // 32 bits, as Linux counts it
    EXPECT_EQ(
        printed([&](const shell::Output& o) { shell::format_softnet_row(o, stats, {}, 0); }).substr(0, 9),
        "00000001 ");
}

TEST(Proc, NetDevRows) {
    kernel::NetDeviceStats stats;
    stats.rx_bytes = 410227955;
    stats.rx_packets = 7827;
    stats.rx_errors = 1;
    stats.rx_dropped = 2;
    stats.rx_missed_errors = 3;
    stats.rx_fifo_errors = 4;
    stats.rx_length_errors = 5;
    stats.rx_over_errors = 6;
    stats.rx_crc_errors = 7;
    stats.rx_frame_errors = 8;
    stats.multicast = 9;
    stats.tx_bytes = 324805;
    stats.tx_packets = 4683;
    stats.tx_errors = 10;
    stats.tx_dropped = 11;
    stats.tx_fifo_errors = 12;
    stats.collisions = 13;
    stats.tx_carrier_errors = 14;
    stats.tx_aborted_errors = 15;
    stats.tx_window_errors = 16;
    stats.tx_heartbeat_errors = 17;
    EXPECT_EQ(printed([&](const shell::Output& o) { shell::format_dev_row(o, "eth0", stats); }),
              "  eth0: 410227955    7827    1    5    4    26          0         9   324805    4683   10   "
              "11   12    "
              "13      62          0\n");
    EXPECT_EQ(printed([](const shell::Output& o) { shell::format_dev_row(o, "lo", {}); }),
              "    lo:       0       0    0    0    0     0          0         0        0       0    0    0  "
              "  0     0 "
              "      0          0\n");
}

TEST(Proc, NetDevHeader) {
    const std::string text = printed(shell::show_dev);
    EXPECT_EQ(text.substr(0, text.find('\n')),
              "Inter-|   Receive                                                |  Transmit");
    EXPECT_EQ(text.substr(text.find('\n') + 1), " face |bytes    packets errs drop fifo frame compressed "
                                                "multicast|bytes    packets errs drop fifo colls "
                                                "carrier compressed\n");
}

TEST(Proc, UdpRows) {
    net::UdpSocketInfo socket{};
    socket.local = {net::Ipv4Address(127, 0, 0, 1), 53};
    socket.remote = {net::Ipv4Address(10, 0, 2, 2), 5353};
    socket.receive_memory = 0x3450;
    socket.drops = 107;
    socket.inode = 1234;
    EXPECT_EQ(
        printed([&](const shell::Output& o) { shell::format_udp_row(o, 12, socket); }),
        "   12: 0100007F:0035 0202000A:14E9 01 00000000:00003450 00:00000000 00000000     0        0 1234 2 "
        "0000000000000000 107        \n");
    socket.remote = {};
    const std::string row = printed([&](const shell::Output& o) { shell::format_udp_row(o, 0, socket); });
    EXPECT_EQ(row.substr(0, 38), "    0: 0100007F:0035 00000000:0000 07 ");
    EXPECT_EQ(row.size(), 128u);
}

TEST(Proc, SnmpPairsNamesAndNumbers) {
    const std::string text = printed(shell::show_snmp);
    EXPECT_EQ(
        text.substr(0, text.find('\n')),
        "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
        "InDiscards "
        "InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs "
        "FragFails FragCreates OutTransmits");
    EXPECT_NE(
        text.find(
            "\nIcmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs "
            "InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs "
            "OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs "
            "OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks "
            "OutAddrMaskReps\nIcmp: "),
        std::string::npos);
    EXPECT_NE(
        text.find("\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors "
                  "IgnoredMulti MemErrors\nUdp: "),
        std::string::npos);
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    ASSERT_EQ(lines.size() % 2, 0u);
    for (std::size_t i = 0; i < lines.size(); i += 2) {
        EXPECT_EQ(std::count(lines[i].begin(), lines[i].end(), ' '),
                  std::count(lines[i + 1].begin(), lines[i + 1].end(), ' '));
        EXPECT_EQ(lines[i].substr(0, lines[i].find(' ')), lines[i + 1].substr(0, lines[i + 1].find(' ')));
    }
}

class ProcOnANetwork : public NetTest {};

TEST_F(ProcOnANetwork, SnmpCounts) {
    make_peer_known();
    const std::string before = printed(shell::show_snmp);
    receive(echo_frame("x"));
    const std::string after = printed(shell::show_snmp);
    EXPECT_NE(before, after);
    EXPECT_NE(after.find(" InType8"), std::string::npos);
}

TEST_F(ProcOnANetwork, Arp) {
    make_peer_known();
    EXPECT_EQ(printed(shell::show_arp),
              "IP address       HW type     Flags       HW address            Mask     Device\n"
              "10.0.2.2         0x1         0x2         52:55:0a:00:02:02     *        eth0\n");
}

TEST_F(ProcOnANetwork, Route) {
    const std::string pad(200, ' ');
    auto line = [&](const std::string& text) { return (text + pad).substr(0, 127) + "\n"; };
    EXPECT_EQ(printed(shell::show_route),
              line("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT") +
                  line("eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0") +
                  line("eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"));
}

TEST(FileTree, FilesAreFoundByTheirPath) {
    const auto shown = [](std::string_view path) {
        bool found = false;
        const std::string text =
            printed([&](const shell::Output& output) { found = shell::show_file(path, output); });
        return found && !text.empty();
    };
    for (const char* path : {"interrupts", "/proc", "/proc/", "/proc/net", "/proc/nothing", "/proc/net/", ""})
        EXPECT_FALSE(shown(path)) << path;
    std::vector<std::string> paths;
    for (const shell::FileKind* kind : shell::file_kinds())
        kind->each([](std::string_view path,
                      void* paths) { static_cast<std::vector<std::string>*>(paths)->emplace_back(path); },
                   &paths);
    for (const char* path : {"/proc/interrupts", "/proc/net/dev", "/proc/sys/net/ipv4/ip_forward"})
        EXPECT_EQ(std::count(paths.begin(), paths.end(), path), 1) << path;
    for (const std::string& path : paths)
        EXPECT_TRUE(shown(path)) << path;
}

TEST(FileTree, CpuMasks) {
    const std::pair<const char*, std::optional<uint32_t>> cases[] = {
        {"1", 1},         {"fF", 0xff}, {"0", 0},         {"00000000,00000003", std::nullopt},
        {"0000,0003", 3}, {"", {}},     {",", {}},        {"1,", 1},
        {"0x1", {}},      {"g", {}},    {"123456789", {}}};
    for (const auto& [text, mask] : cases)
        EXPECT_EQ(shell::parse_cpu_mask(text), mask) << text;
}

TEST(Proc, LsAndCat) {
    auto run = [](const char* line) {
        return printed([&](const shell::Output& o) { shell::run_line(line, o); });
    };
    EXPECT_EQ(run("ls /proc"), run("ls"));
    EXPECT_EQ(run("ls /proc/"), run("ls"));
    EXPECT_NE(run("ls /proc").find("\nnet\nsoftirqs\n"), std::string::npos);
    EXPECT_NE(run("ls /proc/net").find("snmp\n"), std::string::npos);
    EXPECT_EQ(run("ls /etc"), "ls: cannot access '/etc': No such file or directory\n");
    EXPECT_EQ(run("cat /proc/nothing"), "cat: /proc/nothing: No such file or directory\n");
    EXPECT_EQ(run("cat /proc/version /proc/version"), run("cat /proc/version") + run("cat /proc/version"));
}

} // namespace
