// SPDX-License-Identifier: GPL-2.0-or-later
// A PCI card with the real chip on it, plugged into the simulated machine; and knobs that break it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arch/hosted/machine.h"
#include "chip/chip.h"
#include "i8255x/statistics.h"
#include "kernel/net_device.h"

namespace cosim {

using Frame = std::vector<uint8_t>;

/// One step of the chip.
struct ChipEvent {
    uint64_t time_ns;
    i8255x::TraceEvent event;
    uint32_t a, b;
};

struct CardOptions {
    std::string_view chip = i8255x::default_variant;
    unsigned slot = 3; ///< PCI device number
    unsigned irq = 11;
    kernel::MacAddress mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    unsigned eeprom_words = 64;
};

class Card final : public i8255x::Host, public hosted::BusDevice {
  public:
    explicit Card(const CardOptions& options);
    ~Card();

    i8255x::Chip& chip() { return *chip_; }
    arch::PciAddress address() const { return {0, static_cast<uint8_t>(options_.slot), 0}; }
    /// A frame from the wire. Interrupts come in at the next access or passing of time.
    void receive(const Frame& frame);

    uint64_t count(i8255x::TraceEvent event) const { return counts_[static_cast<std::size_t>(event)]; }
    uint64_t dropped(i8255x::Counter counter) const { return drops_[static_cast<std::size_t>(counter)]; }
    std::vector<Frame> sent;
    std::vector<std::string> guest_errors;
    /// Recorded while `record` is true.
    std::vector<ChipEvent> events;
    bool record = false;
    bool bus_master() const { return config_[1] & 4; }
    bool interrupt_asserted() const { return interrupt_; }

    // Faults. The hooks may change what the driver reads, or swallow what it writes (true: swallowed).
    std::function<void(uint32_t offset, uint32_t& value)> on_read;
    std::function<bool(uint32_t offset, uint32_t value)> on_write;
    /// Runs after every step of the chip.
    std::function<void(i8255x::TraceEvent event)> on_event;
    bool refuse_dma = false;
    bool command_unit_stuck = false;
    uint64_t dma_outside_ram = 0;
    std::vector<uint16_t> eeprom; ///< contents before power_on()
    uint32_t bar0;

    /// Builds the chip from `eeprom`; called once by the constructor, again after a change of it.
    void power_on();

    uint32_t mmio_read(uint32_t offset, unsigned width) override;
    void mmio_write(uint32_t offset, unsigned width, uint32_t value) override;
    uint32_t config_read(uint8_t offset) override;
    void config_write(uint8_t offset, uint32_t value) override;

    bool dma_read(uint32_t address, std::span<uint8_t> into) override;
    bool dma_write(uint32_t address, std::span<const uint8_t> from) override;
    void write_barrier() override {}
    void set_interrupt(bool asserted) override;
    void set_pme(bool) override {} // the machine never sleeps
    void send(std::span<const std::span<const uint8_t>> parts) override;
    void receive_possible() override {}
    int64_t now_ns() override;
    void arm_timer(i8255x::Timer timer, int64_t deadline_ns) override;
    void cancel_timer(i8255x::Timer timer) override;
    void schedule_command_unit() override;
    void eeprom_changed(unsigned index, uint16_t value) override { eeprom[index] = value; }
    void guest_error(const char* what, uint32_t value) override;
    void show(i8255x::TraceEvent event, uint32_t a, uint32_t b) override;

  private:
    std::span<std::byte> reach(uint32_t address, std::size_t bytes);

    const CardOptions options_;
    std::array<uint32_t, 64> config_{};
    std::unique_ptr<i8255x::Chip> chip_;
    std::array<uint64_t, 64> counts_{};
    std::array<uint64_t, i8255x::counter_count> drops_{};
    std::array<std::optional<uint64_t>, i8255x::timer_count> timers_;
    std::optional<uint64_t> command_unit_run_;
    bool interrupt_ = false;
};

} // namespace cosim
