// SPDX-License-Identifier: GPL-2.0-or-later
// A command unit with IPCBs, and large sends for it.
#pragma once

#include "harness/ipv4.h"
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t block = 0x12400, array = 0x15000, buffers = 0x2a000;
constexpr uint16_t el = cb_command::end_of_list;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr harness::Ipv4 packet_header = {.source = harness::ip(10, 0, 0, 1),
                                         .destination = harness::ip(10, 0, 0, 2),
                                         .protocol = harness::ip_protocol::tcp};

struct IpcbTest : testing::Test, UnitBench {
    explicit IpcbTest(uint32_t wire_mbps = 0) : UnitBench(Generation::I82550, false, wire_mbps) {}

    struct Fields {
        uint16_t flags = el;
        uint32_t tbd_array = array;
        uint16_t immediate = 0;
        uint16_t threshold_and_number = 0x01e0; ///< or the most payload of a segment
        uint8_t checksums = 0, activation = 0;
        uint32_t tbd_size = 0;
    };
    void put_ipcb(const Fields& fields, uint32_t at = block, uint32_t link = 0) {
        put_block(at, static_cast<uint16_t>(9 | fields.flags), link);
        host.memory.write32(at + 8, fields.tbd_array);
        host.memory.write16(at + 12, fields.immediate);
        host.memory.write16(at + 14, fields.threshold_and_number);
        host.memory.write16(at + 16, 0);
        host.memory.put(at + 18, std::array{fields.checksums, fields.activation});
        host.memory.write16(at + 20, 0x2361); // the tag, high byte first
        host.memory.write16(at + 22, 0);
        host.memory.write32(at + 24, buffers);
        host.memory.write32(at + 28, fields.tbd_size);
    }
    void put_tbd(uint32_t at, uint32_t address, uint32_t size) {
        host.memory.write32(at, address);
        host.memory.write32(at + 4, size);
    }
    Bytes transmit() {
        host.forget();
        EXPECT_TRUE(execute(block));
        EXPECT_EQ(status(block), done);
        EXPECT_EQ(host.sent.size(), 1u);
        return host.sent.empty() ? Bytes{} : host.sent.front();
    }
    void expect_not_sent(NotSent reason) {
        host.forget();
        EXPECT_TRUE(execute(block));
        EXPECT_EQ(status(block), done);
        EXPECT_TRUE(host.sent.empty());
        ASSERT_TRUE(host.traced(TraceEvent::TxDrop));
        EXPECT_EQ(std::ranges::find(host.trace_record, TraceEvent::TxDrop, &FakeHost::Trace::event)->b,
                  static_cast<uint32_t>(reason));
        EXPECT_EQ(host.guest_errors.size(), 1u);
    }
    Bytes frame = make_frame(stranger, ipv4, 100);
};

struct LargeSendTest : IpcbTest {
    using IpcbTest::IpcbTest;

    static constexpr uint32_t first_sequence = 1000;

    /// Headers in a buffer of their own, the payload in pieces of 10000 bytes, as FreeBSD has them.
    void put_large_send(std::size_t payload, uint16_t mss, uint32_t at = block, uint32_t link = 0) {
        Bytes segment = harness::tcp(packet_header, {.sequence = first_sequence}, data(payload));
        const uint16_t seed = harness::pseudo_header_sum(packet_header, harness::ip_protocol::tcp, 20u + mss);
        segment[16] = static_cast<uint8_t>(seed >> 8);
        segment[17] = static_cast<uint8_t>(seed);
        Bytes packet = harness::ipv4(packet_header, Bytes());
        packet[2] = static_cast<uint8_t>((40 + mss) >> 8);
        packet[3] = static_cast<uint8_t>(40 + mss);
        packet.insert(packet.end(), segment.begin(), segment.end());
        const Bytes all = harness::ethernet(stranger, station, ipv4, packet);
        host.memory.put(buffers, all);
        const uint32_t end = link == 0 ? el : 0;
        put_ipcb({.flags = static_cast<uint16_t>(end),
                  .threshold_and_number = mss,
                  .checksums = ipcb::ip_checksum | ipcb::l4_checksum | ipcb::tcp | ipcb::large_send,
                  .activation = ipcb::parse,
                  .tbd_size = 54 | static_cast<uint32_t>(payload) << 16},
                 at, link);
        uint32_t tbd = array;
        for (std::size_t from = 0; from < payload; from += piece, tbd += 8) {
            const std::size_t bytes = std::min(piece, payload - from);
            put_tbd(tbd, static_cast<uint32_t>(buffers + 54 + from),
                    static_cast<uint32_t>(bytes) | (from + piece >= payload ? tbd_end_of_list : 0));
        }
    }
    static Bytes data(std::size_t bytes) {
        Bytes all(bytes);
        for (std::size_t i = 0; i < bytes; i++)
            all[i] = static_cast<uint8_t>(i * 131 >> 4 ^ i);
        return all;
    }
    /// The stream that a receiver puts together from `frames`, all of whose checksums must be right.
    static Bytes received(const std::vector<Bytes>& frames) {
        Bytes stream;
        for (const Bytes& each : frames) {
            const auto view = harness::parse_tcp(each);
            if (!view || view->header.sequence != first_sequence + stream.size()) {
                ADD_FAILURE() << "segment behind " << stream.size();
                break;
            }
            stream.insert(stream.end(), view->data.begin(), view->data.end());
        }
        return stream;
    }
    static constexpr std::size_t piece = 10'000;
};

} // namespace
} // namespace i8255x
