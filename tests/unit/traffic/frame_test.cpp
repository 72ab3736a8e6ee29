// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <vector>

#include "harness/ipv4.h"
#include "traffic/frame.h"

namespace traffic {
namespace {

namespace net = harness;
using harness::Bytes;

const Addresses addresses{.source_mac = {2, 0, 0, 0xe1, 0, 0},
                          .destination_mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
                          .source_ip = net::ip(10, 0, 2, 2),
                          .destination_ip = net::ip(10, 0, 2, 15),
                          .source_port = 1024,
                          .destination_port = 9};

Bytes bytes_of(std::span<const uint8_t> frame) { return {frame.begin(), frame.end()}; }

TEST(Frame, SmallestOneByteForByte) {
    FrameBuilder builder(addresses);
    const Bytes expected = {
        0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x02, 0x00, 0x00, 0xe1, 0x00, 0x00, 0x08, 0x00, // Ethernet
        0x45, 0x00, 0x00, 0x2e, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x22, 0xaf,             // IPv4
        0x0a, 0x00, 0x02, 0x02, 0x0a, 0x00, 0x02, 0x0f,                                     // addresses
        0x04, 0x03, 0x00, 0x09, 0x00, 0x1a, 0x38, 0xde,                                     // UDP
        0x65, 0x31, 0x30, 0x30, 0x00, 0x03, 0x01, 0x02, 0x03, 0x04, // mark, flow, number
        0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,             // time
    };
    EXPECT_EQ(bytes_of(builder.build(60, {.flow = 3, .sequence = 0x01020304, .due_ns = 0x1122334455667788})),
              expected);
}

/// What the frame should be, built by the tests' own network code.
Bytes reference(std::size_t bytes, const Label& label) {
    Bytes data = {'e', '1', '0', '0'};
    const auto put = [&](uint64_t value, int count) {
        for (int i = count - 1; i >= 0; i--)
            data.push_back(static_cast<uint8_t>(value >> 8 * i));
    };
    put(label.flow, 2);
    put(label.sequence, 4);
    put(static_cast<uint64_t>(label.due_ns), 8);
    while (data.size() < bytes - 42)
        data.push_back(static_cast<uint8_t>(data.size()));
    const net::Ipv4 header{
        .source = addresses.source_ip, .destination = addresses.destination_ip, .dont_fragment = true};
    return net::ethernet(
        addresses.destination_mac, addresses.source_mac, net::ether_type::ipv4,
        net::ipv4(header, net::udp(header, static_cast<uint16_t>(addresses.source_port + label.flow),
                                   addresses.destination_port, data)));
}

TEST(Frame, EverySizeFlowAndNumberHasRightChecksums) {
    FrameBuilder builder(addresses);
    for (std::size_t bytes = min_frame_bytes; bytes <= max_frame_bytes; bytes++)
        for (uint32_t n : {0u, 1u, 0xffffu, 0x10000u, 0xffffffffu}) {
            const Label label{.flow = static_cast<uint16_t>(n % 1024),
                              .sequence = n * 2654435761u,
                              .due_ns = int64_t{n} * 11'235};
            ASSERT_EQ(bytes_of(builder.build(bytes, label)), reference(bytes, label)) << bytes << ", " << n;
        }
}

TEST(Frame, AChecksumOfZeroIsSentAsFfff) {
    FrameBuilder builder(addresses);
    for (uint32_t n = 0; n <= 0xffff; n++) {
        const auto frame = builder.build(60, {.sequence = n});
        ASSERT_FALSE(frame[40] == 0 && frame[41] == 0) << n;
        if (frame[40] == 0xff && frame[41] == 0xff)
            return;
    }
    FAIL() << "no number gave that checksum";
}

TEST(Frame, LabelIsFoundAgain) {
    FrameBuilder builder(addresses);
    const Label label{.flow = 1023, .sequence = 0xfedcba98, .due_ns = 0x123456789abcdef};
    for (std::size_t bytes : {60u, 61u, 1514u})
        EXPECT_EQ(find_label(builder.build(bytes, label)), label);
}

TEST(Frame, LabelIsFoundInWhatARouterMadeOfIt) {
    FrameBuilder builder(addresses);
    const Label label{.flow = 5, .sequence = 6, .due_ns = 7};
    Bytes frame = bytes_of(builder.build(100, label));
    frame[0] ^= 0xff;
    frame[22]--; // time to live
    const Bytes tag = {0x81, 0x00, 0x00, 0x05};
    frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    EXPECT_EQ(find_label(frame), label);
}

TEST(Frame, NoLabelInOtherFrames) {
    FrameBuilder builder(addresses);
    const Bytes good = bytes_of(builder.build(60, {}));
    for (std::size_t bytes = 0; bytes < good.size(); bytes++)
        EXPECT_FALSE(find_label(std::span(good).first(bytes))) << bytes;
    for (std::size_t at : {12, 14, 23, 42, 45}) { // type, version, protocol, mark
        Bytes other = good;
        other[at] ^= 0x40;
        EXPECT_FALSE(find_label(other)) << at;
    }
    Bytes tcp = good;
    tcp[23] = 6;
    tcp.resize(200, 0x50);
    EXPECT_FALSE(find_label(tcp));
    Bytes shortened = good; // the label is there, but no longer in the IP packet
    shortened[17]--;
    shortened[39]--;
    EXPECT_FALSE(find_label(shortened));
}

TEST(Frame, ArpRequestForItsAddressIsAnswered) {
    const net::MacAddress asker = {2, 0, 0, 0, 0, 9};
    const Bytes request = net::arp({.operation = 1,
                                    .sender_mac = asker,
                                    .sender_ip = net::ip(10, 0, 2, 15),
                                    .target_ip = addresses.source_ip});
    const auto answer = answer_arp(request, addresses.source_ip, addresses.source_mac);
    ASSERT_TRUE(answer);
    EXPECT_EQ(bytes_of(*answer), net::padded(net::arp({.operation = 2,
                                                       .sender_mac = addresses.source_mac,
                                                       .sender_ip = addresses.source_ip,
                                                       .target_mac = asker,
                                                       .target_ip = net::ip(10, 0, 2, 15)})));
}

TEST(Frame, OtherArpFramesAreNotAnswered) {
    const auto answered = [](const Bytes& frame) {
        return answer_arp(frame, addresses.source_ip, addresses.source_mac).has_value();
    };
    const Bytes request = net::arp({.operation = 1, .target_ip = addresses.source_ip});
    ASSERT_TRUE(answered(request));
    for (std::size_t at : {12u, 14u, 16u, 18u, 19u, 21u, 38u, 41u}) {
        Bytes other = request;
        other[at] ^= 3;
        EXPECT_FALSE(answered(other)) << at;
    }
    for (std::size_t bytes = 0; bytes < request.size(); bytes++)
        EXPECT_FALSE(answered(Bytes(request.begin(), request.begin() + static_cast<std::ptrdiff_t>(bytes))));
}

} // namespace
} // namespace traffic
