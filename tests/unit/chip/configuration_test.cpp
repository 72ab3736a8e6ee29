// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration bytes as real drivers send them, and what follows from them (SDM 6.4.2.3).
#include "chip/configuration.h"

#include <gtest/gtest.h>

#include <vector>

namespace i8255x {
namespace {

using Bytes = std::vector<uint8_t>;

// Linux e100 on three members of the family, NetBSD's base, FreeBSD on a 559 without pause.
const Bytes linux_557 = {0x16, 0x08, 0x00, 0x00, 0x00, 0x00, 0x32, 0x07, 0x01, 0x00, 0x2e,
                         0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xf2, 0x82, 0x3f, 0x05};
const Bytes linux_558 = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x02, 0x07, 0x01, 0x00, 0x2e,
                         0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};
const Bytes linux_559 = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07, 0x01, 0x00, 0x2e,
                         0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};
const Bytes linux_mac_loopback = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0xa6, 0x06, 0x01, 0x00, 0x6e,
                                  0x00, 0x60, 0x00, 0xf2, 0x49, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};
const Bytes linux_phy_loopback = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0xa6, 0x06, 0x01, 0x00, 0xee,
                                  0x00, 0x60, 0x00, 0xf2, 0x49, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};
const Bytes ipxe = {0x16, 0x08, 0x00, 0x00, 0x00, 0x80, 0x32, 0x03, 0x01, 0x00, 0x2e,
                    0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xf2, 0x80, 0x3f, 0x0d};
const Bytes old_linux_558 = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x22, 0x03, 0x01, 0x00, 0x2e,
                             0x00, 0x60, 0x08, 0x88, 0x68, 0x00, 0x40, 0xf2, 0x84, 0x31, 0x05};

struct Image {
    const char* name;
    Generation generation;
    const Bytes& bytes;
    bool extended_tcb, loops_back, promiscuous, multicast_all;
    StatisticsFormat format;
};
const Image images[] = {
    {"LinuxOn557", Generation::I82557, linux_557, false, false, false, false, StatisticsFormat::I82557},
    {"LinuxOn558", Generation::I82558, linux_558, true, false, false, false, StatisticsFormat::I82558},
    {"LinuxOn559", Generation::I82559, linux_559, true, false, false, false, StatisticsFormat::Tco},
    {"LinuxMacLoopback", Generation::I82559, linux_mac_loopback, true, true, true, false,
     StatisticsFormat::Tco},
    {"LinuxPhyLoopback", Generation::I82559, linux_phy_loopback, true, true, true, false,
     StatisticsFormat::Tco},
    {"IPxe", Generation::I82559, ipxe, false, false, false, true, StatisticsFormat::I82557},
    {"OldLinuxOn558", Generation::I82558, old_linux_558, true, false, false, false, StatisticsFormat::I82557},
};

class ConfigurationImage : public testing::TestWithParam<Image> {};

TEST_P(ConfigurationImage, MeansWhatItsDriverWants) {
    const Image& image = GetParam();
    Configuration configuration(image.generation);
    configuration.apply(image.bytes);
    EXPECT_TRUE(configuration.configured());
    EXPECT_EQ(configuration.extended_tcb(), image.extended_tcb);
    EXPECT_EQ(configuration.loops_back(), image.loops_back);
    EXPECT_EQ(configuration.is_set(config::promiscuous), image.promiscuous);
    EXPECT_EQ(configuration.is_set(config::multicast_all), image.multicast_all);
    EXPECT_EQ(configuration.statistics_format(), image.format);
}

INSTANTIATE_TEST_SUITE_P(Drivers, ConfigurationImage, testing::ValuesIn(images),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ConfigurationTest, PowerOnValues) {
    Configuration configuration(Generation::I82559);
    EXPECT_FALSE(configuration.configured());
    const Bytes expected = {0x16, 0x08, 0x00, 0x00, 0x00, 0x00, 0x32, 0x00, 0x00, 0x00, 0x2e,
                            0x00, 0x60, 0x00, 0xf2, 0xc8, 0x00, 0x40, 0xf2, 0x00, 0x3f, 0x05};
    const auto& bytes = configuration.bytes();
    EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 22), expected);
    EXPECT_EQ(Bytes(bytes.begin() + 22, bytes.end()), Bytes(10));
    EXPECT_FALSE(configuration.extended_tcb());
    EXPECT_FALSE(configuration.loops_back());
    EXPECT_EQ(configuration.statistics_format(), StatisticsFormat::I82557);
}

