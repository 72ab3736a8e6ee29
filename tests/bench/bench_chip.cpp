// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench_chip.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bench {

namespace {

using namespace i8255x;

constexpr uint32_t blocks = 0x1000, receive_area = 0x100000, transmit_area = 0x200000, frames = 0x400000;
constexpr std::array<uint8_t, 6> station = {0x02, 0, 0, 0, 0, 1};

/// What Linux's driver configures on an 82559.
constexpr std::array<uint8_t, 22> configuration = {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07,
                                                   0x01, 0x00, 0x2e, 0x00, 0x60, 0x00, 0xf2, 0x48,
                                                   0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};

} // namespace

std::vector<uint8_t> frame_of(std::size_t bytes) {
    std::vector<uint8_t> frame(bytes);
    std::iota(frame.begin(), frame.end(), uint8_t{0});
    std::ranges::copy(station, frame.begin());
    std::ranges::copy(std::array<uint8_t, 8>{0x02, 0, 0, 0, 0, 2, 0x08, 0x00}, frame.begin() + 6);
    return frame;
}

BenchChip::BenchChip() : chip_(host_, *find_variant(default_variant), {}) {
    chip_.link_changed(true);
    configure();
    start_receiver();
}

ReceiveFrameDescriptor& BenchChip::first_descriptor() {
    return host_.at<ReceiveFrameDescriptor>(receive_area);
}

void BenchChip::run_command(uint32_t block) {
    chip_.csr_write(csr::general_pointer, 4, block);
    chip_.csr_write(csr::scb_command, 1, static_cast<uint32_t>(CuCommand::Start));
    while (std::exchange(host_.command_unit_due, false))
        chip_.run_command_unit();
}

void BenchChip::configure() {
    const auto command = [&](Opcode opcode, std::span<const uint8_t> data) {
        auto& block = host_.at<CommandBlock>(blocks);
        block = {};
        block.command = static_cast<uint16_t>(static_cast<uint16_t>(opcode) | cb_command::end_of_list);
        std::ranges::copy(data, host_.memory.begin() + blocks + sizeof block);
        run_command(blocks);
    };
    command(Opcode::Configure, configuration);
    command(Opcode::IndividualAddress, station);
}

void BenchChip::start_receiver() {
    for (unsigned i = 0; i < ring; i++) {
        auto& descriptor = host_.at<ReceiveFrameDescriptor>(receive_area + i * slot_bytes);
        descriptor.link = receive_area + (i + 1) % ring * slot_bytes;
        descriptor.rbd = no_rbd;
        descriptor.size = 1522;
    }
    chip_.csr_write(csr::general_pointer, 4, receive_area);
    chip_.csr_write(csr::scb_command, 1, static_cast<uint32_t>(RuCommand::Start));
}

void BenchChip::prepare_transmit(std::size_t frame_bytes) {
    for (unsigned i = 0; i < ring; i++) {
        const uint32_t address = transmit_area + i * static_cast<uint32_t>(sizeof(ExtendedTransmitCb));
        auto& block = host_.at<ExtendedTransmitCb>(address);
        block = {};
        block.standard.header.command =
            static_cast<uint16_t>(static_cast<uint16_t>(Opcode::Transmit) | cb_command::flexible |
                                  (i + 1 == ring ? cb_command::end_of_list : 0));
        block.standard.header.link = address + static_cast<uint32_t>(sizeof block);
        block.standard.tbd_array = address + static_cast<uint32_t>(sizeof(TransmitCb));
        block.standard.threshold = 0xe0;
        block.standard.tbd_number = 1;
        block.inline_tbds[0].address = frames + i * slot_bytes;
        block.inline_tbds[0].size = static_cast<uint32_t>(frame_bytes);
        std::ranges::copy(frame_of(frame_bytes), host_.memory.begin() + frames + i * slot_bytes);
    }
}

void BenchChip::transmit_all() { run_command(transmit_area); }

} // namespace bench
