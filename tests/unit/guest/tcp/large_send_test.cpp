// SPDX-License-Identifier: GPL-2.0-or-later
// TCP on a card that sums and cuts: what leaves in large packets, and the segments they become.
#include <cstring>
#include <map>
#include <random>
#include <utility>

#include "net/neighbour.h"
#include "net/tcp_chargen.h"
#include "tcp_peer.h"

extern "C" {
void* mem_malloc(unsigned bytes); // lwIP's
void mem_free(void* memory);
}

namespace {

using namespace net_test;
using net::chargen_port;
using net::Tcp;
namespace feature = kernel::feature;

constexpr std::size_t full_segment = 1460, headers = 14 + 20 + 20, tcp_flags_at = 34 + 13;

/// What the driver was given.
struct Given {
    std::size_t gso_size;
    std::size_t payload; ///< of one to be cut
    unsigned segments;
    bool partial;
};
std::vector<Given> given;
const kernel::NetDeviceOperations* plain_operations = nullptr;

uint16_t word(const Frame& frame, std::size_t at) {
    return static_cast<uint16_t>(frame[at] << 8 | frame[at + 1]);
}
void set_word(Frame& frame, std::size_t at, std::size_t value) {
    frame[at] = static_cast<uint8_t>(value >> 8);
    frame[at + 1] = static_cast<uint8_t>(value);
}

/// One segment, made of the large packet as the manual has it: the headers are those of the first one.
Frame segment_of(const Frame& whole, std::size_t begin, std::size_t payload, std::size_t gso_size,
                 bool last) {
    constexpr std::size_t tcp = 34;
    Frame frame(whole.begin(), whole.begin() + headers);
    frame.insert(frame.end(), whole.begin() + static_cast<std::ptrdiff_t>(headers + begin),
                 whole.begin() + static_cast<std::ptrdiff_t>(headers + begin + payload));
    EXPECT_EQ(word(whole, at_ip + 2), 40 + gso_size);
    set_word(frame, at_ip + 2, 40 + payload);
    fix_ip_checksum(frame);
    const uint32_t sequence =
        (uint32_t{word(frame, tcp + 4)} << 16 | word(frame, tcp + 6)) + static_cast<uint32_t>(begin);
    set_word(frame, tcp + 4, sequence >> 16);
    set_word(frame, tcp + 6, sequence & 0xffff);
    if (!last)
        frame[tcp + 13] &= static_cast<uint8_t>(~(flag::fin | flag::psh));
    const auto missing = static_cast<uint16_t>(gso_size - payload);
    const uint16_t seed = word(frame, tcp + 16);
    set_word(frame, tcp + 16, 0);
    set_word(frame, tcp + 16,
             harness::internet_checksum(std::span(frame).subspan(tcp), uint32_t{seed} + uint16_t(~missing)));
    return frame;
}

kernel::TransmitResult cut(kernel::NetDevice& device, kernel::PacketBuffer* packet) {
    given.push_back({packet->gso_size, packet->gso_payload, packet->gso_segs(), packet->checksum_partial});
    if (!packet->checksum_partial)
        return plain_operations->start_xmit(device, packet);
    const auto* bytes = reinterpret_cast<const uint8_t*>(packet->data);
    const Frame whole(bytes, bytes + packet->length());
    const std::size_t payload = whole.size() - headers;
    const std::size_t step = packet->gso_size ? packet->gso_size : payload;
    EXPECT_TRUE(packet->gso_size == 0 || payload == packet->gso_payload);
    EXPECT_TRUE(packet->gso_size == 0 || (whole[tcp_flags_at] & flag::fin) == 0) << "it would be in each";
    std::size_t wire_bytes = 0;
    std::size_t begin = 0;
    do {
        const std::size_t part = std::min(step, payload - begin);
        const Frame frame = segment_of(whole, begin, part, step, begin + part == payload);
        kernel::PacketBuffer* segment = kernel::alloc_packet();
        std::memcpy(segment->put(frame.size()), frame.data(), frame.size());
        plain_operations->start_xmit(device, segment);
        wire_bytes += frame.size();
        begin += part;
    } while (begin < payload);
    EXPECT_EQ(wire_bytes, packet->wire_length());
    kernel::consume_packet(packet);
    return kernel::TransmitResult::Sent;
}

class LargeSend : public TcpTest {
  protected:
    LargeSend() {
        plain_operations = device.operations;
        operations_ = *plain_operations;
        operations_.start_xmit = cut;
        device.operations = &operations_;
        device.hw_features = feature::tx_checksum_ipv4 | feature::tx_tcp_segmentation;
        kernel::dev_change_features(device, ~0u, ~0u);
        given.clear();
    }
    ~LargeSend() override { device.operations = plain_operations; }

