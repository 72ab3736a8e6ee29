// SPDX-License-Identifier: GPL-2.0-or-later
// The PORT interface: what each reset clears and keeps, self-test, dump (SDM 6.3.3, table 8).
#include <algorithm>

#include "e100_test.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
constexpr MacAddress stranger = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
constexpr uint32_t base = 0x100000;

/// A card whose every kind of state differs from what it is after reset.
class Port : public E100Test {
  protected:
    void SetUp() override {
        auto configuration = usual_configuration();
        config::promiscuous.set(configuration, true);
        e100.bring_up(configuration);
        e100.execute(Opcode::MulticastSetup, multicast_parameters({group}));
        e100.transmit(numbered_frame(0, 100, peer_mac, card_mac));
        ASSERT_TRUE(e100.wire().receive());
        ASSERT_EQ(e100.counters()[Counter::TxGoodFrames], 1u); // also loads the dump address
        e100.command(CuCommand::LoadBase, base);
        e100.command(RuCommand::LoadBase, base);
        write_phy(mii::special_control, 0x0004);
        e100.command(RuCommand::Start, ring_.address(0) - base);
        e100.acknowledge(0xff);
        e100.set_interrupt_control(interrupt_control::mask_cx | interrupt_control::si);
        e100.set_csr32(csr::general_pointer, 0x1234);
        ASSERT_EQ(e100.ru(), RuStatus::Ready);
        ASSERT_TRUE(e100.interrupt());
    }

    void write_phy(unsigned reg, uint16_t value) {
        e100.set_csr32(csr::mdi_control,
                       mdi::opcode_write | 1u << mdi::phy_shift | reg << mdi::register_shift | value);
        ASSERT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
    }
    uint16_t read_phy(unsigned reg) {
        e100.set_csr32(csr::mdi_control,
                       mdi::opcode_read | 1u << mdi::phy_shift | reg << mdi::register_shift);
        EXPECT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
        return static_cast<uint16_t>(e100.csr32(csr::mdi_control));
    }

    void expect_scb_as_new() {
        EXPECT_EQ(e100.csr32(csr::scb_status), 0u); // both units idle, nothing pending, nothing masked
        EXPECT_EQ(e100.csr32(csr::general_pointer), 0u);
        EXPECT_FALSE(e100.interrupt());
        EXPECT_NE(e100.csr32(csr::mdi_control) & mdi::ready, 0u);
    }
    /// Whether the frame is stored by a freshly started RU; a broadcast behind it tells that it has been
    /// looked at.
    bool receives(const Frame& frame) {
        RfdRing ring(memory, 2, {.end_of_list = false});
        e100.command(RuCommand::Abort);
        e100.command(RuCommand::LoadBase, 0);
        e100.start_receiving(ring);
        e100.wire().send(frame);
        e100.wire().send(numbered_frame(99, 100, broadcast_mac));
        EXPECT_TRUE(ring.wait_complete(0));
        return ring.frame(0) == frame;
    }
    void load_bases_again() {
        e100.command(CuCommand::LoadBase, 0);
        e100.command(RuCommand::LoadBase, 0);
    }

    RfdRing ring_{e100.memory(), 4};
};

TEST_F(Port, SoftwareResetMakesTheScbNew) {
    e100.port(PortCommand::SoftwareReset);
    expect_scb_as_new();
    EXPECT_EQ(e100.pci().read16(pci::command), pci::command_io | pci::command_memory | pci::command_master);
    EXPECT_EQ(e100.pci().read32(pci::bar0), E100Harness::memory_bar);
}

TEST_F(Port, SoftwareResetClearsTheBases) {
    e100.port(PortCommand::SoftwareReset);
    EXPECT_EQ(e100.execute(Opcode::Nop), cb_status::complete | cb_status::ok); // at an absolute address
    e100.configure(usual_configuration());
    e100.execute(Opcode::IndividualAddress, card_mac);
    e100.start_receiving(ring_);
    e100.wire().send(numbered_frame(1, 100));
    EXPECT_TRUE(ring_.wait_complete(0));
}

TEST_F(Port, SoftwareResetForgetsConfigurationAddressAndHash) {
    e100.port(PortCommand::SoftwareReset);
    e100.configure(usual_configuration());
    EXPECT_FALSE(receives(numbered_frame(1, 100, stranger))); // was promiscuous
    EXPECT_FALSE(receives(numbered_frame(2, 100, group)));
    e100.execute(Opcode::IndividualAddress, card_mac);
    EXPECT_TRUE(receives(numbered_frame(3, 100)));
}

TEST_F(Port, SoftwareResetClearsCounters) {
    e100.port(PortCommand::SoftwareReset);
    auto counters = e100.counters();
    for (uint32_t dword : counters.dwords)
        EXPECT_EQ(dword, 0u);
}

TEST_F(Port, SoftwareResetForgetsTheDumpAddress) {
    uint32_t area = memory.allocate(96);
    e100.command(CuCommand::LoadDumpCountersAddress, area);
    e100.port(PortCommand::SoftwareReset);
    e100.command(CuCommand::DumpCounters);
    e100.settle();
    EXPECT_EQ(memory.read(area, 96), Bytes(96));
}

TEST_F(Port, SoftwareResetKeepsThePhy) {
    e100.port(PortCommand::SoftwareReset);
    EXPECT_EQ(read_phy(mii::special_control), 0x0004);
}

/// Without a Configure the chip neither sends nor receives (SDM 6.2); the blocks complete all the same.
TEST_F(Port, NoTrafficBeforeTheFirstConfigure) {
    e100.port(PortCommand::SoftwareReset);
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 100, broadcast_mac));
    e100.transmit(numbered_frame(2, 100, peer_mac, card_mac));
    e100.settle();
    EXPECT_FALSE(ring.complete(0));
    e100.configure(usual_configuration());
    Frame marker = numbered_frame(3, 100, peer_mac, card_mac);
    e100.transmit(marker);
    EXPECT_EQ(e100.wire().receive(), marker);
}

