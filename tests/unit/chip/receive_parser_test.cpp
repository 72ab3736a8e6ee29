// SPDX-License-Identifier: GPL-2.0-or-later
// Receive parser of the 82550 and 82551: which packets it knows, which checksums it finds good (SDM B.4).
#include "chip/receive_parser.h"
#include "ip_frames.h"

namespace i8255x {
namespace {

constexpr uint8_t parsed = rfd_parser::parsed;
constexpr uint8_t tcp = parsed | rfd_parser::tcp, udp = parsed | rfd_parser::udp;
constexpr uint8_t other = parsed | rfd_parser::other_ip;
constexpr uint8_t ip_bad = rfd_checksum::ip_checked, ip_good = ip_bad | rfd_checksum::ip_good;
constexpr uint8_t l4_bad = rfd_checksum::l4_checked, l4_good = l4_bad | rfd_checksum::l4_good;

const Bytes odd_data = {1, 2, 3, 4, 5, 6, 7};

void expect(const Bytes& frame, unsigned parser, unsigned checksum) {
    const ParserVerdict verdict = parse_received(frame);
    EXPECT_EQ(verdict.parser, parser);
    EXPECT_EQ(verdict.checksum, checksum);
}
Bytes ipv4_frame(const Bytes& packet) { return ethernet(ipv4, packet); }
/// The frame with one byte of its content (behind the MAC header) changed.
Bytes spoilt(Bytes frame, std::size_t at) {
    frame[14 + at] ^= 0x40;
    return frame;
}

TEST(ReceiveParser, UdpAndTcpWithPadding) {
    expect(ipv4_frame(ip_packet(17, udp_datagram(odd_data))), udp, ip_good | l4_good);
    expect(ipv4_frame(ip_packet(6, tcp_segment({}))), tcp, ip_good | l4_good);
    expect(ipv4_frame(ip_packet(6, tcp_segment(Bytes(1001, 0xff)))), tcp, ip_good | l4_good);
}

TEST(ReceiveParser, Options) {
    expect(ipv4_frame(ip_packet(6, tcp_segment(odd_data, Bytes(12, 1)), 0x4000, Bytes(8, 1))), tcp,
           ip_good | l4_good);
}

TEST(ReceiveParser, EachChecksumHasItsOwnVerdict) {
    const Bytes frame = ipv4_frame(ip_packet(17, udp_datagram(odd_data)));
    expect(spoilt(frame, 8), udp, ip_bad | l4_good); // time to live
    expect(spoilt(frame, 20 + 8), udp, ip_good | l4_bad);
    expect(spoilt(frame, 20 + 8 + 6), udp, ip_good | l4_bad);  // the odd last byte
    expect(spoilt(frame, 20 + 8 + 7), udp, ip_good | l4_good); // padding
    expect(spoilt(frame, 12), udp, ip_bad | l4_bad);           // source address
    expect(spoilt(ipv4_frame(ip_packet(6, tcp_segment(odd_data))), 20 + 16), tcp, ip_good | l4_bad);
}

TEST(ReceiveParser, AUdpChecksumOfZeroIsGood) {
    Bytes datagram = udp_datagram(odd_data);
    put_be(datagram, 6, 0);
    expect(ipv4_frame(ip_packet(17, datagram)), udp, ip_good | l4_good);
    Bytes segment = tcp_segment(odd_data);
    put_be(segment, 16, 0);
    expect(ipv4_frame(ip_packet(6, segment)), tcp, ip_good | l4_bad); // of TCP it is not
}

TEST(ReceiveParser, AUdpDatagramMayEndBeforeItsPacket) {
    expect(ipv4_frame(ip_packet(17, joined({udp_datagram(odd_data), {9, 9, 9}}))), udp, ip_good | l4_good);
}

TEST(ReceiveParser, FragmentsAndOtherProtocolsHaveAnIpVerdictOnly) {
    for (unsigned fragment : {0x2000u, 0x0001u, 0x2010u})
        expect(ipv4_frame(ip_packet(17, udp_datagram(odd_data), fragment)), other, ip_good);
    for (uint8_t protocol : {1, 2, 50, 51, 132})
        expect(ipv4_frame(ip_packet(protocol, odd_data)), other, ip_good);
    expect(spoilt(ipv4_frame(ip_packet(1, odd_data)), 8), other, ip_bad);
}

TEST(ReceiveParser, IpInIp) {
    const Bytes inner = ip_packet(6, tcp_segment(odd_data));
    const Bytes frame = ipv4_frame(ip_packet(4, inner));
    expect(frame, tcp, ip_good | l4_good);
    expect(spoilt(frame, 8), tcp, ip_bad | l4_good);
    expect(spoilt(frame, 20 + 8), tcp, ip_bad | l4_good); // time to live of the inner header
    expect(spoilt(frame, 20 + 20 + 13), tcp, ip_good | l4_bad);
    expect(ipv4_frame(ip_packet(4, ip_packet(4, inner))), other, ip_good); // one tunnel, not two
    expect(ipv4_frame(ip_packet(4, odd_data)), 0, 0);
    expect(ipv4_frame(ip_packet(4, inner, 0x2000)), other, ip_good);
}

TEST(ReceiveParser, TagsAndSnap) {
    const Bytes packet = ip_packet(17, udp_datagram(odd_data));
    expect(ethernet(ipv4, packet, vlan_tag), udp, ip_good | l4_good);
    expect(snap(packet), udp, ip_good | l4_good);
    expect(snap(packet, vlan_tag), udp, ip_good | l4_good);
    expect(spoilt(snap(packet), 0), udp, ip_good | l4_good); // DSAP
    expect(spoilt(snap(packet), 1), udp, ip_good | l4_good); // SSAP
    expect(spoilt(snap(packet), 2), 0, 0);                   // control
    expect(spoilt(snap(packet), 6), 0, 0);                   // type
    expect(ethernet(ipv4, packet, joined({vlan_tag, vlan_tag})), 0, 0);
}

TEST(ReceiveParser, WhatIsNotIpv4IsNotParsed) {
    const Bytes packet = ip_packet(17, udp_datagram(odd_data));
    expect(ethernet(0x0806, packet), 0, 0);
    expect(ethernet(0x86dd, packet), 0, 0);
    expect(ethernet(1501, packet), 0, 0);
    Bytes version = packet;
    version[0] = 0x65;
    expect(ipv4_frame(version), 0, 0);
}

TEST(ReceiveParser, UnsoundPackets) {
    const auto changed = [](Bytes packet, std::size_t at, unsigned value) {
        put_be(packet, at, value);
        return ipv4_frame(packet);
    };
    const Bytes packet = ip_packet(17, udp_datagram(odd_data));
    expect(changed(packet, 0, 0x4400), 0, 0);                              // header of 16 bytes
    expect(changed(packet, 2, 19), 0, 0);                                  // shorter than its header
    expect(changed(packet, 2, 47), 0, 0);                                  // longer than the frame
    expect(changed(packet, 20 + 4, 7), 0, 0);                              // UDP shorter than its header
    expect(changed(packet, 20 + 4, 16), 0, 0);                             // longer than the packet
    expect(ipv4_frame(ip_packet(17, Bytes(7))), 0, 0);                     // no room for the UDP header
    expect(ipv4_frame(ip_packet(6, Bytes(19))), 0, 0);                     // nor for the TCP header
    expect(changed(ip_packet(6, tcp_segment({})), 20 + 12, 0x4010), 0, 0); // TCP header of 16 bytes
    expect(changed(ip_packet(6, tcp_segment({})), 20 + 12, 0x6010), 0, 0); // longer than the segment
    expect(changed(ip_packet(1, Bytes(30), 0, Bytes(40, 1)), 0, 0x4f00), other, ip_good); // all options
}

/// Cut anywhere, with any byte changed: never beyond the frame's end (the sanitizer would tell).
TEST(ReceiveParser, ReadsNothingBehindTheEnd) {
    for (const Bytes& whole : {snap(ip_packet(4, ip_packet(6, tcp_segment(odd_data, Bytes(8)))), vlan_tag),
                               ipv4_frame(ip_packet(17, udp_datagram(odd_data)))})
        for (std::size_t bytes = 0; bytes <= whole.size(); bytes++) {
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
            parse_received(cut);
            for (std::size_t at = 12; at < cut.size(); at++) {
                Bytes changed = cut;
                changed[at] = 0xff;
                parse_received(changed);
            }
        }
}

} // namespace
} // namespace i8255x
