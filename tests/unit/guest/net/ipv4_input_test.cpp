// SPDX-License-Identifier: GPL-2.0-or-later
// Each check of IPv4 input: its counter, its drop reason, and that none stands before another that should
// win.
#include "net/ipv4.h"

#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Icmp;
using net::Ip;
using net::IpExt;

class IpInput : public NetTest {
  protected:
    /// Refused for `reason`, and nothing of it is seen further up.
    void expect_refused(const Frame& frame, DropReason reason) {
        watch = Watch();
        receive(frame);
        EXPECT_EQ(watch(reason), 1u);
        EXPECT_EQ(watch.all_drops(), 1u);
        EXPECT_EQ(watch(Ip::InDelivers), 0u);
        EXPECT_EQ(watch(Icmp::InMsgs), 0u);
        EXPECT_FALSE(sent());
    }
    void expect_delivered(const Frame& frame) {
        watch = Watch();
        receive(frame);
        EXPECT_EQ(watch(Ip::InReceives), 1u);
        EXPECT_EQ(watch(Ip::InDelivers), 1u);
    }
    /// An echo request with one byte of the frame changed and the header checksum made right again.
    static Frame changed(std::size_t offset_in_header, uint8_t value) {
        Frame frame = echo_frame("payload");
        frame[at_ip + offset_in_header] = value;
        fix_ip_checksum(frame);
        return frame;
    }
    static Frame addressed(uint32_t source, uint32_t destination, const harness::MacAddress& to = our_mac) {
        auto ip = header(harness::ip_protocol::udp);
        ip.source = source;
        ip.destination = destination;
        return harness::ethernet(to, peer_mac, harness::ether_type::ipv4,
                                 harness::ipv4(ip, harness::udp(ip, 5000, 9, bytes_of("x"))));
    }
    static Frame with_options(const Bytes& options) {
        Frame frame = echo_frame("payload");
        frame.insert(frame.begin() + at_payload, options.begin(), options.end());
        frame[at_ip] = static_cast<uint8_t>(0x45 + options.size() / 4);
        const auto total = frame.size() - at_ip;
        frame[at_ip + 2] = static_cast<uint8_t>(total >> 8);
        frame[at_ip + 3] = static_cast<uint8_t>(total);
        fix_ip_checksum(frame);
        return frame;
    }
};

TEST_F(IpInput, AGoodDatagramIsDelivered) {
    make_peer_known();
    expect_delivered(echo_frame("payload"));
    EXPECT_EQ(watch(IpExt::InOctets), 20u + 8 + 7);
    EXPECT_EQ(watch(IpExt::InNoECTPkts), 1u);
    EXPECT_EQ(watch(Ip::InHdrErrors), 0u);
}

TEST_F(IpInput, OtherHostsFramesAreNotEvenCounted) {
    Frame frame = echo_frame("payload");
    std::copy(other_mac.begin(), other_mac.end(), frame.begin());
    frame[at_ip] = 0; // and nothing else is looked at
    expect_refused(frame, DropReason::Otherhost);
    EXPECT_EQ(watch(Ip::InReceives), 0u);
    EXPECT_EQ(device.stats.rx_otherhost_dropped, 1u);
}

TEST_F(IpInput, AnIncompleteHeader) {
    const Frame whole = echo_frame("payload");
    for (std::size_t length = at_ip; length < at_payload; length++) {
        SCOPED_TRACE(length);
        expect_refused(Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)),
                       DropReason::IpInhdr);
        EXPECT_EQ(watch(Ip::InReceives), 1u);
        EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
    }
}

TEST_F(IpInput, VersionAndHeaderLength) {
    for (const uint8_t first : {0x35, 0x55, 0x65, 0x44, 0x40}) {
        SCOPED_TRACE(first);
        Frame frame = echo_frame("payload");
        frame[at_ip] = first;
        expect_refused(frame, DropReason::IpInhdr);
        EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
        EXPECT_EQ(watch(IpExt::InCsumErrors), 0u) << "the checksum comes after these";
    }
}

TEST_F(IpInput, AHeaderLongerThanTheFrame) {
    Frame frame = echo_frame("");
    frame[at_ip] = 0x4f; // 60 bytes; the frame holds 28
    expect_refused(frame, DropReason::IpInhdr);
}