    static unsigned most_segments() {
        unsigned most = 0;
        for (const Given& each : given)
            most = std::max(most, each.segments);
        return most;
    }
    static int64_t segments_left() {
        int64_t sum = 0;
        for (const Given& each : given)
            sum += each.partial ? each.segments : 0; // others are ARP's
        return sum;
    }
    /// The generator's first `bytes`.
    static std::string characters(std::size_t bytes) {
        std::string text;
        for (unsigned line = 0; text.size() < bytes; line++) {
            for (unsigned column = 0; column < 72; column++)
                text += static_cast<char>(32 + (line + column) % 95);
            text += "\r\n";
        }
        return text.substr(0, bytes);
    }
    /// Data that comes without another word of ours.
    std::size_t bytes_under_way(const Conversation& with) {
        std::size_t bytes = 0;
        while (const auto segment = next(with.own_port, 100))
            bytes += segment->data.size();
        return bytes;
    }
    /// As a peer that acknowledges all that has come at once.
    std::string hear_in_bulk(Conversation& with, std::size_t bytes) {
        std::string heard;
        while (heard.size() < bytes) {
            auto segment = next(with);
            if (!segment)
                break;
            for (; segment; segment = next(with.own_port, 0)) {
                EXPECT_EQ(segment->header.sequence, with.expected);
                heard += segment->data;
                with.expected += static_cast<uint32_t>(segment->data.size());
            }
            send(with, flag::ack);
        }
        return heard;
    }
    /// As one that throws away what comes behind a gap.
    std::string hear_in_order(Conversation& with, std::size_t bytes) {
        std::string heard;
        for (unsigned i = 0; i < 2000 && heard.size() < bytes; i++)
            if (const auto segment = next(with)) {
                if (segment->header.sequence == with.expected) {
                    heard += segment->data;
                    with.expected += static_cast<uint32_t>(segment->data.size());
                }
                send(with, flag::ack);
            }
        return heard;
    }

  private:
    kernel::NetDeviceOperations operations_{};
};

TEST_F(LargeSend, AStreamLeavesInLargePackets) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    const std::string heard = hear_in_bulk(with, 1'000'000);
    EXPECT_TRUE(heard == characters(heard.size()));
    EXPECT_GE(most_segments(), 22u) << "half a send buffer";
    for (const Given& each : given)
        EXPECT_TRUE(each.partial && (each.gso_size == 0 || each.gso_size == full_segment) &&
                    each.payload % full_segment == 0);
    drop(with);
    EXPECT_EQ(watch.all_drops(), 0u);
}

TEST_F(LargeSend, ASenderBeginsAtOnce) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    EXPECT_TRUE(next(with.own_port, 8)) << "not when a second has passed";
    drop(with);
}

TEST_F(LargeSend, EachSegmentCounts) {
    const int64_t before = counter(Tcp::OutSegs);
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 300'000);
    const int64_t segments = segments_left();
    EXPECT_EQ(counter(Tcp::OutSegs) - before, segments);
    EXPECT_EQ(counter(Tcp::RetransSegs), 0);
    EXPECT_LT(watch(net::Ip::OutRequests), static_cast<uint64_t>(segments)) << "a large packet is one to IP";
    drop(with);
}

/// They come before the TCP thread looks at any.
TEST_F(LargeSend, AcknowledgmentsInARowBecomeOne) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    while (next(with.own_port, 8)) {
    }
    const auto acknowledge = [&](uint32_t bytes) {
        harness::Tcp tcp = header_of(with, flag::ack);
        tcp.acknowledgment += bytes;
        const auto ip = header(harness::ip_protocol::tcp);
        receive(from_peer(ip, harness::tcp(ip, tcp, {})));
    };
    const auto coalesced = [&](const std::vector<uint32_t>& all) {
        const uint64_t before = watch(net::TcpExt::TCPBacklogCoalesce);
        {
            kernel::BhGuard guard;
            for (const uint32_t bytes : all)
                acknowledge(bytes);
        }
        pass_ms(8);
        return watch(net::TcpExt::TCPBacklogCoalesce) - before;
    };
    const std::size_t queued = connections()[0].send_queue;
    EXPECT_EQ(coalesced({1460, 2920, 4380}), 2u);
    EXPECT_EQ(connections()[0].send_queue, queued - 4380) << "the last one counts";
    EXPECT_EQ(coalesced({4380, 4380, 4380}), 0u) << "duplicates ask for a retransmission";
    EXPECT_GE(counter(Tcp::RetransSegs), 1);
    EXPECT_EQ(coalesced({5840, 4380}), 0u) << "an old one";
    drop(with);
}

