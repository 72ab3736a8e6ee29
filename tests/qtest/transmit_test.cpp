// SPDX-License-Identifier: GPL-2.0-or-later
// The transmit command in all its forms, and what the MAC adds to a frame (SDM 6.4.2.5; bytes 6, 7, 10, 18 of
// Configure).
#include <algorithm>

#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint16_t el = cb_command::end_of_list;

class Transmit : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    void configure(std::initializer_list<std::pair<ConfigField, bool>> bits) {
        auto configuration = usual_configuration();
        for (auto [field, on] : bits)
            field.set(configuration, on);
        e100.configure(configuration);
    }
    /// Places `frame` in pieces of `sizes` bytes, each at an odd address, and returns their descriptors.
    std::vector<TransmitBufferDescriptor> scatter(const Frame& frame, std::initializer_list<size_t> sizes) {
        std::vector<TransmitBufferDescriptor> descriptors;
        size_t at = 0;
        for (size_t size : sizes) {
            Bytes piece(frame.begin() + static_cast<long>(at), frame.begin() + static_cast<long>(at + size));
            descriptors.push_back(tbd(memory.place(piece, 16, 1), size));
            at += size;
        }
        return descriptors;
    }
    uint32_t place_array(const std::vector<TransmitBufferDescriptor>& descriptors, uint32_t offset = 0) {
        uint32_t address =
            memory.allocate(descriptors.size() * sizeof(TransmitBufferDescriptor) + 8, 16, offset);
        for (size_t n = 0; n < descriptors.size(); n++)
            memory.store(address + static_cast<uint32_t>(n * sizeof(TransmitBufferDescriptor)),
                         descriptors[n]);
        return address;
    }
    static Frame outgoing(size_t bytes) { return numbered_frame(5, bytes, peer_mac, card_mac); }
    void expect_on_wire(const Frame& frame) {
        auto seen = e100.wire().receive();
        ASSERT_TRUE(seen);
        EXPECT_EQ(*seen, frame);
    }
};

TEST_F(Transmit, Simplified) {
    EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, outgoing(200))), done);
    expect_on_wire(outgoing(200));
    EXPECT_EQ(e100.stat(), stat::cna);
}

TEST_F(Transmit, SimplifiedOfEverySizeClass) {
    for (size_t bytes : {60u, 61u, 64u, 127u, 1024u, 1513u, 1514u}) {
        EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, outgoing(bytes))), done);
        expect_on_wire(outgoing(bytes));
    }
}

TEST_F(Transmit, FlexibleGathersImmediateDataAndBuffers) {
    Frame frame = outgoing(300);
    auto descriptors = scatter(frame, {100, 1, 0, 99, 100});
    // The first 100 bytes go behind the block instead.
    uint32_t array = place_array({descriptors.begin() + 1, descriptors.end()}, 2);
    EXPECT_EQ(e100.execute_block(flexible_tcb(el, 0, array, 4, Bytes(frame.begin(), frame.begin() + 100))),
              done);
    expect_on_wire(frame);
}

TEST_F(Transmit, FlexibleWithBuffersOnly) {
    Frame frame = outgoing(500);
    uint32_t array = place_array(scatter(frame, {14, 286, 200}));
    EXPECT_EQ(e100.execute_block(flexible_tcb(el, 0, array, 3)), done);
    expect_on_wire(frame);
}

TEST_F(Transmit, FlexibleWithoutBuffers) {
    Frame frame = outgoing(80);
    EXPECT_EQ(e100.execute_block(flexible_tcb(el, 0, no_tbd_array, 0, frame)), done);
    expect_on_wire(frame);
}

TEST_F(Transmit, TbdNumberEndsTheArray) {
    Frame frame = outgoing(200);
    auto descriptors = scatter(frame, {100, 100});
    descriptors.push_back(tbd(memory.place(Bytes(64, 0xee)), 64)); // not ours any more
    EXPECT_EQ(e100.execute_block(flexible_tcb(el, 0, place_array(descriptors), 2)), done);
    expect_on_wire(frame);
}

