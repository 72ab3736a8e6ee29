// SPDX-License-Identifier: GPL-2.0-or-later
// A chip without QEMU around it, set up as Linux's driver does, in a memory that costs what a memcpy costs.
#pragma once

#include <array>
#include <cstring>
#include <vector>

#include "chip/chip.h"
#include "chip/variants.h"
#include "i8255x/command_block.h"
#include "i8255x/configuration.h"
#include "i8255x/csr.h"
#include "i8255x/rfd.h"

namespace bench {

/// Memory, and a clock that stands still.
class FlatHost final : public i8255x::Host {
  public:
    static constexpr std::size_t memory_bytes = 8 << 20;
    std::vector<uint8_t> memory = std::vector<uint8_t>(memory_bytes);
    bool command_unit_due = false;
    uint64_t sent_bytes = 0;

    template <typename T> T& at(uint32_t address) { return *reinterpret_cast<T*>(memory.data() + address); }

    bool dma_read(uint32_t address, std::span<uint8_t> into) override {
        if (address > memory_bytes - into.size())
            return false;
        std::memcpy(into.data(), memory.data() + address, into.size());
        return true;
    }
    bool dma_write(uint32_t address, std::span<const uint8_t> from) override {
        if (address > memory_bytes - from.size())
            return false;
        std::memcpy(memory.data() + address, from.data(), from.size());
        return true;
    }
    void write_barrier() override {}
    void set_interrupt(bool) override {}
    void set_pme(bool) override {}
    void send(std::span<const std::span<const uint8_t>> parts) override {
        for (const auto part : parts)
            sent_bytes += part.size();
    }
    void receive_possible() override {}
    int64_t now_ns() override { return 0; }
    void arm_timer(i8255x::Timer, int64_t) override {}
    void cancel_timer(i8255x::Timer) override {}
    void schedule_command_unit() override { command_unit_due = true; }
    void eeprom_changed(unsigned, uint16_t) override {}
    void guest_error(const char*, uint32_t) override {}
    void show(i8255x::TraceEvent, uint32_t, uint32_t) override {}
};

class BenchChip {
  public:
    static constexpr unsigned ring = 256; ///< receive descriptors, in a circle; command blocks, in a list
    static constexpr uint32_t slot_bytes = 2048;

    BenchChip();
    i8255x::Chip& chip() { return chip_; }
    FlatHost& host() { return host_; }

    /// At least one frame.
    bool received() { return (first_descriptor().status & i8255x::rfd_status::complete) != 0; }

    /// `ring` transmit commands for frames of that size are in memory.
    void prepare_transmit(std::size_t frame_bytes);
    /// The command unit runs that list from its beginning to its end.
    void transmit_all();

  private:
    i8255x::ReceiveFrameDescriptor& first_descriptor();
    void run_command(uint32_t block);
    void configure();
    void start_receiver();

    FlatHost host_;
    i8255x::Chip chip_;
};

/// To the chip's address.
std::vector<uint8_t> frame_of(std::size_t bytes);

} // namespace bench
