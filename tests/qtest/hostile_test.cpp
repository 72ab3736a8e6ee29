// SPDX-License-Identifier: GPL-2.0-or-later
// Guests that hand the card nonsense: QEMU must live, answer, and the card must work again after a reset.
#include <random>

#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t el = cb_command::end_of_list;
constexpr uint32_t nowhere = 0xf0000000, top = 0xfffffff0;
constexpr uint32_t own_registers = E100Harness::memory_bar;

class Hostile : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    void TearDown() override {
        e100.settle();
        ASSERT_TRUE(e100.qemu().running());
        EXPECT_EQ(e100.qmp().status(), "running");
        e100.port(PortCommand::SelectiveReset);
        e100.port(PortCommand::SoftwareReset);
        e100.bring_up();
        RfdRing ring(memory, 2);
        e100.start_receiving(ring);
        Frame in = numbered_frame(71, 200), out = numbered_frame(72, 200, peer_mac, card_mac);
        e100.wire().send(in);
        ASSERT_TRUE(ring.wait_complete(0));
        EXPECT_EQ(ring.frame(0), in);
        // What was under way at the reset comes first, and may have filled the socket so that ours was
        // dropped.
        const bool seen = wait_until([&] {
            e100.transmit(out);
            auto frame = e100.wire().receive(1s);
            while (frame && *frame != out)
                frame = e100.wire().receive(1s);
            return frame.has_value();
        });
        EXPECT_TRUE(seen);
    }
    void start(uint32_t block) {
        e100.command(CuCommand::Start, block);
        e100.settle();
    }
    void start_block(const Bytes& block) { start(memory.place(block)); }
    void traffic() {
        for (uint32_t n = 0; n < 20; n++)
            e100.wire().send(numbered_frame(n, 1500, broadcast_mac));
        e100.settle();
    }
};

TEST_F(Hostile, CommandListsThatAreNotThere) {
    for (uint32_t address : {0u, 1u, nowhere, top, 0xffffffffu, own_registers, own_registers + 0xffcu}) {
        start(address);
        e100.port(PortCommand::SelectiveReset);
    }
}

TEST_F(Hostile, CommandBlockThatLinksToItself) {
    uint32_t block = memory.place(command_block(Opcode::Nop, cb_command::interrupt, 0));
    memory.write32(block + 4, block);
    start(block);
    traffic();
}

TEST_F(Hostile, EndlessTransmission) {
    uint32_t block = memory.place(simplified_tcb(0, 0, numbered_frame(0, 1514, peer_mac, card_mac)));
    memory.write32(block + 4, block);
    start(block);
    EXPECT_TRUE(e100.wire().receive());
    EXPECT_EQ(e100.qmp().status(), "running");
}

TEST_F(Hostile, ReceiveListsThatAreNotThere) {
    for (uint32_t address : {0u, 1u, nowhere, top, 0xffffffffu, own_registers, own_registers + 0xff0u}) {
        e100.command(RuCommand::Start, address);
        traffic();
        e100.port(PortCommand::SelectiveReset);
    }
}

TEST_F(Hostile, RfdThatLinksToItself) {
    RfdRing ring(memory, 1, {.end_of_list = false});
    e100.start_receiving(ring);
    traffic();
}

TEST_F(Hostile, EndlessChainOfEmptyRfds) {
    RfdRing ring(memory, 4, {.end_of_list = false});
    for (unsigned n = 0; n < 4; n++)
        ring.set_size(n, 0);
    e100.start_receiving(ring);
    traffic();
}

TEST_F(Hostile, RfdSizesOutOfRange) {
    for (uint16_t size : {uint16_t(1), uint16_t(13), uint16_t(0x3fff), uint16_t(0xffff)}) {
        RfdRing ring(memory, 2);
        ring.set_size(0, size);
        e100.start_receiving(ring);
        traffic();
        e100.command(RuCommand::Abort);
    }
}

