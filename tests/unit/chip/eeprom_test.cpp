// SPDX-License-Identifier: GPL-2.0-or-later
// The serial EEPROM pin by pin, as the drivers of several systems clock it (SDM 5, 6.3.4).
#include "chip/eeprom.h"

#include <numeric>

#include "chip/eeprom_image.h"
#include "fake_host.h"
#include "i8255x/csr.h"

namespace i8255x {
namespace {

constexpr uint8_t sk = eeprom_pin::sk, cs = eeprom_pin::cs, di = eeprom_pin::di;
constexpr MacAddress mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

std::vector<uint16_t> image(std::size_t words, std::string_view chip = default_variant) {
    std::vector<uint16_t> result(words);
    build_eeprom(result, *find_variant(chip), mac);
    return result;
}

/// Both sizes of the part.
class EepromTest : public testing::TestWithParam<unsigned> {
  protected:
    unsigned words() const { return GetParam(); }
    unsigned address_bits() const { return words() == 64 ? 6 : 8; }

    bool out() const { return (eeprom.read_pins() & eeprom_pin::dout) != 0; }
    /// One clock; DO while the clock is high.
    bool clock(bool bit) {
        const auto pins = static_cast<uint8_t>(cs | (bit ? di : 0));
        eeprom.write_pins(pins);
        eeprom.write_pins(pins | sk);
        const bool high = out();
        eeprom.write_pins(pins);
        return high;
    }
    void clock_out(uint32_t value, unsigned bits) {
        while (bits-- > 0)
            clock((value >> bits & 1) != 0);
    }
    void select() { eeprom.write_pins(cs); }
    void deselect() { eeprom.write_pins(0); }
    void instruction(unsigned opcode, unsigned address) {
        select();
        clock_out(4 | opcode, 3);
        clock_out(address, address_bits());
    }
    void extended(unsigned which) { instruction(0, which << (address_bits() - 2)); }
    void enable() {
        extended(3);
        deselect();
    }
    void write(unsigned address, uint16_t value) {
        instruction(1, address);
        clock_out(value, 16);
        deselect();
    }
    uint16_t read(unsigned address) {
        instruction(2, address);
        uint16_t word = 0;
        for (int i = 0; i < 16; i++)
            word = static_cast<uint16_t>(word << 1 | (clock(false) ? 1 : 0));
        deselect();
        return word;
    }

    /// Linux: 32 clocks per word, select and clock rise together, DO is sampled while the clock is high; the
    /// first zero seen early tells how long addresses are.
    uint16_t linux_read(unsigned& length, unsigned address) {
        const uint32_t pattern = ((6u << length) | address) << 16;
        eeprom.write_pins(cs | sk);
        uint32_t samples = 0;
        for (int i = 31; i >= 0; i--) {
            const bool high = clock((pattern >> i & 1) != 0);
            if (!high && i > 16) {
                length -= static_cast<unsigned>(i) - 16;
                i = 17;
            }
            samples = samples << 1 | (high ? 1 : 0);
        }
        deselect();
        return static_cast<uint16_t>(samples);
    }
    /// Linux: three bursts of 32 clocks, their instructions aligned to the right.
    void linux_write(unsigned length, unsigned address, uint16_t value) {
        const uint32_t bursts[] = {0x13u << (length - 2), ((5u << length) | address) << 16 | value,
                                   0x10u << (length - 2)};
        for (uint32_t burst : bursts) {
            eeprom.write_pins(cs | sk);
            clock_out(burst, 32);
            deselect();
        }
    }