TEST_F(LargeSend, SwitchedOff) {
    kernel::dev_change_features(device, feature::tx_tcp_segmentation, 0);
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    const std::string heard = hear_in_bulk(with, 200'000);
    EXPECT_TRUE(heard == characters(heard.size()));
    EXPECT_EQ(most_segments(), 1u);
    EXPECT_TRUE(given.back().partial) << "the sum is still the card's";
    kernel::dev_change_features(device, feature::tx_checksum_ipv4, 0);
    hear_in_bulk(with, 200'000);
    EXPECT_FALSE(given.back().partial);
    drop(with);
}

TEST_F(LargeSend, WhatIsLostIsSentAgain) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    EXPECT_EQ(counter(Tcp::RetransSegs), 0);
    forget(); // all that is under way
    const std::string heard = hear_in_order(with, 100'000);
    EXPECT_GE(heard.size(), 100'000u);
    EXPECT_GE(counter(Tcp::RetransSegs), 1);
    const std::string all = characters(2'000'000);
    EXPECT_NE(all.find(heard), std::string::npos);
    drop(with);
}

TEST_F(LargeSend, EveryByteComesBackInSpiteOfLoss) {
    std::string data(300'000, ' ');
    for (std::size_t i = 0; i < data.size(); i++)
        data[i] = static_cast<char>(i * 7 + i / 251);
    const auto ip = header(harness::ip_protocol::tcp);
    harness::LossyClient client(ip, 40000, echo_port, data, {5, 5, true});
    ASSERT_TRUE(converse(client, ip));
    EXPECT_TRUE(client.heard() == data);
    EXPECT_GE(most_segments(), 2u);
    EXPECT_EQ(counter(Tcp::OutSegs) + counter(Tcp::RetransSegs), segments_left()) << "cut where TCP did";
    send_raw(client.reset());
    forget();
}

/// 4380 bytes at first (RFC 5681 3.1), and two segments more for each acknowledgment.
TEST_F(LargeSend, TheCongestionWindowIsCountedInSegments) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    EXPECT_EQ(bytes_under_way(with), 2 * full_segment + full_segment) << "a part of what was written at once";
    with.expected += 3 * full_segment;
    send(with, flag::ack);
    const std::size_t then = bytes_under_way(with);
    EXPECT_GE(then, 4 * full_segment);
    EXPECT_LE(then, 6 * full_segment);
    EXPECT_EQ(then % full_segment, 0u);
    drop(with);
}

TEST_F(LargeSend, DuplicateAcknowledgmentsAskForOneSegment) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    forget();
    with.expected += 3 * full_segment; // in the middle of a large one
    send(with, flag::ack);
    forget();
    const int64_t before = counter(Tcp::RetransSegs);
    for (unsigned i = 0; i < 3; i++)
        send(with, flag::ack);
    EXPECT_EQ(counter(Tcp::RetransSegs) - before, 1);
    const auto first = next(with.own_port, 8);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->header.sequence, with.expected);
    EXPECT_EQ(first->data.size(), full_segment);
    drop(with);
}

TEST_F(LargeSend, ATimeoutIsAnsweredFromWhatIsMissingWithOneSegment) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    forget();
    with.expected += 3 * full_segment;
    send(with, flag::ack);
    forget();
    const int64_t before = counter(Tcp::RetransSegs);
    const auto first = next(with);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->header.sequence, with.expected);
    EXPECT_EQ(bytes_under_way(with) + first->data.size(), full_segment);
    EXPECT_EQ(counter(Tcp::RetransSegs) - before, 1);
    with.expected += full_segment;
    send(with, flag::ack);
    EXPECT_EQ(bytes_under_way(with), 2 * full_segment) << "slow start";
    EXPECT_EQ(counter(Tcp::RetransSegs) - before, 3);
    drop(with);
}

TEST_F(LargeSend, ATimeoutAfterDuplicatesThatDidNotHelp) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    forget();
    for (unsigned i = 0; i < 3; i++)
        send(with, flag::ack);
    forget();
    ASSERT_TRUE(next(with));
    with.expected += full_segment;
    send(with, flag::ack);
    EXPECT_GE(bytes_under_way(with), 2 * full_segment) << "it takes the rest for sent";
    drop(with);
}