TEST_F(Hostile, FlexibleAndHeaderRfdsWithWildBufferLists) {
    auto configuration = usual_configuration();
    for (uint8_t extended : {uint8_t(0), config::extended_rfd.mask}) {
        configuration[config::extended_rfd.byte] |= extended;
        e100.configure(configuration);
        for (uint16_t mode :
             {rfd_command::flexible, rfd_command::header, uint16_t(0x0018), uint16_t(0x1fff)}) {
            RfdRing ring(memory, 2);
            ring.set_command(0, mode);
            memory.write32(ring.address(0) + 8, own_registers);
            e100.start_receiving(ring);
            traffic();
            e100.command(RuCommand::Abort);
        }
    }
}

TEST_F(Hostile, TransmitCountsOutOfRange) {
    for (uint16_t count : {uint16_t(0), uint16_t(1), uint16_t(5), uint16_t(13), uint16_t(2601),
                           uint16_t(0x3fff), uint16_t(0xffff)}) {
        Bytes block = simplified_tcb(el, 0, Bytes(20, 0xff));
        block[12] = static_cast<uint8_t>(count);
        block[13] = static_cast<uint8_t>(count >> 8);
        start_block(block);
    }
}

TEST_F(Hostile, DescriptorArraysWithoutEnd) {
    // 255 descriptors, each as large as the field allows, at odd places.
    uint32_t array = memory.allocate(256 * 8);
    for (uint32_t n = 0; n < 256; n++)
        memory.store(array + 8 * n, tbd(n % 2 == 0 ? 0x200000 : top, 0x3fff));
    auto configuration = usual_configuration();
    for (bool extended : {false, true})
        for (bool dynamic : {false, true}) {
            config::standard_tcb.set(configuration, !extended);
            config::dynamic_tbd.set(configuration, dynamic);
            e100.configure(configuration);
            start_block(flexible_tcb(el, 0, array, 0xff, Bytes(64)));
            e100.port(PortCommand::SelectiveReset);
            start_block(flexible_tcb(el, 0, top - 2, 0xff, Bytes(64)));
            e100.port(PortCommand::SelectiveReset);
        }
}

TEST_F(Hostile, DynamicDescriptorThatNeverGetsABuffer) {
    auto configuration = usual_configuration();
    config::standard_tcb.set(configuration, false);
    config::dynamic_tbd.set(configuration, true);
    e100.configure(configuration);
    uint32_t zeros = memory.allocate(4096);
    start_block(extended_tcb(el, 0, {}, tbd_number_dynamic, zeros));
    traffic();
}

TEST_F(Hostile, EmptyDescriptorsForEver) {
    auto configuration = usual_configuration();
    config::standard_tcb.set(configuration, false);
    config::dynamic_tbd.set(configuration, true);
    e100.configure(configuration);
    // Every page of memory reads as descriptors of size 0 that never end.
    uint32_t array = memory.allocate(8u << 20);
    for (uint32_t page = 0; page < 8; page++)
        memory.fill(array + (page << 20), 1 << 20, 0);
    for (uint32_t n = 0; n < 512; n++)
        memory.write32(array + n * 8, 0x200000);
    start_block(extended_tcb(el, 0, {}, tbd_number_dynamic, array));
}

TEST_F(Hostile, EveryOpcodeWithGarbageParameters) {
    std::mt19937 random(2);
    for (unsigned command = 0; command < 32; command++)
        for (int round = 0; round < 4; round++) {
            Bytes parameters(64);
            for (auto& byte : parameters)
                byte = static_cast<uint8_t>(random());
            Bytes block = command_block(Opcode::Nop, static_cast<uint16_t>(el | command), 0, parameters);
            start_block(block);
            e100.port(PortCommand::SelectiveReset);
        }
}

TEST_F(Hostile, MulticastListLongerThanMemory) {
    Bytes parameters = {0xff, 0xff};
    start_block(command_block(Opcode::MulticastSetup, el, 0, parameters));
    e100.command(CuCommand::LoadBase,
                 0xffffffe0 - memory.place(command_block(Opcode::MulticastSetup, el, 0, parameters)));
    start(0);
}

TEST_F(Hostile, ConfigureWithEveryCount) {
    for (unsigned count = 0; count < 64; count++) {
        Bytes parameters(64, 0xff);
        parameters[0] = static_cast<uint8_t>(count);
        start_block(command_block(Opcode::Configure, el, 0, parameters));
        e100.configure(usual_configuration());
    }
}

