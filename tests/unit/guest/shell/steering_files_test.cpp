// SPDX-License-Identifier: GPL-2.0-or-later
// The files of packet steering, and the reader that they are about.
#include "capture.h"
#include "kernel/backlog.h"
#include "kernel/context.h"
#include "kernel/flow_limit.h"
#include "kernel/napi.h"
#include "kernel/rps.h"
#include "net_fixture.h"
#include "shell/shell.h"

namespace {

using namespace net_test;

class SteeringFiles : public NetTest {
  protected:
    static std::string run(const std::string& line) {
        return shell_test::printed([&](const shell::Output& output) { shell::run_line(line, output); });
    }
    static constexpr const char* queue = "/sys/class/net/eth0/queues/rx-0/";
    static constexpr const char* core = "/proc/sys/net/core/";

    /// Stores `text`, which is taken, and reads `shown` back; each of `wrong` is refused and changes nothing.
    static void check(const std::string& path, const std::string& text, const std::string& shown,
                      std::initializer_list<const char*> wrong) {
        EXPECT_EQ(run("echo " + text + " > " + path), "") << path;
        EXPECT_EQ(run("cat " + path), shown + "\n");
        for (const char* each : wrong)
            EXPECT_EQ(run("echo " + std::string(each) + " > " + path),
                      "echo: write error: Invalid argument\n")
                << path << " " << each;
        EXPECT_EQ(run("cat " + path), shown + "\n");
    }
};

TEST_F(SteeringFiles, OfAQueue) {
    check(std::string(queue) + "rps_cpus", "1", "1", {"x", "", "123456789"});
    EXPECT_EQ(device.steering.rps_cpus, 1u);
    check(std::string(queue) + "rps_cpus", "fe", "0", {}); // CPUs that are not there
    check(std::string(queue) + "rps_flow_cnt", "100", "128", {"32769", "-1", "many"});
    EXPECT_EQ(device.steering.rps_flow_cnt, 128u);
    check(std::string(queue) + "rps_flow_cnt", "0", "0", {});
}

TEST_F(SteeringFiles, OfTheCore) {
    const std::string at = core;
    check(at + "rps_sock_flow_entries", "32768", "32768", {"32769", ""});
    EXPECT_EQ(kernel::rps_sock_flow_entries(), 32768u);
    check(at + "rps_sock_flow_entries", "0", "0", {});
    check(at + "netdev_max_backlog", "20", "20", {"", "x"});
    EXPECT_EQ(kernel::netdev_max_backlog, 20u);
    check(at + "netdev_max_backlog", "1000", "1000", {});
    check(at + "dev_weight", "32", "32", {"0"});
    check(at + "dev_weight", "64", "64", {});
    check(at + "flow_limit_cpu_bitmap", "1", "1", {"z"});
    EXPECT_EQ(kernel::flow_limit_cpus(), 1u);
    check(at + "flow_limit_cpu_bitmap", "0", "0", {});
    check(at + "flow_limit_table_len", "8192", "8192", {"0", "5000"});
    check(at + "flow_limit_table_len", "4096", "4096", {});
    check(at + "rps_default_mask", "1", "1", {"x"});
    EXPECT_EQ(kernel::rps_default_mask, 1u);
    check(at + "rps_default_mask", "0", "0", {});
}

/// The hash comes with the packet, so a connected socket's read steers what follows.
TEST_F(SteeringFiles, AConnectedSocketTellsWhereItIsRead) {
    run("echo 1024 > /proc/sys/net/core/rps_sock_flow_entries");
    run("echo 1024 > /sys/class/net/eth0/queues/rx-0/rps_flow_cnt");
    const uint64_t before = kernel::softnet_stats(0).processed;
    net::UdpSocket connected, free;
    connected.connect({net::Ipv4Address(peer_ip), 5000});
    ASSERT_EQ(connected.bind({{}, 7000}), net::SocketError::None);
    ASSERT_EQ(free.bind({{}, 7001}), net::SocketError::None);
    const auto backlogged = [&](uint16_t port) {
        kernel::BhGuard guard;
        const uint32_t length = kernel::backlog_lengths(0).input;
        receive(udp_frame(port, "x"));
        return kernel::backlog_lengths(0).input > length;
    };
    for (const uint16_t port : {7000, 7001}) {
        net::UdpSocket& socket = port == 7000 ? connected : free;
        EXPECT_FALSE(backlogged(port)) << "nobody has read it yet";
        for (int i = 0; i < 2; i++)
            if (const auto datagram = socket.receive_packet(0))
                kernel::consume_packet(datagram.packet);
        EXPECT_EQ(backlogged(port), port == 7000);
    }
    EXPECT_EQ(kernel::softnet_stats(0).processed, before + 4);
    run("echo 0 > /proc/sys/net/core/rps_sock_flow_entries");
}

} // namespace
