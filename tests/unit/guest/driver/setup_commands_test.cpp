// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes that Linux's driver sends to each chip are the bytes that this one sends.
#include "driver/setup_commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

using namespace e100;
using Bytes = std::vector<uint8_t>;

Bytes sent(Generation generation, uint8_t revision, ReceiveFilter filter = {}) {
    const auto bytes = configuration_for(generation, revision, filter);
    return {bytes.begin(), bytes.begin() + bytes[0]};
}

const Bytes i82559 = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07, 0x01, 0x00, 0x2e,
                      0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};

TEST(Configuration, Of82557) {
    const Bytes expected = {0x16, 0x08, 0x00, 0x00, 0x00, 0x00, 0x32, 0x07, 0x01, 0x00, 0x2e,
                            0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xf2, 0x82, 0x3f, 0x05};
    EXPECT_EQ(sent(Generation::I82557, 0x02), expected);
}

TEST(Configuration, Of82558) {
    Bytes expected = i82559;
    expected[6] = 0x02;
    EXPECT_EQ(sent(Generation::I82558, 0x05), expected);
}

TEST(Configuration, Of82559) { EXPECT_EQ(sent(Generation::I82559, 0x08), i82559); }

/// Dynamic TBDs, which Linux does not use, for large sends.
Bytes i82550() {
    Bytes bytes = i82559;
    bytes[7] |= 0x80;
    return bytes;
}

TEST(Configuration, Of82550) {
    EXPECT_EQ(sent(Generation::I82550, 0x0d), i82550());
    EXPECT_EQ(sent(Generation::I82550, 0x0f), i82550());
}

TEST(Configuration, OfTheLast82551) {
    Bytes expected = i82550();
    expected[0] = 0x20;
    expected.push_back(0x01);
    expected.resize(32);
    EXPECT_EQ(sent(Generation::I82550, 0x10), expected);
}

TEST(Configuration, Promiscuous) {
    Bytes expected = i82559;
    expected[6] |= 0x80;
    expected[7] &= 0xfe;
    expected[15] |= 0x01;
    EXPECT_EQ(sent(Generation::I82559, 0x08, {.promiscuous = true}), expected);
}

TEST(Configuration, AllMulticast) {
    Bytes expected = i82559;
    expected[21] = 0x0d;
    EXPECT_EQ(sent(Generation::I82559, 0x08, {.all_multicast = true}), expected);
}

/// A command as it lies in memory: command word, then `parameters`.
void expect_command(const SharedCommand& command, uint16_t word, const Bytes& parameters) {
    EXPECT_EQ(command.header.command, word);
    EXPECT_TRUE(std::equal(parameters.begin(), parameters.end(), command.parameters.begin()));
}

TEST(SetupCommands, CarryTheirParameters) {
    SharedCommand command{};
    prepare_configure(command, configuration_for(Generation::I82559, 8, {}));
    expect_command(command, 2, i82559);
    prepare_individual_address(command, {0x52, 0x54, 0, 0x12, 0x34, 0x56});
    expect_command(command, 1, {0x52, 0x54, 0, 0x12, 0x34, 0x56});
    const std::vector<kernel::MacAddress> addresses = {{0x01, 0, 0x5e, 0, 0, 1}, {0x33, 0x33, 0, 0, 0, 1}};
    prepare_multicast(command, addresses);
    expect_command(command, 3, {12, 0, 0x01, 0, 0x5e, 0, 0, 1, 0x33, 0x33, 0, 0, 0, 1});
    prepare_multicast(command, {});
    expect_command(command, 3, {0, 0});
}

TEST(SetupCommands, TheLongestMulticastListFits) {
    const std::vector<kernel::MacAddress> addresses(kernel::max_multicast, {1, 2, 3, 4, 5, 6});
    SharedCommand command{};
    prepare_multicast(command, addresses);
    EXPECT_EQ(command.parameters[0], kernel::max_multicast * 6);
    EXPECT_EQ(command.parameters[1 + kernel::max_multicast * 6], 6);
}

} // namespace
