// SPDX-License-Identifier: GPL-2.0-or-later
// The card's state in a migration stream and in a snapshot: what was under way goes on, nothing is lost or
// repeated.
#include "e100_test.h"
#include "eeprom_pins.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint16_t el = cb_command::end_of_list, s = cb_command::suspend;

/// A machine that can be moved into a new process; the test's view of memory and rings moves along.
class Migration : public ::testing::Test {
  protected:
    void SetUp() override {
        card_ = std::make_unique<E100Harness>();
        e100().bring_up();
    }
    E100Harness& e100() { return *card_; }

    /// Ends the old process.
    void migrate(const std::string& properties = "") {
        e100().qmp().migrate_to_file(stream());
        move(properties);
    }
    /// The same of a running machine; does `last` when it has been stopped, with most of it copied already.
    template <typename Last> void migrate_after(Last last) {
        Qmp& qmp = e100().qmp();
        qmp.execute("migrate-set-capabilities",
                    R"({"capabilities": [{"capability": "pause-before-switchover", "state": true}]})");
        qmp.execute("migrate", "{\"uri\": " + json_string("exec:cat>" + stream()) + "}");
        ASSERT_TRUE(wait_until(
            [&] { return json_member(qmp.execute("query-migrate"), "status") == "pre-switchover"; }));
        last();
        qmp.execute("migrate-continue", R"({"state": "pre-switchover"})");
        qmp.wait_migrated();
        move("");
    }
    /// The frame goes out of the new card as it did out of the old one.
    void expect_working() {
        Frame frame = numbered_frame(50, 100, peer_mac, card_mac);
        e100().transmit(frame);
        auto seen = e100().wire().receive();
        while (seen && parse_ethernet(*seen)->type == reverse_arp)
            seen = e100().wire().receive();
        EXPECT_EQ(seen, frame);
    }

  private:
    std::string stream() { return e100().directory().file("stream"); }
    void move(const std::string& properties) {
        auto moved =
            std::make_unique<E100Harness>(HarnessOptions{.properties = properties, .incoming = stream()});
        card_ = std::move(moved);
    }

    static constexpr uint16_t reverse_arp = 0x8035; // QEMU announces the card at its new place

    std::unique_ptr<E100Harness> card_;
};

TEST_F(Migration, RegistersStay) {
    e100().set_csr32(csr::general_pointer, 0x13572468);
    e100().set_csr8(csr::early_rx, 0x21);
    e100().set_csr8(csr::general_control, 0x03);
    e100().set_interrupt_control(interrupt_control::mask_all | interrupt_control::mask_fr |
                                 interrupt_control::si);
    uint32_t before[csr_size / 4];
    for (uint32_t at = 0; at < csr_size; at += 4)
        before[at / 4] = e100().csr32(at);
    migrate();
    for (uint32_t at = 0; at < csr_size; at += 4)
        EXPECT_EQ(e100().csr32(at), before[at / 4]) << at;
}

TEST_F(Migration, PendingInterruptStaysAsserted) {
    e100().set_interrupt_control(interrupt_control::si);
    ASSERT_TRUE(e100().interrupt());
    migrate();
    EXPECT_EQ(e100().stat(), stat::swi);
    e100().acknowledge(stat::swi);
    e100().set_interrupt_control(interrupt_control::si); // level changes reach the new machine's controller
    EXPECT_TRUE(e100().interrupt());
    e100().acknowledge(stat::swi);
    EXPECT_FALSE(e100().interrupt());
}

/// All memory has been copied when the card writes once more; what it writes must be copied again.
TEST_F(Migration, WhatIsWrittenBehindTheCopyGoesAlong) {
    const uint32_t area = e100().memory().allocate(128);
    e100().command(CuCommand::LoadDumpCountersAddress, area);
    migrate_after([&] {
        e100().set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::DumpCounters));
        EXPECT_EQ(e100().memory().read32(area + 64), dump_complete);
    });
    EXPECT_EQ(e100().memory().read32(area + 64), dump_complete);
}

TEST_F(Migration, SuspendedListIsResumed) {
    uint32_t second = e100().memory().place(command_block(Opcode::Nop, el, 0));
    uint32_t first = e100().memory().place(command_block(Opcode::Nop, s, second));
    e100().command(CuCommand::Start, first);
    ASSERT_TRUE(e100().wait_cu(CuStatus::Suspended));
    migrate();
    EXPECT_EQ(e100().cu(), CuStatus::Suspended);
    e100().memory().write16(first + 2, 0);
    e100().command(CuCommand::Resume);
    EXPECT_TRUE(wait_until([&] { return e100().memory().read16(second) == done; }));
}

