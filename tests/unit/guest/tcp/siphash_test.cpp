// SPDX-License-Identifier: GPL-2.0-or-later
// The hash against the vector of its paper, and the initial sequence numbers made with it.
#include "net/siphash.h"

#include "net/tcp_isn.h"
#include "net_fixture.h"

namespace {

using namespace net_test;

TEST(SipHash, VectorOfThePaper) {
    std::array<std::byte, 15> message;
    for (unsigned i = 0; i < message.size(); i++)
        message[i] = static_cast<std::byte>(i);
    EXPECT_EQ(net::siphash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, message), 0xa129ca6149be45e5u);
}

TEST(SipHash, TheLengthCounts) {
    const std::array<std::byte, 9> zeros{};
    EXPECT_NE(net::siphash({1, 2}, std::span(zeros).first(8)), net::siphash({1, 2}, zeros));
}

class IsnTest : public NetTest {};

TEST_F(IsnTest, GrowsByTheClockForTheSameEnds) {
    const net::Endpoint local{net::Ipv4Address(our_ip), 80}, remote{net::Ipv4Address(peer_ip), 4000};
    const uint32_t first = net::tcp_initial_sequence(local, remote);
    pass_ms(100);
    const uint32_t later = net::tcp_initial_sequence(local, remote);
    EXPECT_GE(later - first, 100'000u / 4);
    EXPECT_LT(later - first, 200'000u / 4);
}

TEST_F(IsnTest, OtherEndsHaveUnrelatedNumbers) {
    const net::Endpoint local{net::Ipv4Address(our_ip), 80};
    const auto number = [&](uint16_t port) {
        return net::tcp_initial_sequence(local, {net::Ipv4Address(peer_ip), port});
    };
    const uint32_t step = number(4001) - number(4000);
    EXPECT_NE(number(4002) - number(4001), step);
    EXPECT_GT(step, 1'000'000u);
    EXPECT_GT(-step, 1'000'000u);
}

} // namespace