TEST_F(IpInput, HeaderChecksum) {
    for (std::size_t byte = 1; byte < 20; byte++) {
        SCOPED_TRACE(byte);
        Frame frame = echo_frame("payload");
        frame[at_ip + byte] ^= 0x10;
        expect_refused(frame, DropReason::IpCsum);
        EXPECT_EQ(watch(IpExt::InCsumErrors), 1u);
        EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
    }
}

TEST_F(IpInput, AFrameShorterThanItsDatagram) {
    Frame frame = echo_frame("payload");
    frame.pop_back();
    expect_refused(frame, DropReason::PktTooSmall);
    EXPECT_EQ(watch(IpExt::InTruncatedPkts), 1u);
    EXPECT_EQ(watch(Ip::InHdrErrors), 0u);
}

TEST_F(IpInput, ATotalLengthBelowTheHeaderLength) {
    expect_refused(changed(3, 19), DropReason::IpInhdr);
    EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
}

TEST_F(IpInput, EthernetPaddingIsCutOff) {
    make_peer_known();
    Frame frame = echo_frame("hi");
    frame.resize(60, 0xaa);
    expect_delivered(frame);
    const auto reply = sent();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->size(), at_payload + 8 + 2);
}

TEST_F(IpInput, ImpossibleSources) {
    for (const uint32_t source : {ip(224, 0, 0, 1), ip(239, 1, 2, 3), ip(255, 255, 255, 255), ip(0, 1, 2, 3),
                                  ip(127, 0, 0, 1), ip(240, 0, 0, 1), 0u, our_ip, subnet_broadcast}) {
        SCOPED_TRACE(harness::ip_to_string(source));
        expect_refused(addressed(source, our_ip), DropReason::MartianSrc);
        EXPECT_EQ(watch(Ip::InAddrErrors), 1u);
    }
}

TEST_F(IpInput, ImpossibleDestinations) {
    for (const uint32_t destination : {ip(0, 0, 0, 0), ip(0, 1, 2, 3), ip(127, 0, 0, 1)}) {
        SCOPED_TRACE(harness::ip_to_string(destination));
        expect_refused(addressed(peer_ip, destination), DropReason::MartianDst);
        EXPECT_EQ(watch(Ip::InAddrErrors), 1u);
    }
}

TEST_F(IpInput, SomebodyWithoutAnAddressMayAskAll) {
    // As a DHCP client does: 0.0.0.0 to 255.255.255.255. No socket of ours wants it, but IPv4 lets it in.
    watch = Watch();
    receive(addressed(0, 0xffffffff, harness::broadcast_mac));
    EXPECT_EQ(watch(Ip::InDelivers), 1u);
    EXPECT_EQ(watch(net::Udp::IgnoredMulti), 1u);
    EXPECT_EQ(watch(IpExt::InBcastPkts), 1u);
    expect_refused(addressed(0, subnet_broadcast, harness::broadcast_mac), DropReason::MartianSrc);
}

TEST_F(IpInput, DestinationsThatAreNotOurs) {
    for (const uint32_t destination : {other_ip, far_ip, ip(224, 0, 0, 251), ip(10, 255, 255, 255)}) {
        SCOPED_TRACE(harness::ip_to_string(destination));
        expect_refused(addressed(peer_ip, destination), DropReason::IpInaddrerrors);
        EXPECT_EQ(watch(Ip::InAddrErrors), 1u);
    }
}

TEST_F(IpInput, AllHostsAreWe) {
    watch = Watch();
    receive(addressed(peer_ip, ip(224, 0, 0, 1), {0x01, 0, 0x5e, 0, 0, 1}));
    EXPECT_EQ(watch(Ip::InDelivers), 1u);
    EXPECT_EQ(watch(IpExt::InMcastPkts), 1u);
}

TEST_F(IpInput, OurAddressInABroadcastFrame) {
    expect_refused(addressed(peer_ip, our_ip, harness::broadcast_mac), DropReason::UnicastInL2Multicast);
    expect_refused(addressed(peer_ip, our_ip, {0x01, 0, 0x5e, 0, 0, 1}), DropReason::UnicastInL2Multicast);
    EXPECT_EQ(watch(Ip::InDiscards), 1u);
}

