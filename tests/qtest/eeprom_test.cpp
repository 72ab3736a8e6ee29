// SPDX-License-Identifier: GPL-2.0-or-later
// The serial EEPROM through its four pins: protocol, contents, what survives what (SDM 5, 6.3.4).
#include <numeric>

#include "e100_test.h"
#include "eeprom_pins.h"

namespace qtest {
namespace {

class Eeprom : public E100Test {
  protected:
    void SetUp() override {
        bits_ = pins_.probe_address_bits();
        ASSERT_TRUE(bits_ == 6 || bits_ == 8) << bits_;
    }
    unsigned words() const { return 1u << bits_; }
    std::vector<uint16_t> contents() {
        std::vector<uint16_t> all;
        for (unsigned i = 0; i < words(); i++)
            all.push_back(pins_.read(i, bits_));
        return all;
    }
    uint16_t read(unsigned address) { return pins_.read(address, bits_); }

    EepromPins pins_{e100};
    unsigned bits_ = 0;
};

TEST_F(Eeprom, SumsUpAndHoldsTheAddress) {
    auto all = contents();
    EXPECT_EQ(std::accumulate(all.begin(), all.end(), uint16_t(0),
                              [](uint16_t a, uint16_t b) { return uint16_t(a + b); }),
              eeprom_checksum);
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(all[eeprom_word::mac + i], card_mac[2 * i] | card_mac[2 * i + 1] << 8);
    EXPECT_EQ(all[eeprom_word::id] & eeprom_id_valid_mask, eeprom_id_valid);
    EXPECT_EQ(all[eeprom_word::controller] >> 8, 2);   // 82558 or later
    EXPECT_EQ(all[eeprom_word::compatibility] & 3, 3); // no receiver lock-up to work around
}

TEST_F(Eeprom, SubsystemIdsReachConfigurationSpace) {
    EXPECT_EQ(e100.pci().read16(pci::subsystem_id), read(eeprom_word::subsystem_id));
    EXPECT_EQ(e100.pci().read16(pci::subsystem_vendor), read(eeprom_word::subsystem_vendor));
    EXPECT_EQ(e100.pci().read16(pci::subsystem_vendor), 0x8086);
}

TEST_F(Eeprom, DataOutIsHighWhenNobodyDrivesIt) {
    EXPECT_TRUE(pins_.out());
    pins_.select();
    EXPECT_TRUE(pins_.out());
    for (int i = 0; i < 20; i++) // zeros in front of the start bit are nothing
        EXPECT_TRUE(pins_.clock(false));
    for (bool bit : {true, true, false})
        EXPECT_TRUE(pins_.clock(bit));
    for (unsigned i = 1; i < bits_; i++)
        EXPECT_TRUE(pins_.clock(false)) << "address clock " << i;
    EXPECT_FALSE(pins_.clock(false)); // the dummy zero comes with the last address bit
    EXPECT_FALSE(pins_.out());        // and stays behind the falling edge
    pins_.deselect();
    EXPECT_TRUE(pins_.out());
}

/// As Linux does it: select and clock rise together, 32 clocks with the address right-aligned over 16 data
/// clocks.
TEST_F(Eeprom, ReadsInOneRunOf32Clocks) {
    uint32_t pattern = ((6u << bits_ | eeprom_word::mac) << 16);
    e100.set_csr8(csr::eeprom_control, eeprom_pin::cs | eeprom_pin::sk);
    uint32_t samples = 0;
    for (int i = 31; i >= 0; i--)
        samples = samples << 1 | (pins_.clock((pattern >> i & 1) != 0) ? 1u : 0u);
    e100.set_csr8(csr::eeprom_control, 0);
    EXPECT_EQ(samples & 0xffff, uint32_t(card_mac[0] | card_mac[1] << 8));
    EXPECT_EQ(samples >> 16, 0xfffeu);
}

TEST_F(Eeprom, AbortedInstructionLeavesNothingBehind) {
    pins_.select();
    pins_.shift_out(6, 3);
    pins_.shift_out(0, 2);
    pins_.deselect();
    EXPECT_EQ(read(0), card_mac[0] | card_mac[1] << 8);
}

TEST_F(Eeprom, WritesNeedToBeEnabled) {
    uint16_t before = read(0x20);
    pins_.write(0x20, 0x1234, bits_);
    EXPECT_EQ(read(0x20), before);
    pins_.write_enable(bits_);
    pins_.write(0x20, 0x1234, bits_);
    EXPECT_EQ(read(0x20), 0x1234);
    pins_.write(0x20, 0xe1ed, bits_); // bits go up as well as down
    EXPECT_EQ(read(0x20), 0xe1ed);
    pins_.write_disable(bits_);
    pins_.write(0x20, 0x0000, bits_);
    EXPECT_EQ(read(0x20), 0xe1ed);
}

TEST_F(Eeprom, ReadyShowsAfterAWrite) {
    pins_.write_enable(bits_);
    pins_.write(0x21, 0x4321, bits_);
    pins_.select();
    EXPECT_TRUE(wait_until([&] { return pins_.out(); }, 5s));
    pins_.deselect();
    EXPECT_EQ(read(0x21), 0x4321);
}

TEST_F(Eeprom, EraseAndWholeArrayInstructions) {
    pins_.write_enable(bits_);
    pins_.erase(3, bits_);
    EXPECT_EQ(read(3), 0xffff);
    EXPECT_NE(read(0), 0xffff);
    pins_.write_all(0x5a5a, bits_);
    EXPECT_EQ(contents(), std::vector<uint16_t>(words(), 0x5a5a));
    pins_.erase_all(bits_);
    EXPECT_EQ(contents(), std::vector<uint16_t>(words(), 0xffff));
}

/// A non-volatile memory: neither resets nor the individual address command change it.
TEST_F(Eeprom, SurvivesEveryReset) {
    pins_.write_enable(bits_);
    pins_.write(0x22, 0xbeef, bits_);
    e100.bring_up();
    e100.execute(Opcode::IndividualAddress, MacAddress{2, 2, 2, 2, 2, 2});
    auto before = contents();
    e100.port(PortCommand::SelectiveReset);
    e100.port(PortCommand::SoftwareReset);
    EXPECT_EQ(contents(), before);
    e100.qmp().system_reset();
    e100.enable_function();
    EXPECT_EQ(contents(), before);
    EXPECT_EQ(before[0x22], 0xbeef);
    EXPECT_EQ(before[0], card_mac[0] | card_mac[1] << 8);
}

TEST_F(Eeprom, WordAccessesWithJunkAboveWork) {
    auto put = [&](unsigned pins) {
        e100.set_csr16(csr::eeprom_control, static_cast<uint16_t>(0x4800 | pins));
    };
    put(eeprom_pin::cs);
    uint32_t pattern = 6u << bits_ | eeprom_word::mac;
    for (int i = static_cast<int>(bits_) + 2; i >= 0; i--) {
        unsigned pins = eeprom_pin::cs | ((pattern >> i & 1) != 0 ? eeprom_pin::di : 0u);
        put(pins);
        put(pins | eeprom_pin::sk);
        put(pins);
    }
    EXPECT_FALSE(pins_.out());
    put(0);
}

} // namespace
} // namespace qtest