TEST_F(LargeSend, DuplicatesDoNotOpenAWindow) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    forget();
    with.expected += full_segment;
    with.window = 500;
    send(with, flag::ack);
    for (unsigned i = 0; i < 3; i++)
        send(with, flag::ack);
    EXPECT_EQ(bytes_under_way(with), 0u);
    pass_ms(10'000); // the timeout
    with.window = 65000;
    send(with, flag::ack);
    EXPECT_GE(hear_in_order(with, 100'000).size(), 100'000u);
    drop(with);
}

TEST_F(LargeSend, AWindowIsFilledWithWholeSegments) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    with.expected += static_cast<uint32_t>(bytes_under_way(with));
    with.window = 10'000;
    send(with, flag::ack);
    EXPECT_EQ(bytes_under_way(with), 6 * full_segment);
    drop(with);
}

TEST_F(LargeSend, TheEndOfTheStreamIsOnItsLastSegment) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    with.expected += static_cast<uint32_t>(bytes_under_way(with));
    with.window = 0; // what is written from now on waits, and gets the FIN
    send(with, flag::ack);
    send(with, flag::ack | flag::fin);
    with.sequence++;
    forget();
    with.window = 22 * full_segment;
    send(with, flag::ack);
    EXPECT_EQ(bytes_under_way(with), with.window);
    with.expected += with.window;
    with.window = 500; // less than a segment: lwIP splits
    send(with, flag::ack);
    const auto little = next(with);
    ASSERT_TRUE(little);
    EXPECT_EQ(little->data.size(), 500u);
    EXPECT_FALSE(little->has(flag::fin));
    with.expected += 500;
    with.window = 65000;
    std::vector<Segment> segments;
    for (bool new_ones = true; new_ones;) {
        send(with, flag::ack); // in the end all but the FIN
        new_ones = false;
        while (const auto segment = next(with.own_port, 8)) {
            EXPECT_EQ(segment->header.sequence, with.expected);
            EXPECT_TRUE(segments.empty() || !segments.back().has(flag::fin)) << "the end was not the end";
            with.expected += static_cast<uint32_t>(segment->data.size());
            segments.push_back(*segment);
            new_ones = true;
        }
    }
    EXPECT_TRUE(segments.back().has(flag::fin));
    EXPECT_EQ(with.expected - little->header.sequence, 22 * full_segment);
    const auto again = next(with);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->has(flag::fin));
    EXPECT_EQ(again->data, "");
    with.expected++;
    send(with, flag::ack);
}

