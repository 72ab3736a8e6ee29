// SPDX-License-Identifier: GPL-2.0-or-later
// A chip at the other end of whose wire somebody speaks flow control.
#pragma once

#include "chip_bench.h"

namespace i8255x {

using Bytes = ChipBench::Bytes;

inline constexpr MacAddress control_address = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
inline constexpr int64_t slot_ns = 5120; // 512 bits at 100 Mb/s
inline constexpr std::size_t fc_byte = 19, delay_low_byte = 16, delay_high_byte = 17, priority_byte = 18;
inline constexpr uint8_t obey = 0x80, ignore = 0x84, reject = 0xa0, restart = 0x10, restop = 0x08;

inline Bytes pause_frame(uint16_t slots, const MacAddress& destination = control_address,
                         uint16_t opcode = 1) {
    Bytes frame(destination.begin(), destination.end());
    frame.insert(frame.end(), {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03, 0x88, 0x08});
    for (uint16_t word : {opcode, slots}) {
        frame.push_back(static_cast<uint8_t>(word >> 8));
        frame.push_back(static_cast<uint8_t>(word));
    }
    frame.resize(60);
    return frame;
}

/// The time of a PAUSE frame that our chip sent.
inline int pause_slots(const Bytes& frame) {
    Bytes expected = pause_frame(0);
    std::ranges::copy(ChipBench::mac, expected.begin() + 6);
    expected[16] = frame.at(16);
    expected[17] = frame.at(17);
    EXPECT_EQ(frame, expected);
    return frame.at(16) << 8 | frame.at(17);
}

struct FlowBench : ChipBench {
    explicit FlowBench(std::string_view name = default_variant, uint32_t wire_mbps = 0)
        : ChipBench(name, false, wire_mbps) {
        bring_up();
    }
    void configure(std::initializer_list<std::pair<std::size_t, uint8_t>> changes) {
        Bytes bytes = linux_configuration();
        for (auto [at, value] : changes)
            bytes[at] = value;
        execute(Opcode::Configure, bytes);
        take_stat();
    }
    uint8_t fc_status() { return csr8(csr::fc_command); }
    std::size_t frames_out() const { return host.sent.size(); }
    /// Starts a block with one frame; it may not complete.
    void start_transmit(uint32_t at = area + 0x4000, CuCommand how = CuCommand::Start, uint32_t bytes = 100) {
        put_block(at, cb_command::end_of_list | 4, 0);
        host.memory.write32(at + 8, no_tbd_array);
        host.memory.write32(at + 12, 0x00e08000 | bytes);
        host.memory.put(at + 32, frame_to(control_address, bytes));
        command(how, at);
        host.run_command_unit();
    }
    void start_high_priority_transmit() { start_transmit(area + 0x5000, CuCommand::HpqStart, 64); }
    /// The receive unit stands still and keeps frames.
    void stop_receiver() {
        put_rfd(0x3000, rfd_command::end_of_list, 0, 1522);
        command(RuCommand::Start, 0x3000);
        chip.receive(frame_to(mac));
        ASSERT_EQ(ru(), RuStatus::NoResources);
        host.forget();
    }
};

} // namespace i8255x