TEST_F(Migration, SuspendedHighPriorityListIsResumed) {
    uint32_t second = e100().memory().place(command_block(Opcode::Nop, el, 0));
    uint32_t first = e100().memory().place(command_block(Opcode::Nop, s, second));
    e100().command(CuCommand::HpqStart, first);
    ASSERT_TRUE(wait_until([&] { return e100().memory().read16(first) == done; }));
    migrate();
    EXPECT_EQ(e100().cu(), CuStatus::Idle);
    e100().memory().write16(first + 2, 0);
    e100().command(CuCommand::HpqResume);
    EXPECT_TRUE(wait_until([&] { return e100().memory().read16(second) == done; }));
    migrate(); // now without that queue's part of the stream
    e100().command(CuCommand::HpqResume);
    e100().settle();
    EXPECT_EQ(e100().cu(), CuStatus::Idle);
}

TEST_F(Migration, EndlessListGoesOn) {
    uint32_t second = e100().memory().place(command_block(Opcode::Nop, 0, 0));
    uint32_t first = e100().memory().place(command_block(Opcode::Nop, 0, second));
    e100().memory().write32(second + 4, first);
    e100().command(CuCommand::Start, first);
    ASSERT_TRUE(wait_until([&] { return e100().memory().read16(second) == done; }));
    migrate();
    e100().memory().write16(first, 0);
    EXPECT_TRUE(wait_until([&] { return e100().memory().read16(first) == done; }));
    e100().memory().write16(second + 2, el);
    EXPECT_TRUE(e100().wait_cu(CuStatus::Idle));
}

TEST_F(Migration, ReadyReceiverTakesTheNextFrame) {
    RfdRing ring(e100().memory(), 4);
    e100().start_receiving(ring);
    e100().wire().send(numbered_frame(1, 200));
    ASSERT_TRUE(ring.wait_complete(0));
    std::vector<uint32_t> at = {ring.address(0), ring.address(1)};
    migrate();
    EXPECT_EQ(e100().ru(), RuStatus::Ready);
    Frame frame = numbered_frame(2, 300);
    e100().wire().send(frame);
    ASSERT_TRUE(wait_until([&] { return (e100().memory().read16(at[1]) & rfd_status::complete) != 0; }));
    EXPECT_EQ(e100().memory().read(at[1] + RfdRing::header_size, frame.size()), frame);
}

TEST_F(Migration, FramesInTheFifoMoveAlong) {
    RfdRing one(e100().memory(), 1), more(e100().memory(), 3);
    e100().start_receiving(one);
    for (uint32_t n = 0; n < 3; n++)
        e100().wire().send(numbered_frame(n, 1000));
    ASSERT_TRUE(e100().wait_ru(RuStatus::NoResources));
    e100().settle();
    std::vector<uint32_t> at = {more.address(0), more.address(1)};
    migrate();
    EXPECT_EQ(e100().ru(), RuStatus::NoResources);
    e100().command(RuCommand::Start, at[0]);
    for (uint32_t n = 0; n < 2; n++) {
        ASSERT_TRUE(wait_until([&] { return (e100().memory().read16(at[n]) & rfd_status::complete) != 0; }));
        EXPECT_EQ(e100().memory().read(at[n] + RfdRing::header_size, 1000), numbered_frame(n + 1, 1000));
    }
}

/// The card waits some ms for that; a test that is held up for longer tries again.
TEST_F(Migration, AFrameStillWaitsForADescriptorToGetItsSize) {
    constexpr uint16_t size = 1522;
    const Frame frame = numbered_frame(1, 200);
    std::vector<uint32_t> at;
    bool waits = false;
    for (unsigned attempt = 0; attempt < 20 && !waits; attempt++) {
        RfdRing ring(e100().memory(), 2);
        ring.set_command(0, 0);
        ring.set_size(0, 0);
        e100().start_receiving(ring);
        e100().wire().send(frame);
        e100().settle();
        e100().qmp().stop();
        at = {ring.address(0), ring.address(1)};
        waits = !ring.complete(1);
        if (!waits) {
            e100().qmp().cont();
            e100().command(RuCommand::Abort);
        }
    }
    ASSERT_TRUE(waits) << "never in time";
    migrate();
    EXPECT_EQ(e100().ru(), RuStatus::Ready);
    e100().memory().write16(at[0] + 14, size);
    e100().qmp().cont();
    ASSERT_TRUE(wait_until([&] { return (e100().memory().read16(at[0]) & rfd_status::complete) != 0; }));
    EXPECT_EQ(e100().memory().read(at[0] + RfdRing::header_size, frame.size()), frame);
    EXPECT_EQ(e100().memory().read16(at[1]), 0);
}

