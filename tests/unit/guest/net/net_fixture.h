// SPDX-License-Identifier: GPL-2.0-or-later
// The network layers on an interface whose wire is in the test's hands. Frames are built and read by the test
// harness, which shares no code with what it tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/ipv4.h"
#include "kernel/net_device.h"
#include "kernel/packet_buffer.h"
#include "net/interface.h"
#include "net/route.h"
#include "net/snmp.h"
#include "net/socket.h"

namespace net_test {

using harness::Bytes;
using harness::Frame;
using harness::ip;

inline constexpr kernel::MacAddress our_mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
inline constexpr kernel::MacAddress peer_mac = {0x52, 0x55, 0x0a, 0x00, 0x02, 0x02};
inline constexpr kernel::MacAddress other_mac = {0x02, 0x00, 0x00, 0x00, 0x00, 0x99};
inline constexpr uint32_t our_ip = 0x0a00020f, peer_ip = 0x0a000202, other_ip = 0x0a000203;
inline constexpr uint32_t far_ip = 0x08080808, subnet_broadcast = 0x0a0002ff;

/// Counters and drops between its construction and now.
class Watch {
  public:
    Watch();
    uint64_t operator()(net::Ip name) const;
    uint64_t operator()(net::IpExt name) const;
    uint64_t operator()(net::TcpExt name) const;
    uint64_t operator()(net::Icmp name) const;
    uint64_t operator()(net::Udp name) const;
    uint64_t operator()(kernel::DropReason reason) const;
    /// Drops of any reason but Consumed.
    uint64_t all_drops() const;

  private:
    std::vector<uint64_t> ip_, ipext_, tcpext_, icmp_, udp_, drops_;
};

/// eth0 is up as 10.0.2.15/24 with gateway 10.0.2.2 (peer_mac). Every packet must be accounted for at the
/// end.
class NetTest : public testing::Test {
  protected:
    NetTest();
    ~NetTest() override;

    /// A frame comes in.
    void receive(const Frame& frame);
    /// Takes the oldest frame that left.
    std::optional<Frame> sent();
    std::size_t sent_count() const;
    /// A second interface with a wire of its own, up and without an address. Unplugged by the test.
    static void plug(kernel::NetDevice& another, const char* name, const kernel::MacAddress& mac);
    static void unplug(kernel::NetDevice& another);
    static void receive_on(kernel::NetDevice& interface, const Frame& frame);
    static std::optional<Frame> sent_by(const kernel::NetDevice& interface);
    /// Lets the peer answer our ARP request, if we sent one.
    void make_peer_known();
    /// Virtual time passes, timers run.
    void pass_ms(uint64_t ms);

    // Frames from the peer to us, in which tests change what they are about.
    static harness::Ipv4 header(uint8_t protocol);
    static Frame from_peer(const harness::Ipv4& header, const Bytes& payload);
    static Frame udp_frame(uint16_t port, const std::string& text, uint16_t source_port = 5000);
    static Frame echo_frame(const std::string& text, uint16_t identifier = 7, uint16_t sequence = 1);

    /// Never where an earlier test's was: the thread of a DHCP client may still have its address.
    kernel::NetDevice& device;
    Watch watch;

  private:
    uint64_t live_before_;
};

/// Recomputes the IPv4 header checksum of a frame that a test has changed.
void fix_ip_checksum(Frame& frame);
/// An ICMP message with its checksum; `rest` is what follows it, identifier and sequence or unused bytes
/// first.
Bytes icmp_message(uint8_t type, uint8_t code, const Bytes& rest);
/// Byte offsets in a frame with an IPv4 header without options.
inline constexpr std::size_t at_ip = 14, at_payload = 34;

Bytes bytes_of(const std::string& text);
std::string text_of(std::span<const uint8_t> bytes);

} // namespace net_test