    FakeHost host;
    std::vector<uint16_t> contents = image(GetParam());
    Eeprom eeprom{host, contents};
};

INSTANTIATE_TEST_SUITE_P(Sizes, EepromTest, testing::Values(64u, 256u));

TEST_P(EepromTest, LinuxFindsTheSizeAndReadsEveryWord) {
    unsigned length = 8;
    linux_read(length, 0);
    ASSERT_EQ(length, address_bits());
    for (unsigned i = 0; i < words(); i++)
        EXPECT_EQ(linux_read(length, i), contents[i]) << i;
}

TEST_P(EepromTest, LinuxWritesAndReadsBack) {
    unsigned length = address_bits();
    for (unsigned address : {0u, 5u, words() - 1})
        for (uint16_t value : {0x1234, 0xedcb, 0xffff, 0x0000}) { // bits go up as well as down
            linux_write(length, address, value);
            EXPECT_EQ(linux_read(length, address), value) << address;
        }
    EXPECT_EQ(linux_read(length, 1), contents[1]) << "the neighbour is as it was";
    write(0, 0xbeef);
    EXPECT_EQ(linux_read(length, 0), 0x0000) << "writing is disabled again";
}

/// FreeBSD, NetBSD and illumos look at DO when the clock has fallen again.
/// FreeBSD and its relatives assume eight address bits, too, but look at DO behind each falling clock, and
/// take data bits while the clock is high.
TEST_P(EepromTest, FreeBsdFindsTheSizeAndReadsEveryWord) {
    unsigned length = 8;
    const auto fetch = [&](unsigned address, bool find_size) {
        select();
        clock_out(6, 3);
        for (unsigned i = 0; i < length; i++) {
            clock((address >> (length - 1 - i) & 1) != 0);
            if (find_size && !out())
                length = i + 1;
        }
        uint16_t word = 0;
        for (int i = 0; i < 16; i++)
            word = static_cast<uint16_t>(word << 1 | (clock(false) ? 1 : 0));
        deselect();
        return word;
    };
    EXPECT_EQ(fetch(0, true), contents[0]);
    ASSERT_EQ(length, address_bits());
    for (unsigned i = 0; i < words(); i++)
        EXPECT_EQ(fetch(i, false), contents[i]) << i;
}

TEST_P(EepromTest, TheDummyZeroStaysBehindTheFallingClock) {
    select();
    clock_out(6, 3);
    for (unsigned i = 1; i < address_bits(); i++) {
        clock(false);
        EXPECT_TRUE(out()) << i;
    }
    clock(false);
    EXPECT_FALSE(out());
    uint16_t word = 0;
    for (int i = 0; i < 16; i++) {
        clock(false);
        word = static_cast<uint16_t>(word << 1 | (out() ? 1 : 0));
    }
    EXPECT_EQ(word, contents[0]);
}

TEST_P(EepromTest, DataOutIsHighUnlessItIsDriven) {
    EXPECT_TRUE(out());
    select();
    EXPECT_TRUE(out());
    for (int i = 0; i < 40; i++)
        EXPECT_TRUE(clock(false)) << "zeros in front of the start bit";
    for (bool bit : {true, true, false})
        EXPECT_TRUE(clock(bit));
    for (unsigned i = 1; i < address_bits(); i++)
        EXPECT_TRUE(clock(false));
    EXPECT_FALSE(clock(false)) << "with the last address bit";
    deselect();
    EXPECT_TRUE(out());
}

TEST_P(EepromTest, GoesOnWithTheNextWordAndWrapsAround) {
    instruction(2, words() - 1);
    uint32_t bits = 0;
    for (int i = 0; i < 32; i++)
        bits = bits << 1 | (clock(false) ? 1 : 0);
    EXPECT_EQ(bits, static_cast<uint32_t>(contents.back()) << 16 | contents[0]);
}

TEST_P(EepromTest, WritesNeedToBeEnabled) {
    write(0x20, 0x1234);
    EXPECT_EQ(read(0x20), contents[0x20]);
    enable();
    write(0x20, 0x1234);
    EXPECT_EQ(read(0x20), 0x1234);
    extended(0);
    deselect();
    write(0x20, 0x5678);
    EXPECT_EQ(read(0x20), 0x1234);
    EXPECT_EQ(host.eeprom_changes, (std::vector<std::pair<unsigned, uint16_t>>{{0x20, 0x1234}}));
}

TEST_P(EepromTest, WritesHappenWhenChipSelectFalls) {
    enable();
    instruction(1, 7);
    clock_out(0xcafe, 16);
    EXPECT_TRUE(host.eeprom_changes.empty());
    EXPECT_TRUE(out()) << "not driven during writes";
    deselect();
    EXPECT_EQ(host.eeprom_changes, (std::vector<std::pair<unsigned, uint16_t>>{{7, 0xcafe}}));
    select();
    EXPECT_TRUE(out()) << "ready";
}

TEST_P(EepromTest, AnIncompleteInstructionDoesNothing) {
    enable();
    instruction(1, 7);
    clock_out(0x7ffe, 15);
    deselect();
    select();
    clock_out(7, 3); // an erase without its address
    deselect();
    EXPECT_TRUE(host.eeprom_changes.empty());
    EXPECT_EQ(read(7), contents[7]);
}

TEST_P(EepromTest, EraseOneWriteAllEraseAll) {
    enable();
    instruction(3, 3);
    deselect();
    EXPECT_EQ(read(3), 0xffff);
    EXPECT_EQ(read(2), contents[2]);
    extended(1);
    clock_out(0x5a5a, 16);
    deselect();
    EXPECT_EQ(read(0), 0x5a5a);
    EXPECT_EQ(read(words() - 1), 0x5a5a);
    extended(2);
    deselect();
    for (unsigned i = 0; i < words(); i++)
        EXPECT_EQ(eeprom.contents()[i], 0xffff) << i;
}

TEST_P(EepromTest, WholeArrayInstructionsNeedToBeEnabledToo) {
    extended(2);
    deselect();
    extended(1);
    clock_out(0x5a5a, 16);
    deselect();
    EXPECT_TRUE(host.eeprom_changes.empty());
}

TEST_P(EepromTest, ClocksWithoutChipSelectAreNothing) {
    for (int i = 0; i < 40; i++) {
        eeprom.write_pins(di);
        eeprom.write_pins(di | sk);
    }
    EXPECT_TRUE(out());
    EXPECT_EQ(read(0), contents[0]);
}

TEST_P(EepromTest, OnlyTheRisingClockCounts) {
    select();
    for (uint32_t bits = 6u << address_bits(), i = address_bits() + 3; i-- > 0;) {
        const auto pins = static_cast<uint8_t>(cs | ((bits >> i & 1) != 0 ? di : 0));
        for (uint8_t step : {pins, static_cast<uint8_t>(pins | sk), static_cast<uint8_t>(pins | sk), pins})
            eeprom.write_pins(step);
    }
    EXPECT_FALSE(out());
}

TEST_P(EepromTest, PinsReadBackWithDataOut) {
    eeprom.write_pins(0xff & ~cs);
    EXPECT_EQ(eeprom.read_pins(), sk | di | eeprom_pin::dout);
    eeprom.write_pins(0);
    EXPECT_EQ(eeprom.read_pins(), eeprom_pin::dout);
}

TEST_P(EepromTest, ResetKeepsTheContentsAndDisablesWrites) {
    enable();
    write(9, 0x1111);
    instruction(2, 0);
    eeprom.reset();
    EXPECT_EQ(eeprom.read_pins(), eeprom_pin::dout);
    EXPECT_EQ(read(9), 0x1111);
    write(9, 0x2222);
    EXPECT_EQ(read(9), 0x1111);
}

/// A state taken after any clock of a transfer leads to the same end elsewhere.
TEST_P(EepromTest, ATransferGoesOnFromARestoredState) {
    const unsigned clocks = 3 + address_bits() + 16;
    for (unsigned cut = 0; cut <= clocks; cut++) {
        FakeHost other_host;
        Eeprom first(host, contents), second(other_host, contents);
        const uint32_t pattern = (6u << address_bits() | 2) << 16;
        uint32_t samples = 0;
        Eeprom* now = &first;
        now->write_pins(cs);
        for (unsigned i = 0; i < clocks; i++) {
            if (i == cut) {
                ASSERT_TRUE(second.valid(first.state())) << cut;
                second.restore(first.state(), first.contents());
                now = &second;
            }
            const auto pins = static_cast<uint8_t>(cs | ((pattern >> (clocks - 1 - i) & 1) != 0 ? di : 0));
            now->write_pins(pins);
            now->write_pins(pins | sk);
            samples = samples << 1 | ((now->read_pins() & eeprom_pin::dout) != 0 ? 1 : 0);
        }
        EXPECT_EQ(samples & 0xffff, contents[2]) << cut;
    }
}

TEST_P(EepromTest, ImpossibleTransfersAreNotValid) {
    using Phase = Eeprom::Phase;
    EXPECT_TRUE(eeprom.valid({}));
    EXPECT_FALSE(eeprom.valid({.pins = 0x08}));
    EXPECT_FALSE(eeprom.valid({.pins = cs, .phase = static_cast<Phase>(6)}));
    EXPECT_FALSE(eeprom.valid({.pins = 0, .phase = Phase::DataOut}));
    EXPECT_FALSE(eeprom.valid({.pins = cs, .phase = Phase::DataOut, .bits = 16}));
    EXPECT_FALSE(eeprom.valid({.pins = cs, .phase = Phase::DataIn, .bits = 16}));
    EXPECT_FALSE(eeprom.valid(
        {.pins = cs, .phase = Phase::Instruction, .bits = static_cast<uint8_t>(address_bits() + 2)}));
    EXPECT_FALSE(
        eeprom.valid({.pins = cs, .phase = Phase::DataOut, .address = static_cast<uint16_t>(words())}));
    EXPECT_FALSE(eeprom.valid({.pins = cs, .phase = Phase::Armed, .opcode = static_cast<EepromOpcode>(4)}));
    EXPECT_FALSE(eeprom.valid({.out = false}));
    EXPECT_TRUE(eeprom.valid({.pins = cs, .phase = Phase::DataOut, .out = false, .bits = 15}));
}

TEST(EepromImage, AsComputedForTheDefaultCard) {
    std::vector<uint16_t> expected(64);
    const uint16_t head[] = {0x5452, 0x1200, 0x5634, 0x0203, 0x0000, 0x0201, 0x4701,
                             0x0000, 0x0000, 0x0000, 0x40a0, 0x000c, 0x8086};
    std::ranges::copy(head, expected.begin());
    expected[0x3f] = 0xf1fd;
    EXPECT_EQ(image(64), expected);

    expected.resize(256);
    expected[0x3f] = 0;
    expected[0x90] = 0x00fe;
    expected[0xff] = 0xf0ff;
    EXPECT_EQ(image(256), expected);
}

TEST(EepromImage, OfEveryChipSumsUp) {
    for (const Variant& variant : variants())
        for (std::size_t words : {64u, 256u}) {
            const auto all = image(words, variant.name);
            EXPECT_EQ(static_cast<uint16_t>(std::accumulate(all.begin(), all.end(), 0u)), eeprom_checksum)
                << variant.name;
            EXPECT_EQ(all[3] & 3, 3) << "no receiver work-around, " << variant.name;
        }
}

} // namespace
} // namespace i8255x