TEST_F(Migration, ConfigurationAddressHashAndCountersStay) {
    constexpr MacAddress other = {2, 0, 0, 0, 0, 8}, group = {1, 0, 0x5e, 0, 0, 1};
    e100().execute(Opcode::IndividualAddress, other);
    e100().execute(Opcode::MulticastSetup, multicast_parameters({group}));
    e100().transmit(numbered_frame(0, 100, peer_mac, card_mac));
    auto configuration = usual_configuration();
    config::crc_transfer.set(configuration, true);
    e100().configure(configuration);
    migrate();
    EXPECT_EQ(e100().counters()[Counter::TxGoodFrames], 1u);
    auto& memory = e100().memory();
    memory.allocate(1 << 20); // what the old process handed out lies below
    RfdRing ring(memory, 4);
    e100().start_receiving(ring);
    e100().wire().send(numbered_frame(1, 100, card_mac));
    e100().wire().send(numbered_frame(2, 100, other));
    e100().wire().send(numbered_frame(3, 100, group));
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.header(0).actual_count & rfd_count::mask, 104);
    EXPECT_EQ(ring.data(0, 100), numbered_frame(2, 100, other));
    EXPECT_EQ(ring.data(1, 100), numbered_frame(3, 100, group));
}

TEST_F(Migration, PhyEepromAndHalfAnInstructionStay) {
    e100().set_csr32(csr::mdi_control, mdi::opcode_write | 1u << mdi::phy_shift |
                                           mii::special_control << mdi::register_shift | 0x0010);
    EepromPins pins(e100());
    unsigned bits = pins.probe_address_bits();
    pins.write_enable(bits);
    pins.write(0x20, 0x4711, bits);
    pins.select();
    pins.shift_out(6, 3);
    pins.shift_out(0x20 >> 2, bits - 2); // two address bits are still to come
    migrate();
    EepromPins there(e100());
    there.shift_out(0, 2);
    uint16_t word = 0;
    for (int bit = 0; bit < 16; bit++)
        word = static_cast<uint16_t>(word << 1 | (there.clock(false) ? 1 : 0));
    EXPECT_EQ(word, 0x4711);
    there.deselect();
    e100().set_csr32(csr::mdi_control,
                     mdi::opcode_read | 1u << mdi::phy_shift | mii::special_control << mdi::register_shift);
    EXPECT_TRUE(wait_until([&] { return (e100().csr32(csr::mdi_control) & mdi::ready) != 0; }));
    EXPECT_EQ(e100().csr32(csr::mdi_control) & mdi::data_mask, 0x0010u);
}

TEST_F(Migration, DelayedInterruptComesAfterwards) {
    // Stopped at once, the machine has most of the delay still before it; either way exactly one CNA comes.
    uint32_t block = e100().memory().place(
        simplified_tcb(s | cb_command::cid_mask, 0, numbered_frame(0, 100, peer_mac, card_mac)));
    e100().command(CuCommand::Start, block);
    migrate();
    EXPECT_TRUE(e100().wait_stat(stat::cna));
    EXPECT_EQ(e100().cu(), CuStatus::Suspended);
}

TEST_F(Migration, WorksRepeatedly) {
    for (int round = 0; round < 3; round++) {
        migrate();
        e100().memory().allocate(static_cast<size_t>(round + 1) << 16);
        expect_working();
    }
}

TEST_F(Migration, AnotherChipRefusesTheStream) {
    std::string stream = e100().directory().file("stream");
    e100().qmp().migrate_to_file(stream);
    TempDir directory;
    Qtest qtest(directory);
    QemuProcess qemu(directory, quiet_arguments("pc,pit=off") + Arguments{"-m", "32"} + plugin_arguments() +
                                    qtest.arguments() +
                                    Arguments{"-nic", "none", "-incoming", "exec:cat<" + stream} +
                                    device_arguments("id=nic,chip=82557b"));
    auto status = qemu.wait_exit(patience);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->signal, 0);
    EXPECT_NE(status->code, 0);
}

/// A snapshot is restored over a card that has moved on in the meantime.
TEST_F(Migration, SnapshotRestoresOverALaterState) {
    auto& qmp = e100().qmp();
    qmp.add_snapshot_image(e100().directory().file("snapshots.qcow2"));
    RfdRing ring(e100().memory(), 4);
    e100().start_receiving(ring);
    e100().set_csr32(csr::general_pointer, 0x42);
    qmp.savevm("one");
    e100().execute(Opcode::LoadMicrocode, bundling_microcode({.delay = 0xffff}));
    qmp.savevm("two"); // what the first one does not mention must not be taken from here
    qmp.loadvm("one");
    e100().wire().send(numbered_frame(1, 200));
    ASSERT_TRUE(ring.wait_complete(0));
    ASSERT_TRUE(e100().interrupt());
    e100().port(PortCommand::SoftwareReset);
    qmp.loadvm("one");
    EXPECT_EQ(e100().ru(), RuStatus::Ready);
    EXPECT_EQ(e100().csr32(csr::general_pointer), 0x42u);
    EXPECT_FALSE(e100().interrupt());
    EXPECT_FALSE(ring.complete(0)); // memory, too, is as it was
    e100().wire().send(numbered_frame(2, 300));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(e100().stat(), stat::fr) << "at once: no microcode";
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 300));
}

} // namespace
} // namespace qtest
