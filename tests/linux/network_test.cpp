// SPDX-License-Identifier: GPL-2.0-or-later
// What a user does first: get an address, ping and be pinged, move a file by TCP.
#include <algorithm>

#include "harness/ipv4.h"
#include "host_tcp.h"
#include "linux_test.h"
#include "wire_end.h"

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

// Of every size, each sent back by the guest's kernel: what framecheck does where it cannot run.
TEST_F(Network, EchoesAThousandFrames) {
    constexpr uint16_t frames = 1000, window = 32;
    guest().must("ip addr add 10.9.0.1/24 dev eth1 && arp -i eth1 -s 10.9.0.2 " +
                 to_string(LinuxGuest::wire_mac(1)));
    ASSERT_TRUE(guest().becomes("cat /sys/class/net/eth1/carrier", "1\n"));
    drain(guest().wire());
    const harness::Ipv4 header = {.source = harness::ip(10, 9, 0, 2),
                                  .destination = harness::ip(10, 9, 0, 1),
                                  .protocol = harness::ip_protocol::icmp};
    harness::Pattern pattern(7, harness::Pattern::header_size, 1472);
    for (uint16_t sent = 0, returned = 0; returned < frames;) {
        if (sent < frames && sent - returned < window) {
            auto request = harness::icmp_echo(8, 1, sent, pattern.payload(sent));
            guest().wire().send(harness::ethernet(LinuxGuest::mac(1), LinuxGuest::wire_mac(1),
                                                  harness::ether_type::ipv4, harness::ipv4(header, request)));
            sent++;
            continue;
        }
        auto frame = guest().wire().receive();
        ASSERT_TRUE(frame) << "after " << returned;
        auto reply = harness::parse_icmp_echo(*frame);
        ASSERT_TRUE(reply && reply->type == 0) << "after " << returned;
        ASSERT_EQ(reply->sequence, returned);
        ASSERT_TRUE(std::ranges::equal(reply->data, pattern.payload(returned))) << returned;
        returned++;
    }
    guest().must("arp -i eth1 -d 10.9.0.2 && ip addr del 10.9.0.1/24 dev eth1");
}

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
