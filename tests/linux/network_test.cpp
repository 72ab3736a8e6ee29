// SPDX-License-Identifier: GPL-2.0-or-later
// What a user does first: get an address, ping, move a file by TCP.
#include "host_tcp.h"
#include "linux_test.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

constexpr size_t file_size = 16 << 20;

std::string hex(uint32_t value) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", value);
    return text;
}

class Network : public LinuxTest {
  protected:
    std::string netcat(const HostTcp& host) { return "nc 10.0.2.2 " + std::to_string(host.port()); }
};

} // namespace

TEST_F(Network, DriverProbesBothCards) {
    auto addresses = guest().must("cat /sys/class/net/eth0/address /sys/class/net/eth1/address");
    EXPECT_EQ(addresses, "52:54:00:e1:00:00\n52:54:00:e1:00:01\n");
}

TEST_F(Network, GetsItsAddressByDhcp) {
    EXPECT_NE(guest().boot_messages().find("lease of 10.0.2.15 obtained from 10.0.2.2"), std::string::npos)
        << guest().boot_messages();
    EXPECT_NE(guest().must("ip addr show eth0").find("inet 10.0.2.15/24"), std::string::npos);
}

TEST_F(Network, PingsTheHost) { expect_ping(56); }

TEST_F(Network, PingsTheHostWithFramesOfFullSize) { expect_ping(1472); }

TEST_F(Network, ReceivesAFileByTcp) {
    HostTcp host;
    std::string file = noise(file_size, 1);
    auto sending = host.send_to_next(file, 60s);
    auto checksum = guest().must(netcat(host) + " </dev/null >/tmp/file; crc32 /tmp/file; rm /tmp/file", 60s);
    sending.get();
    EXPECT_EQ(checksum.substr(0, 8), hex(crc32(file)));
}

TEST_F(Network, SendsAFileByTcp) {
    HostTcp host;
    auto receiving = host.receive_from_next(60s);
    auto megabytes = std::to_string(file_size >> 20);
    auto checksum =
        guest().must("dd if=/dev/urandom of=/tmp/file bs=1M count=" + megabytes +
                         " 2>/dev/null; crc32 /tmp/file; " + netcat(host) + " </tmp/file; rm /tmp/file",
                     60s);
    auto file = receiving.get();
    EXPECT_EQ(file.size(), file_size);
    EXPECT_EQ(checksum.substr(0, 8), hex(crc32(file)));
}

} // namespace linux_test