/// Sources disagree about the position of EL in a TBD; drivers use one, the manual's figure shows the other.
TEST_F(Transmit, BothEndOfListBitsEndTheArray) {
    for (uint32_t flag : {tbd_end_of_list, tbd_end_of_list_sdm}) {
        Frame frame = outgoing(200);
        auto descriptors = scatter(frame, {100, 100});
        descriptors[1].size = static_cast<uint32_t>(descriptors[1].size) | flag;
        descriptors.push_back(tbd(memory.place(Bytes(64, 0xee)), 64));
        EXPECT_EQ(e100.execute_block(flexible_tcb(el, 0, place_array(descriptors), 3)), done);
        expect_on_wire(frame);
    }
}

TEST_F(Transmit, TbdArrayIsRelativeToTheBaseButBuffersAreNot) {
    constexpr uint32_t base = 0x100000;
    Frame frame = outgoing(200);
    uint32_t array = place_array(scatter(frame, {50, 150}));
    uint32_t block = memory.place(flexible_tcb(el, 0, array - base, 2));
    e100.command(CuCommand::LoadBase, base);
    e100.command(CuCommand::Start, block - base);
    expect_on_wire(frame);
}

TEST_F(Transmit, ExtendedWithInlineDescriptors) {
    configure({{config::standard_tcb, false}});
    Frame frame = outgoing(400);
    auto one = scatter(frame, {400});
    EXPECT_EQ(e100.execute_block(extended_tcb(el, 0, one, 1)), done);
    expect_on_wire(frame);
    auto two = scatter(frame, {14, 386});
    EXPECT_EQ(e100.execute_block(extended_tcb(el, 0, two, 2)), done);
    expect_on_wire(frame);
}

TEST_F(Transmit, ExtendedGoesOnInTheArray) {
    configure({{config::standard_tcb, false}});
    Frame frame = outgoing(400);
    auto pieces = scatter(frame, {100, 100, 50, 150});
    uint32_t array = place_array({pieces.begin() + 2, pieces.end()});
    EXPECT_EQ(e100.execute_block(extended_tcb(el, 0, {pieces.data(), 2}, 4, array)), done);
    expect_on_wire(frame);
}

/// Byte for byte what Linux writes: one descriptor, while the array pointer names the inline one.
TEST_F(Transmit, ExtendedAsLinuxDoesIt) {
    configure({{config::standard_tcb, false}});
    Frame frame = outgoing(60);
    uint32_t buffer = memory.place(frame, 16, 1), block = memory.allocate(64);
    uint32_t inline_tbd = block + 16;
    auto dword = [](uint32_t v) {
        return Bytes{uint8_t(v), uint8_t(v >> 8), uint8_t(v >> 16), uint8_t(v >> 24)};
    };
    Bytes bytes = {0x00, 0x00, 0x0c, 0x5f};
    for (uint32_t v : {block + 64, inline_tbd, 0x01e00000u, buffer, 60u})
        std::ranges::copy(dword(v), std::back_inserter(bytes));
    memory.write(block, bytes);
    e100.command(CuCommand::Start, block);
    expect_on_wire(frame);
    EXPECT_EQ(memory.read16(block), done);
    EXPECT_EQ(e100.cu(), CuStatus::Suspended);
}

TEST_F(Transmit, DynamicDescriptorsEndAtTheFlag) {
    configure({{config::standard_tcb, false}, {config::dynamic_tbd, true}});
    Frame frame = outgoing(300);
    auto pieces = scatter(frame, {100, 100, 50, 50});
    pieces[3].size = static_cast<uint32_t>(pieces[3].size) | tbd_end_of_list;
    uint32_t array = place_array({pieces.begin() + 2, pieces.end()});
    EXPECT_EQ(e100.execute_block(extended_tcb(el, 0, {pieces.data(), 2}, tbd_number_dynamic, array)), done);
    expect_on_wire(frame);
    pieces[0] = tbd(memory.place(frame), frame.size(), tbd_end_of_list);
    EXPECT_EQ(e100.execute_block(extended_tcb(el, 0, {pieces.data(), 1}, tbd_number_dynamic, array)), done);
    expect_on_wire(frame);
}