TEST_F(Port, SelectiveResetMakesTheScbNew) {
    e100.port(PortCommand::SelectiveReset);
    expect_scb_as_new();
}

TEST_F(Port, SelectiveResetKeepsTheBases) {
    e100.port(PortCommand::SelectiveReset);
    uint32_t block = memory.place(command_block(Opcode::Nop, cb_command::end_of_list, 0));
    e100.command(CuCommand::Start, block - base);
    EXPECT_TRUE(wait_until([&] { return memory.read16(block) == (cb_status::complete | cb_status::ok); }));
    e100.command(RuCommand::Start, ring_.address(0) - base);
    e100.wire().send(numbered_frame(1, 100));
    EXPECT_TRUE(ring_.wait_complete(0));
}

TEST_F(Port, SelectiveResetKeepsConfigurationAddressAndHash) {
    e100.port(PortCommand::SelectiveReset);
    load_bases_again();
    EXPECT_TRUE(receives(numbered_frame(1, 100, stranger))); // promiscuous still
    RfdRing ring(memory, 2);
    e100.command(RuCommand::Abort);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(2, 100));
    e100.wire().send(numbered_frame(3, 100, group));
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.status(0) & rfd_status::not_individual, 0);
    EXPECT_EQ(ring.status(1) & rfd_status::no_address_match, 0); // the hash knows it
}

TEST_F(Port, SelectiveResetKeepsCountersAndTheirAddress) {
    e100.port(PortCommand::SelectiveReset);
    EXPECT_EQ(e100.counters()[Counter::TxGoodFrames], 1u);
    uint32_t area = memory.allocate(96);
    e100.command(CuCommand::LoadDumpCountersAddress, area);
    e100.port(PortCommand::SelectiveReset);
    e100.command(CuCommand::DumpCounters);
    EXPECT_TRUE(wait_until([&] { return memory.read32(area + 64) == dump_complete; }));
}

TEST_F(Port, ResetsStopACircularList) {
    load_bases_again();
    for (PortCommand reset : {PortCommand::SelectiveReset, PortCommand::SoftwareReset}) {
        uint32_t block = memory.place(command_block(Opcode::Nop, 0, 0));
        memory.write32(block + 4, block);
        e100.command(CuCommand::Start, block);
        ASSERT_TRUE(e100.wait_cu(CuStatus::Active));
        e100.port(reset);
        EXPECT_EQ(e100.cu(), CuStatus::Idle);
        memory.write16(block, 0);
        e100.settle();
        EXPECT_EQ(memory.read16(block), 0);
    }
}

TEST_F(Port, FramesInTheFifoAreForgotten) {
    for (PortCommand reset : {PortCommand::SelectiveReset, PortCommand::SoftwareReset}) {
        e100.port(reset);
        e100.bring_up();
        RfdRing one(memory, 1);
        e100.start_receiving(one);
        e100.wire().send(numbered_frame(1, 100));
        ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
        e100.wire().send(numbered_frame(2, 100));
        e100.settle();
        e100.port(reset);
        e100.bring_up();
        RfdRing ring(memory, 2);
        e100.start_receiving(ring);
        Frame fresh = numbered_frame(3, 100);
        e100.wire().send(fresh);
        ASSERT_TRUE(ring.wait_complete(0));
        EXPECT_EQ(ring.frame(0), fresh);
    }
}

TEST_F(Port, SelfTestPassesAndResetsEverything) {
    uint32_t area = memory.allocate(16);
    memory.write32(area + 4, 0xffffffff);
    memory.write32(area + 8, 0x11223344);
    e100.port(PortCommand::SelfTest, area); // absolute: the CU base is not zero
    ASSERT_TRUE(wait_until([&] { return memory.read32(area) != 0; }));
    EXPECT_EQ(memory.read32(area + 4), 0u);
    EXPECT_EQ(memory.read32(area + 8), 0x11223344u);
    expect_scb_as_new();
    load_bases_again();
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::TxGoodFrames], 0u);
    e100.configure(usual_configuration());
    EXPECT_FALSE(receives(numbered_frame(1, 100, stranger)));
}

TEST_F(Port, DumpWritesItsArea) {
    e100.acknowledge(0xff);
    uint32_t area = memory.allocate(dump_area_bytes + 64);
    memory.fill(area, dump_area_bytes + 64, 0xa5);
    e100.port(PortCommand::Dump, area);
    constexpr uint32_t completion = 592, dump_done = 0xa006;
    ASSERT_TRUE(wait_until([&] { return memory.read32(area + completion) == dump_done; }));
    auto image = memory.read(area, dump_area_bytes + 64);
    EXPECT_TRUE(
        std::all_of(image.begin() + dump_area_bytes, image.end(), [](uint8_t b) { return b == 0xa5; }));
    EXPECT_EQ(image[24 + 15 - 8] & config::promiscuous.mask,
              config::promiscuous.mask); // configure bytes 8…21
    EXPECT_TRUE(std::equal(card_mac.begin(), card_mac.end(), image.begin() + 39));
    EXPECT_EQ(memory.read32(area + 53 * 4), 1u); // counters in reverse: TX good is the last
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
}

TEST_F(Port, UndefinedSelectorsDoNothing) {
    for (uint32_t selector : {4u, 5u, 6u, 8u, 10u, 15u})
        e100.set_csr32(csr::port, base | selector);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0x1234u);
    EXPECT_EQ(e100.stat(), stat::swi);
}

} // namespace
} // namespace qtest