TEST(ConfigurationTest, BytesBeyondTheCountKeepTheirValues) {
    Configuration configuration(Generation::I82559);
    configuration.apply(linux_559);
    configuration.apply(Bytes{0x08, 0x0f, 0x20, 0x00, 0x00, 0x00, 0x32, 0x00}); // an adaptive IFS update
    EXPECT_EQ(configuration.bytes()[2], 0x20);
    EXPECT_EQ(configuration.bytes()[8], 0x01);
    EXPECT_EQ(configuration.bytes()[19], 0x86);
    EXPECT_FALSE(configuration.extended_tcb());
}

TEST(ConfigurationTest, TakesNoMoreThanItsBytes) {
    Configuration configuration(Generation::I82550);
    Bytes bytes(64, 0xee);
    configuration.apply(bytes);
    EXPECT_EQ(configuration.bytes().back(), 0xee);
}

TEST(ConfigurationTest, ResetForgets) {
    Configuration configuration(Generation::I82559);
    configuration.apply(linux_559);
    configuration.reset();
    EXPECT_FALSE(configuration.configured());
    EXPECT_EQ(configuration.bytes(), configuration_defaults);
    EXPECT_FALSE(configuration.extended_tcb());
    configuration.apply(linux_559);
    EXPECT_TRUE(configuration.extended_tcb()) << "still an 82559";
}

TEST(ConfigurationTest, TheReservedLoopbackModeDoesNotLoop) {
    for (unsigned mode = 0; mode < 4; mode++) {
        Configuration configuration(Generation::I82559);
        Bytes bytes = linux_559;
        bytes[10] = static_cast<uint8_t>(bytes[10] | mode << 6);
        configuration.apply(bytes);
        EXPECT_EQ(configuration.loops_back(), mode == 1 || mode == 3) << mode;
    }
}

struct FormatCase {
    Generation generation;
    bool bit2, bit5;
    StatisticsFormat format;
};

TEST(ConfigurationTest, StatisticsFormatByChipAndBits) {
    constexpr auto f557 = StatisticsFormat::I82557, f558 = StatisticsFormat::I82558,
                   tco = StatisticsFormat::Tco;
    const FormatCase cases[] = {
        {Generation::I82557, false, true, f557},
        {Generation::I82557, true, true, f557}, // bit 2 is TNO there
        {Generation::I82557, false, false, f557},
        {Generation::I82558, false, true, f557},
        {Generation::I82558, false, false, f558},
        {Generation::I82558, true, false, f558},
        {Generation::I82559, false, true, f557},
        {Generation::I82559, false, false, f558},
        {Generation::I82559, true, true, tco},
        {Generation::I82550, true, true, tco},
    };
    for (const FormatCase& c : cases) {
        Configuration configuration(c.generation);
        Bytes bytes = linux_559;
        bytes[6] = static_cast<uint8_t>((c.bit2 ? 0x04 : 0) | (c.bit5 ? 0x20 : 0) | 0x12);
        configuration.apply(bytes);
        EXPECT_EQ(configuration.statistics_format(), c.format)
            << static_cast<int>(c.generation) << c.bit2 << c.bit5;
    }
}

TEST(ConfigurationTest, FieldsOfYoungerChipsMeanNothing) {
    const Bytes all(configuration_bytes, 0xff);
    Configuration i82557(Generation::I82557), i82558(Generation::I82558), i82559(Generation::I82559),
        i82550(Generation::I82550);
    for (Configuration* each : {&i82557, &i82558, &i82559, &i82550})
        each->apply(all);
    EXPECT_FALSE(i82557.is_set(config::ignore_ul));
    EXPECT_FALSE(i82557.is_set(config::long_receive_ok));
    EXPECT_FALSE(i82557.is_set(config::dynamic_tbd));
    EXPECT_TRUE(i82558.is_set(config::ignore_ul));
    EXPECT_TRUE(i82558.is_set(config::dynamic_tbd));
    EXPECT_FALSE(i82558.is_set(config::rx_checksum));
    EXPECT_TRUE(i82559.is_set(config::rx_checksum));
    EXPECT_FALSE(i82559.is_set(config::extended_rfd));
    EXPECT_TRUE(i82550.is_set(config::extended_rfd));
    EXPECT_TRUE(i82557.is_set(config::promiscuous));
}

TEST(ConfigurationTest, The82557HasOnlyTheStandardTcb) {
    Configuration configuration(Generation::I82557);
    configuration.apply(linux_559);
    EXPECT_FALSE(configuration.extended_tcb());
}

TEST(ConfigurationTest, RestoresWhatItWas) {
    Configuration one(Generation::I82559), other(Generation::I82559);
    one.apply(linux_559);
    other.restore(one.bytes(), one.configured());
    EXPECT_EQ(other.bytes(), one.bytes());
    EXPECT_TRUE(other.configured());
    other.restore(configuration_defaults, false);
    EXPECT_FALSE(other.configured());
}

} // namespace
} // namespace i8255x