TEST_F(Transmit, DynamicDescriptorWithoutBufferIsWaitedFor) {
    configure({{config::standard_tcb, false}, {config::dynamic_tbd, true}});
    Frame frame = outgoing(200);
    auto pieces = scatter(frame, {100, 100});
    auto last = tbd(pieces[1].address, 100, tbd_end_of_list);
    pieces[1] = {};
    uint32_t block = memory.place(extended_tcb(el, 0, pieces, tbd_number_dynamic, no_tbd_array));
    e100.command(CuCommand::Start, block);
    e100.settle();
    EXPECT_EQ(e100.cu(), CuStatus::Active);
    EXPECT_EQ(memory.read16(block), 0);
    memory.write32(block + 28, last.size);
    memory.write32(block + 24, last.address);
    expect_on_wire(frame);
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
}

TEST_F(Transmit, PadsShortFrames) {
    Frame frame = outgoing(30);
    EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, frame)), done);
    expect_on_wire(padded(frame));
    configure({{config::padding, false}});
    EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, frame)), done);
    expect_on_wire(frame);
}

TEST(TransmitOf82557, PadsWithItsOwnByte) {
    E100Harness e100({.properties = "chip=82557b"});
    e100.bring_up();
    Frame frame = numbered_frame(5, 30, peer_mac, card_mac);
    e100.transmit(frame);
    frame.resize(60, 0x7e);
    EXPECT_EQ(e100.wire().receive(), frame);
}

/// TNO (SDM 6.4.2.3 byte 6): CX without the block's I bit.
TEST(TransmitOf82557, InterruptsWhenAFrameWasNotSent) {
    E100Harness e100({.properties = "chip=82557b"});
    auto configuration = usual_configuration();
    config::transmit_not_ok.set(configuration, true);
    e100.bring_up(configuration);
    Frame frame = numbered_frame(5, 100, peer_mac, card_mac);
    e100.transmit(frame);
    EXPECT_EQ(e100.stat(), stat::cna);
    e100.qmp().set_link(E100Harness::device_id, false);
    e100.acknowledge(0xff);
    e100.transmit(frame);
    EXPECT_EQ(e100.stat(), stat::cx | stat::cna);
}

TEST_F(Transmit, InsertsTheSourceAddress) {
    configure({{config::no_source_insertion, false}});
    Frame frame = numbered_frame(5, 100, peer_mac, {9, 9, 9, 9, 9, 9});
    EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, frame)), done);
    std::copy(card_mac.begin(), card_mac.end(), frame.begin() + 6);
    expect_on_wire(frame);
}

/// NC: the last four bytes from memory are the FCS; a wrong one makes the frame bad on the wire.
TEST_F(Transmit, FrameWithItsOwnFcs) {
    Frame frame = outgoing(100);
    uint32_t fcs = ethernet_fcs(frame);
    for (uint32_t wrong : {1u, 0u}) {
        Frame with_fcs = frame;
        for (int shift = 0; shift < 32; shift += 8)
            with_fcs.push_back(static_cast<uint8_t>((fcs ^ wrong) >> shift));
        EXPECT_EQ(e100.execute_block(simplified_tcb(el | cb_command::no_crc, 0, with_fcs)), done);
    }
    expect_on_wire(frame); // the good one; the bad one must not have come before it
}

TEST_F(Transmit, LongFramesAreNotRefused) {
    for (size_t bytes : {1515u, 2000u, 2600u}) {
        EXPECT_EQ(e100.execute_block(simplified_tcb(el, 0, outgoing(bytes))), done);
        expect_on_wire(outgoing(bytes));
    }
}

TEST_F(Transmit, ManyFramesInOneList) {
    constexpr uint32_t frames = 100;
    Pattern pattern(3, 46, 1500);
    PatternChecker checker(pattern, frames);
    uint32_t next = 0;
    for (uint32_t n = frames; n-- > 0;)
        next = memory.place(
            simplified_tcb(n + 1 == frames ? el : 0, next, pattern.frame(n, peer_mac, card_mac)));
    e100.command(CuCommand::Start, next);
    for (uint32_t n = 0; n < frames; n++) {
        auto frame = e100.wire().receive();
        ASSERT_TRUE(frame) << checker.describe();
        checker.take_frame(*frame);
    }
    EXPECT_TRUE(checker.perfect()) << checker.describe();
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
    EXPECT_EQ(e100.counters()[Counter::TxGoodFrames], frames);
}

} // namespace
} // namespace qtest