/// The card's own registers as the target of every kind of DMA: no recursion, no deadlock.
TEST_F(Hostile, DmaIntoItsOwnRegisters) {
    uint32_t registers = own_registers;
    start_block(flexible_tcb(el, 0, registers, 4));
    Bytes dump = {uint8_t(registers), uint8_t(registers >> 8), uint8_t(registers >> 16),
                  uint8_t(registers >> 24)};
    start_block(command_block(Opcode::Dump, el, 0, dump));
    uint32_t array = memory.allocate(16);
    memory.store(array, tbd(registers, 64));
    start_block(flexible_tcb(el, 0, array, 1));
    e100.command(CuCommand::LoadDumpCountersAddress, registers);
    e100.command(CuCommand::DumpAndResetCounters);
    e100.port(PortCommand::SelfTest, registers);
    e100.port(PortCommand::Dump, registers);
    e100.port(PortCommand::DumpWakeUp, registers);
    e100.bring_up();
    // A frame whose bytes are SCB commands.
    e100.command(RuCommand::Start, registers - RfdRing::header_size - 2);
    RfdRing ring(memory, 2);
    ring.set_link(0, registers);
    e100.start_receiving(ring);
    traffic();
}

TEST_F(Hostile, PortAddressesOutsideMemory) {
    for (uint32_t address : {0u, nowhere, top})
        for (PortCommand command : {PortCommand::SelfTest, PortCommand::Dump, PortCommand::DumpWakeUp})
            e100.port(command, address);
}

TEST_F(Hostile, CountersOutsideMemory) {
    for (uint32_t address : {nowhere, top, 0xffffffffu, 0xffffffb0u}) {
        e100.command(CuCommand::LoadDumpCountersAddress, address);
        e100.command(CuCommand::DumpCounters);
        e100.command(CuCommand::DumpAndResetCounters);
    }
}

TEST_F(Hostile, EverySelectorAndCommandByte) {
    for (unsigned value = 0; value < 256; value++) {
        e100.set_csr32(csr::general_pointer, nowhere + value * 4);
        e100.set_csr8(csr::scb_command, static_cast<uint8_t>(value));
        e100.settle();
    }
    for (uint32_t value = 0; value < 16; value++)
        e100.set_csr32(csr::port, memory.allocate(1024) | value);
}

TEST_F(Hostile, RandomRegisterWrites) {
    std::mt19937 random(3);
    for (int step = 0; step < 3000; step++) {
        uint32_t offset = random() % 0x44;
        auto value = static_cast<uint32_t>(random());
        switch (random() % 3) {
        case 0:
            e100.set_csr8(offset, static_cast<uint8_t>(value));
            break;
        case 1:
            e100.set_csr16(offset, static_cast<uint16_t>(value));
            break;
        default:
            e100.set_csr32(offset, value % (32u << 20));
        }
        if (step % 100 == 0)
            e100.wire().try_send(numbered_frame(0, 100, broadcast_mac));
    }
}

TEST_F(Hostile, MasteringTakenAwayInTheMiddle) {
    uint32_t block = memory.place(command_block(Opcode::Nop, 0, 0));
    memory.write32(block + 4, block);
    RfdRing ring(memory, 4, {.end_of_list = false});
    e100.start_receiving(ring);
    e100.command(CuCommand::Start, block);
    e100.pci().write16(pci::command, pci::command_memory);
    traffic();
    e100.command(CuCommand::Resume);
    e100.settle();
    e100.pci().write16(pci::command, pci::command_memory | pci::command_master);
}

TEST_F(Hostile, FramesOfEverySize) {
    RfdRing ring(memory, 8, {.end_of_list = false});
    auto configuration = usual_configuration();
    config::promiscuous.set(configuration, true);
    config::long_receive_ok.set(configuration, true);
    config::save_bad_frames.set(configuration, true);
    e100.configure(configuration);
    e100.start_receiving(ring);
    for (size_t size : {1u, 2u, 13u, 14u, 15u, 59u, 1515u, 3072u, 4000u, 16384u, 65000u})
        e100.wire().send(Frame(size, 0xff));
    e100.settle();
}

} // namespace
} // namespace qtest
