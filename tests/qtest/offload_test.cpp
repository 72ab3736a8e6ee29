// SPDX-License-Identifier: GPL-2.0-or-later
// The 82550's offloading transmit command: checksums, VLAN tag, large send (SDM appendix B).
#include <random>

#include "ipcb.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;

class Offload : public ::testing::Test {
  protected:
    void SetUp() override {
        auto configuration = usual_configuration();
        config::standard_tcb.set(configuration, false);
        config::dynamic_tbd.set(configuration, true);
        e100.bring_up(configuration);
    }
    uint32_t place(const Frame& frame, const Ipcb& block, size_t header_bytes) {
        return place_ipcb(memory, frame, block, header_bytes);
    }
    void run(uint32_t block) {
        e100.command(CuCommand::Start, block);
        ASSERT_TRUE(wait_until([&] { return memory.read16(block) == done; }));
    }

    E100Harness e100{{.properties = "chip=82550"}};
    GuestMemory& memory = e100.memory();
};

TEST_F(Offload, ChecksumsAndVlanTag) {
    const Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2)};
    const Bytes datagram = udp(header, 1000, 2000, Bytes(777, 0x5a));
    const Frame finished = ethernet(peer_mac, card_mac, ether_type::ipv4, ipv4(header, datagram));
    Frame frame = finished;
    put16(frame, 24, 0);
    put16(frame, 40, pseudo_header_sum(header, ip_protocol::udp, datagram.size()));
    Ipcb block{};
    block.standard.tbd_number = tbd_number_dynamic;
    block.checksums = ipcb::ip_checksum | ipcb::l4_checksum;
    block.activation = ipcb::parse | ipcb::insert_vlan;
    block.vlan_tag[1] = 42;
    run(place(frame, block, 42));
    Frame tagged = finished;
    for (uint8_t byte : {42, 0, 0x00, 0x81})
        tagged.insert(tagged.begin() + 12, byte);
    EXPECT_EQ(e100.wire().receive(), tagged);
}

TEST_F(Offload, LargeSend) {
    constexpr size_t payload = 60'001, mss = 1448;
    const Ipv4 header{
        .source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2), .protocol = ip_protocol::tcp};
    Bytes data(payload);
    for (size_t i = 0; i < payload; i++)
        data[i] = static_cast<uint8_t>(i * 7 + i / 256);
    const uint32_t at = place_large_send(memory, peer_mac, header, data, mss);
    e100.command(CuCommand::Start, at);
    Bytes stream;
    while (stream.size() < payload) {
        auto frame = e100.wire().receive();
        ASSERT_TRUE(frame) << stream.size();
        auto view = parse_tcp(*frame);
        ASSERT_TRUE(view) << stream.size();
        ASSERT_EQ(view->header.sequence, static_cast<uint32_t>(large_send_sequence + stream.size()));
        ASSERT_EQ(view->header.flags, tcp_flag::ack | (stream.size() + mss < payload ? 0 : tcp_flag::psh));
        stream.insert(stream.end(), view->data.begin(), view->data.end());
    }
    EXPECT_EQ(stream, data);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    EXPECT_EQ(memory.read16(at), done);
    EXPECT_EQ(e100.counters()[Counter::TxGoodFrames], (payload + mss - 1) / mss);
}

/// Whatever stands in the block and in the packet: the machine lives, and the card sends on.
TEST_F(Offload, NonsenseHarmsNobody) {
    std::mt19937 random(6);
    for (int round = 0; round < 150; round++) {
        Ipcb block{};
        for (size_t at = 12; at < sizeof block; at++)
            reinterpret_cast<uint8_t*>(&block)[at] = static_cast<uint8_t>(random());
        block.tbd.size = block.tbd.size & 0xffff0000u;
        Frame frame(54 + random() % 3000);
        const Bytes headers = {0x08, 0x00, 0x45, 0x00, uint8_t(random() % 16), uint8_t(random())};
        std::ranges::copy(headers, frame.begin() + 12);
        frame[23] = random() % 4 != 0 ? 6 : 17;
        frame[46] = random() % 4 != 0 ? 0x50 : uint8_t(random());
        e100.command(CuCommand::Start, place(frame, block, 1 + random() % frame.size()));
        e100.settle();
        e100.port(PortCommand::SelectiveReset);
    }
    EXPECT_EQ(e100.qmp().status(), "running");
    Ipcb block{};
    block.standard.tbd_number = tbd_number_dynamic;
    const Frame good = numbered_frame(99, 200, peer_mac, card_mac);
    const bool seen = wait_until([&] {
        run(place(good, block, good.size()));
        for (auto frame = e100.wire().receive(1s); frame; frame = e100.wire().receive(1s))
            if (*frame == good)
                return true;
        return false;
    });
    EXPECT_TRUE(seen);
}

TEST_F(E100Test, AnOlderChipHasNoOffload) {
    auto configuration = usual_configuration();
    config::standard_tcb.set(configuration, false);
    e100.bring_up(configuration);
    EXPECT_EQ(e100.execute(Opcode::Ipcb, Bytes(24)), cb_status::complete);
}

} // namespace
} // namespace qtest