TEST_F(LargeSend, WithoutMemoryInOnePieceItLeavesInSeveral) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    with.expected += static_cast<uint32_t>(bytes_under_way(with));
    static unsigned allocations;
    allocations = 0;
    given.clear();
    kernel::packet_pool_fail_when([] {
        // 1 is for what we send, 2 for the large packet, 3 and 4 for a piece of it and on the wire, 5 for
        // another
        return ++allocations == 2 || allocations == 5;
    });
    send(with, flag::ack);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_GE(allocations, 5u);
    EXPECT_EQ(given[0].segments, 1u);
    const std::string heard = hear_in_order(with, 100'000); // there was no memory for some of them
    EXPECT_GE(heard.size(), 100'000u);
    EXPECT_NE(characters(2'000'000).find(heard), std::string::npos);
    drop(with);
}

TEST_F(LargeSend, WithMemoryInSmallPiecesOnlyLwipGetsItInSeveral) {
    std::vector<void*> eaten;
    while (void* piece = mem_malloc(2048))
        eaten.push_back(piece);
    for (std::size_t i = 0; i < eaten.size(); i += 2)
        mem_free(std::exchange(eaten[i], nullptr));
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    const std::string heard = hear_in_bulk(with, 100'000);
    EXPECT_GE(heard.size(), 100'000u);
    EXPECT_TRUE(heard == characters(heard.size()));
    drop(with);
    for (void* piece : eaten)
        if (piece)
            mem_free(piece);
}

/// What the window has room for cannot be cut off then.
TEST_F(LargeSend, WithoutMemoryOfLwipItWaits) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    with.expected += static_cast<uint32_t>(bytes_under_way(with));
    with.window = 0;
    send(with, flag::ack);
    std::vector<void*> eaten;
    for (const unsigned bytes : {65'536u, 4096u, 64u})
        while (void* piece = mem_malloc(bytes))
            eaten.push_back(piece);
    with.window = 10'000;
    send(with, flag::ack);
    pass_ms(10'000);
    for (void* piece : eaten)
        mem_free(piece);
    with.window = 65'000;
    const std::string heard = hear_in_bulk(with, 100'000);
    EXPECT_GE(heard.size(), 100'000u);
    drop(with);
}

/// A receiver that keeps what comes behind a gap, says so by duplicates, acknowledges late at times, and has
/// a window of changing size.
TEST_F(LargeSend, AStreamSurvivesALossyWayWithAChangingWindow) {
    constexpr unsigned seeds = 40, acknowledges_within_ms = 200;
    const std::string all = characters(600'000);
    for (unsigned seed = 1; seed <= seeds; seed++) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const uint16_t segment_size = seed % 3 == 0 ? 200 : seed % 3 == 1 ? full_segment : 536;
        Conversation with = connect(chargen_port, static_cast<uint16_t>(42000 + seed), 65000, segment_size);
        const uint32_t first = with.expected;
        std::map<uint32_t, std::string> behind_gap;
        std::string heard;
        bool has_to_acknowledge = false;
        for (unsigned silence = 0; heard.size() < 500'000 && silence < 200;) {
            const auto segment = next(with.own_port, acknowledges_within_ms);
            if (!segment) {
                silence++;
                if (has_to_acknowledge || with.window < 65000) {
                    with.window = 65000;
                    send(with, flag::ack);
                }
                has_to_acknowledge = false;
                continue;
            }
            silence = 0;
            if (random() % 100 < 4)
                continue;
            behind_gap.emplace(segment->header.sequence - first, segment->data);
            while (!behind_gap.empty() && behind_gap.begin()->first <= heard.size()) {
                const auto [at, data] = *behind_gap.begin();
                behind_gap.erase(behind_gap.begin());
                if (at + data.size() > heard.size())
                    heard += data.substr(heard.size() - at);
            }
            with.expected = first + static_cast<uint32_t>(heard.size());
            if (random() % 50 == 0)
                with.window = static_cast<uint16_t>(random() % 3 == 0 ? random() % 3000 : 65000);
            has_to_acknowledge = random() % 3 == 0 && behind_gap.empty();
            if (!has_to_acknowledge)
                send(with, flag::ack);
        }
        EXPECT_GE(heard.size(), 500'000u) << "it came to a halt";
        EXPECT_TRUE(heard == all.substr(0, heard.size()));
        drop(with);
    }
}

TEST_F(LargeSend, ALittleLeavesAtOnce) {
    Conversation with = connect();
    say(with, "now");
    EXPECT_GE(sent_count(), 1u) << "it waited for something";
    EXPECT_EQ(hear(with, 3), "now");
    EXPECT_EQ(most_segments(), 1u);
    drop(with);
}

TEST_F(LargeSend, TinySegmentsAtThePeersWish) {
    for (const uint16_t size : {1, 88}) {
        given.clear();
        Conversation with = connect(chargen_port, static_cast<uint16_t>(41000 + size), 65000, size);
        const std::string heard = hear_in_bulk(with, 20u * size);
        EXPECT_TRUE(heard == characters(heard.size()));
        for (const Given& each : given)
            EXPECT_LE(each.gso_size, size);
        EXPECT_GE(most_segments(), 2u);
        drop(with);
    }
}

TEST_F(LargeSend, AClosedWindowIsNotExceeded) {
    Conversation with = connect(chargen_port, 40000, 5000, full_segment);
    std::size_t came = 0;
    while (const auto segment = next(with.own_port, 100))
        came += segment->data.size();
    EXPECT_GT(came, 0u);
    EXPECT_LE(came, 5000u);
    drop(with);
}

TEST_F(LargeSend, ASmallerMtuIsKeptTo) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    device.mtu = 600;
    forget();
    given.clear();
    pass_ms(5000); // what was lost is sent again, in fragments
    std::size_t frames = 0;
    while (const auto frame = sent()) {
        EXPECT_LE(frame->size(), 614u);
        frames++;
    }
    EXPECT_GE(frames, 2u);
    for (const Given& each : given)
        EXPECT_FALSE(each.partial) << "fragments have their sums already";
    drop(with);
}

TEST_F(LargeSend, WaitsForTheNeighboursAddressInOrder) {
    Conversation with = connect(chargen_port, 40000, 65000, full_segment);
    hear_in_bulk(with, 200'000);
    {
        kernel::BhGuard guard;
        net::neighbours().flush(&device);
    }
    const std::string heard = hear_in_bulk(with, 100'000);
    EXPECT_GE(heard.size(), 100'000u);
    EXPECT_NE(characters(2'000'000).find(heard), std::string::npos);
    drop(with);
}

} // namespace
