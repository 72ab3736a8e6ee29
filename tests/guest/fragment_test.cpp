// SPDX-License-Identifier: GPL-2.0-or-later
// Datagrams longer than a frame, through the guest's UDP echo service and back; and fragments that were never
// one.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "network.h"

namespace guest_test {
namespace {

constexpr size_t step = 1480; ///< payload of a full frame

class Fragmented : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    static Frame fragment(const Bytes& whole, size_t offset, size_t length, uint16_t identification) {
        auto header = WiredGuest::header(harness::ip_protocol::udp);
        header.identification = identification;
        header.fragment_offset = static_cast<uint16_t>(offset);
        header.more_fragments = offset + length < whole.size();
        const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(offset);
        return WiredGuest::ethernet(
            harness::ipv4(header, Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))));
    }
    static Bytes question(size_t bytes, unsigned salt) {
        Bytes data(bytes);
        for (size_t i = 0; i < bytes; i++)
            data[i] = static_cast<uint8_t>(i * 13 + i / 256 + salt);
        return data;
    }
    static std::vector<Frame> pieces(const Bytes& data, uint16_t identification) {
        const Bytes whole = harness::udp(WiredGuest::header(harness::ip_protocol::udp), 5000, 7, data);
        std::vector<Frame> frames;
        for (size_t at = 0; at < whole.size(); at += step)
            frames.push_back(fragment(whole, at, std::min(step, whole.size() - at), identification));
        return frames;
    }
    /// The payload of the next UDP datagram from the guest, put together from fragments that come in order.
    static std::optional<Bytes> answer(WiredGuest& wired) {
        Bytes whole;
        for (bool more = true; more;) {
            const auto frame = wired.await([](const Frame& each) {
                const auto packet = harness::parse_ipv4(each);
                return packet && packet->header.protocol == harness::ip_protocol::udp;
            });
            if (!frame)
                return std::nullopt;
            const auto packet = harness::parse_ipv4(*frame);
            if (packet->header.fragment_offset != whole.size())
                return std::nullopt;
            whole.insert(whole.end(), packet->payload.begin(), packet->payload.end());
            more = packet->header.more_fragments;
        }
        auto header = WiredGuest::header(harness::ip_protocol::udp);
        std::swap(header.source, header.destination);
        const auto frame = harness::ethernet({}, {}, harness::ether_type::ipv4, harness::ipv4(header, whole));
        const auto udp = harness::parse_udp(frame); // its checksum
        return udp ? std::optional(Bytes(udp->data.begin(), udp->data.end())) : std::nullopt;
    }
};

TEST_F(Fragmented, DatagramsComeBackWholeWhateverTheOrder) {
    WiredGuest wired;
    std::mt19937 random(5722);
    uint16_t identification = 0;
    for (const size_t bytes : {1472u, 1473u, 2952u, 2953u, 9000u, 30'000u, 65'507u}) {
        SCOPED_TRACE(bytes);
        const Bytes data = question(bytes, identification);
        auto frames = pieces(data, ++identification);
        std::shuffle(frames.begin(), frames.end(), random);
        for (const Frame& frame : frames)
            wired.send(frame);
        EXPECT_EQ(answer(wired), data);
    }
    EXPECT_EQ(snmp(wired.guest(), "Ip", "ReasmOKs"), 6u);
    EXPECT_EQ(snmp(wired.guest(), "Ip", "ReasmFails"), 0u);
    EXPECT_EQ(snmp(wired.guest(), "Ip", "FragOKs"), 6u);
}

TEST_F(Fragmented, ThePromptPingsWithLongOnes) {
    WiredGuest wired;
    wired.guest().type("ping -c 1 -s 4000 10.0.0.1");
    Bytes whole;
    for (bool more = true; more;) {
        const auto frame =
            wired.await([](const Frame& each) { return harness::parse_ipv4(each).has_value(); });
        ASSERT_TRUE(frame);
        const auto packet = harness::parse_ipv4(*frame);
        whole.insert(whole.end(), packet->payload.begin(), packet->payload.end());
        more = packet->header.more_fragments;
    }
    ASSERT_EQ(whole.size(), 4008u);
    whole[0] = 0; // echo reply
    whole[2] = whole[3] = 0;
    const uint16_t sum = harness::internet_checksum(whole);
    whole[2] = static_cast<uint8_t>(sum >> 8);
    whole[3] = static_cast<uint8_t>(sum);
    for (size_t at = 0; at < whole.size(); at += step) {
        Frame frame = fragment(whole, at, std::min(step, whole.size() - at), 99);
        const auto view = *harness::parse_ipv4(frame);
        auto header = view.header;
        header.protocol = harness::ip_protocol::icmp;
        wired.send(WiredGuest::ethernet(harness::ipv4(header, view.payload)));
    }
    wired.console().expect("^4008 bytes from 10\\.0\\.0\\.1: icmp_seq=1");
    wired.console().expect("1 packets transmitted, 1 received, 0% packet loss");
}

TEST_F(Fragmented, HostileOnesLoseNoMemory) {
    WiredGuest wired;
    ASSERT_TRUE(wired.echo());
    wired.guest().type("echo 1 > /proc/sys/net/ipv4/ipfrag_time");
    const uint64_t before = packets_in_use(wired.guest());
    std::mt19937 random(1858);
    const Bytes source = question(65'504, 1);
    for (int i = 0; i < 1500; i++) {
        const size_t offset = random() % 80 * 8, length = random() % 150;
        Frame frame = fragment(source, offset, length, static_cast<uint16_t>(random() % 8));
        if (random() % 8 == 0) { // the last one, or so it says
            auto header = harness::parse_ipv4(frame)->header;
            header.more_fragments = false;
            frame = WiredGuest::ethernet(harness::ipv4(header, Bytes(length)));
        }
        wired.send(frame);
        if (i % 50 == 49) {
            ASSERT_TRUE(wired.echo()) << i;
        }
    }
    EXPECT_GE(snmp(wired.guest(), "Ip", "ReasmReqds"), 1400u);
    EXPECT_GT(drops(wired.guest(), "FRAG_OVERLAP"), 0u);
    EXPECT_GT(drops(wired.guest(), "DUP_FRAG"), 0u);
    // The last ones wait for a second: ask until they are gone.
    EXPECT_TRUE(harness::wait_until([&] {
        wired.guest().type("cat /proc/net/sockstat");
        return wired.console().expect("^FRAG: inuse ([0-9]+) memory").groups[0] == "0";
    }));
    EXPECT_EQ(packets_in_use(wired.guest()), before);
    ASSERT_TRUE(wired.echo());
}

} // namespace
} // namespace guest_test
