// SPDX-License-Identifier: GPL-2.0-or-later
// Packets that the chip sums and cuts: the driver's IPCB, and what the real chip makes of it.
#include <cstring>

#include "cosim.h"
#include "harness/ipv4.h"

namespace cosim {
namespace {

constexpr std::size_t headers = 14 + 20 + 20;

class LargeSend : public Cosim {
  protected:
    void open_82550() {
        plug({.chip = "82550"});
        open();
    }
    static harness::Ipv4 ip_header() {
        harness::Ipv4 header;
        header.source = harness::ip(10, 0, 0, 2);
        header.destination = harness::ip(10, 0, 0, 1);
        header.protocol = harness::ip_protocol::tcp;
        return header;
    }
    static harness::Bytes text(std::size_t bytes) {
        harness::Bytes all(bytes);
        for (std::size_t i = 0; i < bytes; i++)
            all[i] = static_cast<uint8_t>(i * 31 + i / 253);
        return all;
    }
    /// A packet as TCP makes it: its IPv4 length and the sum in its checksum field are those of the first of
    /// its segments (`gso_size` 0: of the whole).
    static harness::Frame frame(std::size_t payload, std::size_t gso_size) {
        harness::Tcp tcp;
        tcp.source_port = 19;
        tcp.destination_port = 40000;
        tcp.sequence = 0xffff'f000; // wraps round
        tcp.flags = harness::tcp_flag::ack | harness::tcp_flag::psh;
        const auto ip = ip_header();
        harness::Frame whole = harness::ethernet({2, 0, 0, 0, 0, 1}, CardOptions{}.mac, 0x0800,
                                                 harness::ipv4(ip, harness::tcp(ip, tcp, text(payload))));
        const std::size_t first = gso_size ? gso_size : payload;
        const std::size_t ip_length = 40 + first;
        whole[16] = static_cast<uint8_t>(ip_length >> 8);
        whole[17] = static_cast<uint8_t>(ip_length);
        return with_seed(whole, first);
    }
    static harness::Frame with_seed(harness::Frame whole, std::size_t first) {
        const uint64_t sum = harness::pseudo_header_sum(ip_header(), harness::ip_protocol::tcp, 20 + first);
        const auto seed = static_cast<uint16_t>(~harness::internet_checksum({}, static_cast<uint32_t>(sum)));
        whole[50] = static_cast<uint8_t>(seed >> 8);
        whole[51] = static_cast<uint8_t>(seed);
        return whole;
    }
    void send(std::size_t payload, std::size_t gso_size) {
        const harness::Frame whole = frame(payload, gso_size);
        kernel::PacketBuffer* packet = kernel::alloc_packet_for(whole.size());
        ASSERT_NE(packet, nullptr);
        std::memcpy(packet->put(whole.size()), whole.data(), whole.size());
        packet->device = &device();
        packet->checksum_partial = true;
        packet->gso_size = static_cast<uint16_t>(gso_size);
        packet->gso_payload = static_cast<uint16_t>(gso_size ? payload : 0);
        kernel::dev_queue_xmit(packet);
    }
    /// All that was sent, put together again; every checksum is right.
    harness::Bytes received_text(std::size_t longest) {
        harness::Bytes all;
        uint32_t expected = 0xffff'f000;
        for (const Frame& each : card().sent) {
            EXPECT_LE(each.size(), headers + longest);
            const auto view = harness::parse_tcp(each);
            if (!view) {
                ADD_FAILURE() << "not intact";
                return {};
            }
            EXPECT_EQ(view->header.sequence, expected);
            EXPECT_EQ((view->header.flags & harness::tcp_flag::psh) != 0, &each == &card().sent.back());
            expected += static_cast<uint32_t>(view->data.size());
            all.insert(all.end(), view->data.begin(), view->data.end());
        }
        return all;
    }
};

TEST_F(LargeSend, TheChipCutsAndSums) {
    open_82550();
    // Of one TBD, of several, the largest; the last segment full, short, of a byte.
    for (const std::size_t payload : {2920u, 2921u, 16329u, 16330u, 40'000u, 64'240u, 65'000u}) {
        card().sent.clear();
        const uint64_t packets = device().stats.tx_packets, bytes = device().stats.tx_bytes;
        send(payload, 1460);
        settle();
        EXPECT_EQ(received_text(1460), text(payload)) << payload;
        const std::size_t segments = (payload + 1459) / 1460;
        EXPECT_EQ(card().sent.size(), segments);
        EXPECT_EQ(device().stats.tx_packets - packets, segments) << "as the chip counts them";
        EXPECT_EQ(device().stats.tx_bytes - bytes, payload + segments * headers);
    }
    EXPECT_TRUE(card().guest_errors.empty()) << card().guest_errors[0];
}

TEST_F(LargeSend, TheLargestPacketThereIs) {
    open_82550();
    const std::size_t payload = kernel::packet_max_bytes - headers;
    send(payload, 88);
    settle();
    EXPECT_EQ(received_text(88), text(payload));
    EXPECT_TRUE(card().guest_errors.empty());
}

TEST_F(LargeSend, OnlyTheSum) {
    open_82550();
    for (const std::size_t payload : {0u, 1u, 1460u}) {
        card().sent.clear();
        send(payload, 0);
        settle();
        ASSERT_EQ(card().sent.size(), 1u);
        EXPECT_EQ(received_text(1460), text(payload));
    }
    EXPECT_TRUE(card().guest_errors.empty());
}

TEST_F(LargeSend, AmongOtherPacketsInOrder) {
    open_82550();
    for (unsigned round = 0; round < 300; round++) { // more than the ring holds
        send(3000, 1460);
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        const Frame plain = numbered_frame(round);
        std::memcpy(packet->put(plain.size()), plain.data(), plain.size());
        packet->device = &device();
        kernel::dev_queue_xmit(packet);
    }
    settle(100);
    ASSERT_EQ(card().sent.size(), 300u * 4);
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 3; i++)
            EXPECT_TRUE(harness::parse_tcp(card().sent[4 * round + i]));
        EXPECT_EQ(card().sent[4 * round + 3], numbered_frame(round));
    }
}

TEST_F(LargeSend, OneThatIsNotSentIsGivenBack) {
    open_82550();
    card().command_unit_stuck = true;
    send(60'000, 1460);
    kernel::dev_close(device());
    EXPECT_EQ(kernel::packet_pool_stats().live(), 0u);
    card().command_unit_stuck = false;
}

class LargeSendFamily : public Cosim, public testing::WithParamInterface<std::string> {};

TEST_P(LargeSendFamily, IsOfferedWhereTheChipHasIt) {
    plug({.chip = GetParam()});
    open();
    // The 82551IT has the numbers of the 82551ER, which cannot.
    const bool has =
        i8255x::find_variant(GetParam())->has(i8255x::Feature::Offload) && GetParam() != "82551it";
    EXPECT_EQ(device().hw_features != 0, has);
    EXPECT_EQ(device().features != 0, has);
}

std::vector<std::string> all_chips() {
    std::vector<std::string> names;
    for (const i8255x::Variant& variant : i8255x::variants())
        names.emplace_back(variant.name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(Chips, LargeSendFamily, testing::ValuesIn(all_chips()),
                         [](const auto& info) { return "i" + info.param; });

} // namespace
} // namespace cosim
