// SPDX-License-Identifier: GPL-2.0-or-later
// The card: configuration space, bus master, wire.
#include "card.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "arch/clock.h"
#include "chip/eeprom_image.h"

namespace cosim {
namespace {

using namespace i8255x;

constexpr uint32_t register_window = 0xfeb0'0000;
constexpr uint32_t window_bytes = 4096;
constexpr uint32_t command_memory = 2;
constexpr uint64_t command_unit_delay_ns = 1000; // between the command and its execution

const Variant& variant_named(std::string_view name) {
    const Variant* variant = find_variant(name);
    if (!variant)
        throw std::invalid_argument("no such chip");
    return *variant;
}

} // namespace

Card::Card(const CardOptions& options) : options_(options) {
    const Variant& variant = variant_named(options.chip);
    bar0 = register_window + options.slot * window_bytes;
    config_[0] = uint32_t{variant.device_id} << 16 | 0x8086;
    config_[2] = 0x0200'0000u | variant.revision;
    config_[15] = 0x0100u | options.irq;
    eeprom.resize(options.eeprom_words);
    build_eeprom(eeprom, variant, options.mac);
    power_on();
    hosted::plug(address(), *this, bar0, window_bytes);
}

Card::~Card() {
    hosted::unplug(*this);
    set_interrupt(false);
    for (unsigned i = 0; i < timer_count; i++)
        cancel_timer(static_cast<Timer>(i));
    if (command_unit_run_)
        hosted::cancel(*command_unit_run_);
}

void Card::power_on() {
    chip_ = std::make_unique<Chip>(*this, variant_named(options_.chip), ChipOptions{.eeprom = eeprom});
    chip_->link_changed(true);
}

void Card::receive(const Frame& frame) { chip_->receive(frame); }

uint32_t Card::mmio_read(uint32_t offset, unsigned width) {
    if (!(config_[1] & command_memory))
        return 0xffffffff;
    uint32_t value = chip_->csr_read(offset, width);
    if (on_read)
        on_read(offset, value);
    return value;
}

void Card::mmio_write(uint32_t offset, unsigned width, uint32_t value) {
    if (!(config_[1] & command_memory) || (on_write && on_write(offset, value)))
        return;
    chip_->csr_write(offset, width, value);
}

uint32_t Card::config_read(uint8_t offset) { return offset == 0x10 ? bar0 : config_[offset / 4]; }

void Card::config_write(uint8_t offset, uint32_t value) {
    if (offset == 0x04)
        config_[1] = value & 0x157;
}

std::span<std::byte> Card::reach(uint32_t address, std::size_t bytes) {
    if (!bus_master() || refuse_dma)
        return {};
    const auto memory = hosted::ram(address, bytes);
    dma_outside_ram += memory.empty();
    return memory;
}

bool Card::dma_read(uint32_t address, std::span<uint8_t> into) {
    const auto memory = reach(address, into.size());
    std::ranges::fill(into, uint8_t{0});
    if (!memory.empty())
        std::memcpy(into.data(), memory.data(), into.size());
    return !memory.empty();
}

bool Card::dma_write(uint32_t address, std::span<const uint8_t> from) {
    const auto memory = reach(address, from.size());
    if (!memory.empty())
        std::memcpy(memory.data(), from.data(), from.size());
    return !memory.empty();
}

void Card::set_interrupt(bool asserted) {
    interrupt_ = asserted;
    hosted::drive_irq(options_.irq, this, asserted);
}

void Card::send(std::span<const std::span<const uint8_t>> parts) {
    Frame frame;
    for (const auto part : parts)
        frame.insert(frame.end(), part.begin(), part.end());
    sent.push_back(std::move(frame));
}

int64_t Card::now_ns() { return static_cast<int64_t>(arch::now_ns()); }

void Card::arm_timer(Timer timer, int64_t deadline_ns) {
    cancel_timer(timer);
    auto& handle = timers_[static_cast<std::size_t>(timer)];
    handle = hosted::at(static_cast<uint64_t>(deadline_ns), [this, timer] {
        timers_[static_cast<std::size_t>(timer)].reset();
        chip_->timer_fired(timer);
    });
}

void Card::cancel_timer(Timer timer) {
    auto& handle = timers_[static_cast<std::size_t>(timer)];
    if (handle)
        hosted::cancel(*handle);
    handle.reset();
}

void Card::schedule_command_unit() {
    if (command_unit_stuck || command_unit_run_)
        return;
    command_unit_run_ = hosted::at(arch::now_ns() + command_unit_delay_ns, [this] {
        command_unit_run_.reset();
        chip_->run_command_unit();
    });
}

void Card::guest_error(const char* what, uint32_t value) {
    guest_errors.push_back(std::string(what) + " " + std::to_string(value));
}

void Card::show(TraceEvent event, uint32_t a, uint32_t b) {
    counts_[static_cast<std::size_t>(event)]++;
    if (event == TraceEvent::RxDrop)
        drops_[a]++;
    if (record)
        events.push_back({arch::now_ns(), event, a, b});
    if (on_event)
        on_event(event);
}

} // namespace cosim
