// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/checksum.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (int value : values)
        result.push_back(static_cast<std::byte>(value));
    return result;
}

TEST(Checksum, TheExampleOfRfc1071) {
    // RFC 1071 section 3: the sum is ddf2.
    EXPECT_EQ(net::checksum(bytes({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7})), 0xffff ^ 0xddf2);
}

TEST(Checksum, AnIpv4HeaderWithItsChecksumSumsToZero) {
    auto header = bytes({0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                         0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7});
    EXPECT_EQ(net::checksum(header), 0);
    header[10] = header[11] = std::byte{0};
    EXPECT_EQ(net::checksum(header), 0xb861);
}

TEST(Checksum, NothingAndZeros) {
    EXPECT_EQ(net::checksum({}), 0xffff);
    EXPECT_EQ(net::checksum(bytes({0, 0, 0})), 0xffff);
}

TEST(Checksum, AnOddByteIsTheHighHalf) { EXPECT_EQ(net::checksum(bytes({0x12})), 0xffff ^ 0x1200); }

TEST(Checksum, CarriesFoldMoreThanOnce) {
    const std::vector<std::byte> ones(65534, std::byte{0xff});
    EXPECT_EQ(net::checksum(ones), 0);
}

TEST(Checksum, PiecesOfAnyLengthGiveTheSameSum) {
    const auto whole = bytes({0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd});
    const uint16_t expected = net::checksum(whole);
    for (std::size_t first = 0; first <= whole.size(); first++)
        for (std::size_t second = first; second <= whole.size(); second++) {
            net::Checksum sum;
            const std::span<const std::byte> all = whole;
            sum.add(all.first(first));
            sum.add(all.subspan(first, second - first));
            sum.add(all.subspan(second));
            EXPECT_EQ(sum.finish(), expected) << first << ", " << second;
        }
}

TEST(ChecksumUpdate, TheExampleOfRfc1624) { EXPECT_EQ(net::checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000); }

TEST(ChecksumUpdate, EqualsANewSum) {
    for (unsigned word = 0; word < 0x10000; word += 0x101) {
        auto data = bytes({0x08, 0x00, 0x12, 0x34, 0xfe, 0xdc});
        const uint16_t before = net::checksum(data);
        data[0] = static_cast<std::byte>(word >> 8);
        data[1] = static_cast<std::byte>(word);
        EXPECT_EQ(net::checksum_update(before, 0x0800, static_cast<uint16_t>(word)), net::checksum(data))
            << word;
    }
}

} // namespace