TEST_F(IpInput, OptionsThatEndWhereTheyShould) {
    make_peer_known();
    for (const Bytes& options : {Bytes{1, 1, 1, 1}, Bytes{0, 0xff, 0xff, 0xff}, Bytes{7, 7, 4, 0, 0, 0, 0, 0},
                                 Bytes{1, 0x88, 3, 0}, Bytes{0x44, 4, 5, 0}}) {
        SCOPED_TRACE(testing::PrintToString(options));
        expect_delivered(with_options(options));
        const auto reply = sent();
        ASSERT_TRUE(reply);
        EXPECT_EQ((*reply)[at_ip], 0x45) << "the answer has no options";
    }
}

TEST_F(IpInput, OptionsThatDoNot) {
    for (const Bytes& options : {Bytes{7, 0, 0, 0}, Bytes{7, 1, 0, 0}, Bytes{7, 5, 0, 0}, Bytes{1, 1, 1, 7},
                                 Bytes{1, 1, 7, 3}, Bytes{7, 255, 0, 0}}) {
        SCOPED_TRACE(testing::PrintToString(options));
        expect_refused(with_options(options), DropReason::IpInhdr);
        EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
    }
}

TEST_F(IpInput, DontFragmentIsNoFragment) {
    auto ip = header(harness::ip_protocol::icmp);
    ip.dont_fragment = true;
    make_peer_known();
    expect_delivered(from_peer(ip, harness::icmp_echo(8, 1, 1, bytes_of("x"))));
}

TEST_F(IpInput, AnUnknownProtocolIsReported) {
    make_peer_known();
    watch = Watch();
    receive(from_peer(header(harness::ip_protocol::tcp), Bytes(20)));
    EXPECT_EQ(watch(Ip::InUnknownProtos), 1u);
    EXPECT_EQ(watch(Ip::InDelivers), 0u);
    EXPECT_EQ(watch(DropReason::IpNoproto), 1u);
    const auto frame = sent();
    ASSERT_TRUE(frame);
    EXPECT_EQ((*frame)[at_payload], 3);     // destination unreachable
    EXPECT_EQ((*frame)[at_payload + 1], 2); // protocol
}

TEST_F(IpInput, EcnCodepointsAreCountedApart) {
    make_peer_known();
    const IpExt counters[] = {IpExt::InNoECTPkts, IpExt::InECT1Pkts, IpExt::InECT0Pkts, IpExt::InCEPkts};
    for (uint8_t codepoint = 0; codepoint < 4; codepoint++) {
        expect_delivered(changed(1, codepoint));
        for (uint8_t i = 0; i < 4; i++)
            EXPECT_EQ(watch(counters[i]), i == codepoint ? 1u : 0u);
    }
}

TEST_F(IpInput, EveryDatagramIsAccountedFor) {
    // ip.InReceives = header errors + address errors + truncated + discards + fragments + unknown protocols +
    // InDelivers
    make_peer_known();
    watch = Watch();
    std::vector<Frame> frames = {echo_frame("a"),
                                 changed(3, 19),
                                 addressed(ip(127, 0, 0, 1), our_ip),
                                 addressed(peer_ip, far_ip),
                                 addressed(peer_ip, our_ip, harness::broadcast_mac),
                                 from_peer(header(harness::ip_protocol::tcp), Bytes(20)),
                                 with_options({7, 0, 0, 0}),
                                 udp_frame(9, "nobody")};
    Frame truncated = echo_frame("payload");
    truncated.pop_back();
    frames.push_back(truncated);
    for (const Frame& frame : frames)
        receive(frame);
    EXPECT_EQ(watch(Ip::InReceives), frames.size());
    EXPECT_EQ(watch(Ip::InHdrErrors) + watch(Ip::InAddrErrors) + watch(IpExt::InTruncatedPkts) +
                  watch(Ip::InDiscards) + watch(Ip::ReasmFails) + watch(Ip::InUnknownProtos) +
                  watch(Ip::InDelivers),
              frames.size());
}

} // namespace
