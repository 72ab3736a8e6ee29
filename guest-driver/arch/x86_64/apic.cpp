// SPDX-License-Identifier: GPL-2.0-or-later
// Local APIC (SDM volume 3, chapter 10) and 82093AA I/O APIC.
#include "arch/x86_64/apic.h"

#include <algorithm>

#include "arch/cpu.h"
#include "arch/mmio.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/port_io.h"
#include "kernel/spinlock.h"

namespace {

namespace local {
// Register offsets.
constexpr uint32_t id = 0x20, task_priority = 0x80, end_of_interrupt = 0xb0, spurious = 0xf0,
                   command_low = 0x300, command_high = 0x310, timer_vector = 0x320, lint0 = 0x350,
                   lint1 = 0x360, error_vector = 0x370, initial_count = 0x380, current_count = 0x390,
                   divide = 0x3e0;
constexpr uint32_t software_enable = 1 << 8, masked = 1 << 16;
constexpr uint32_t delivery_fixed = 0 << 8, delivery_nmi = 4 << 8, delivery_init = 5 << 8,
                   delivery_startup = 6 << 8;
constexpr uint32_t command_pending = 1 << 12, level_assert = 1 << 14;
constexpr uint32_t divide_by_16 = 0x3;
constexpr uint32_t msr_base = 0x1b;
constexpr uint64_t msr_enable = 1 << 11;
} // namespace local

arch::Mmio local_apic() { return arch::Mmio(x86::acpi().local_apic); }

/// An interrupt in between would send its own. The order of the two registers' writes is the protocol (SDM
/// volume 3, 10.6.1).
void send(uint8_t apic_id, uint32_t command) {
    arch::IrqGuard guard;
    const arch::Mmio apic = local_apic();
    while (apic.read32(local::command_low) & local::command_pending)
        arch::relax();
    apic.write32(local::command_high, uint32_t{apic_id} << 24);
    apic.write32(local::command_low, command | local::level_assert);
}

constexpr unsigned max_inputs = x86::line_vectors;
constexpr uint32_t redirection_masked = 1 << 16, redirection_level = 1 << 15,
                   redirection_active_low = 1 << 13;
kernel::SpinLock io_apic_lock; // index and data register belong together

struct IoApic {
    arch::Mmio registers;
    unsigned first_input = 0, inputs = 0;

    static constexpr uint32_t index = 0x00, data = 0x10;
    static constexpr uint8_t version = 0x01, redirection = 0x10;
    uint32_t read(uint8_t number) const {
        registers.write32(index, number);
        return registers.read32(data);
    }
    void write(uint8_t number, uint32_t value) const {
        registers.write32(index, number);
        registers.write32(data, value);
    }
    uint8_t low_half(unsigned input) const {
        return static_cast<uint8_t>(redirection + 2 * (input - first_input));
    }
    void write_destination(unsigned input, uint8_t apic_id) const {
        write(static_cast<uint8_t>(low_half(input) + 1), uint32_t{apic_id} << 24);
    }
};
std::array<IoApic, 4> io_apics;
std::size_t io_apic_count = 0;

const IoApic* io_apic_of(unsigned input) {
    for (std::size_t i = 0; i < io_apic_count; i++)
        if (input >= io_apics[i].first_input && input - io_apics[i].first_input < io_apics[i].inputs)
            return &io_apics[i];
    return nullptr;
}

void add_io_apic(uint32_t address, unsigned first_input) {
    IoApic& added = io_apics[io_apic_count++];
    added = {arch::Mmio(address), first_input, 0};
    const unsigned inputs = (added.read(IoApic::version) >> 16 & 0xff) + 1;
    added.inputs = first_input < max_inputs ? std::min(inputs, max_inputs - first_input) : 0;
    for (unsigned input = first_input; input < first_input + added.inputs; input++)
        added.write(added.low_half(input), redirection_masked);
}

/// The 8259s stay masked; their vectors are moved away from the exceptions for spurious interrupts' sake.
void silence_legacy_controllers() {
    constexpr uint16_t master = 0x20, slave = 0xa0;
    constexpr uint8_t initialise = 0x11, mode_8086 = 0x01, all = 0xff;
    x86::out8(master, initialise);
    x86::out8(slave, initialise);
    x86::out8(master + 1, x86::legacy_vector);
    x86::out8(slave + 1, x86::legacy_vector + 8);
    x86::out8(master + 1, 4); // slave at input 2
    x86::out8(slave + 1, 2);
    x86::out8(master + 1, mode_8086);
    x86::out8(slave + 1, mode_8086);
    x86::out8(master + 1, all);
    x86::out8(slave + 1, all);
}

} // namespace

namespace x86 {

void interrupt_controllers_init() {
    silence_legacy_controllers();
    for (std::size_t i = 0; i < acpi().io_apic_count; i++)
        add_io_apic(acpi().io_apics[i].address, acpi().io_apics[i].first_input);
    constexpr uint32_t customary_io_apic = 0xfec00000;
    if (io_apic_count == 0)
        add_io_apic(customary_io_apic, 0);
}

void local_apic_init() {
    write_msr(local::msr_base, read_msr(local::msr_base) | local::msr_enable);
    const arch::Mmio apic = local_apic();
    apic.write32(local::task_priority, 0);
    apic.write32(local::timer_vector, local::masked);
    apic.write32(local::lint0, local::masked);
    apic.write32(local::lint1, local::delivery_nmi);
    apic.write32(local::error_vector, local::masked);
    apic.write32(local::spurious, local::software_enable | spurious_vector);
    apic.write32(local::divide, local::divide_by_16);
}

uint8_t local_apic_id() { return static_cast<uint8_t>(local_apic().read32(local::id) >> 24); }
void local_apic_end_of_interrupt() { local_apic().write32(local::end_of_interrupt, 0); }

void local_apic_send_interrupt(uint8_t apic_id, uint8_t vector) {
    send(apic_id, local::delivery_fixed | vector);
}
void local_apic_send_nmi(uint8_t apic_id) { send(apic_id, local::delivery_nmi); }
void local_apic_send_init(uint8_t apic_id) { send(apic_id, local::delivery_init); }
void local_apic_send_startup(uint8_t apic_id, uint8_t page) { send(apic_id, local::delivery_startup | page); }

void local_apic_timer_start_silent(uint32_t count) {
    local_apic().write32(local::timer_vector, local::masked | timer_vector);
    local_apic().write32(local::initial_count, count);
}

uint32_t local_apic_timer_count() { return local_apic().read32(local::current_count); }

void local_apic_timer_unmask() { local_apic().write32(local::timer_vector, timer_vector); }
void local_apic_timer_start(uint32_t count) { local_apic().write32(local::initial_count, count); }

unsigned io_apic_inputs() {
    unsigned end = 0;
    for (std::size_t i = 0; i < io_apic_count; i++)
        end = std::max(end, io_apics[i].first_input + io_apics[i].inputs);
    return end;
}

void io_apic_route(unsigned input, uint8_t vector, Trigger trigger, Polarity polarity, uint8_t apic_id) {
    const IoApic* io_apic = io_apic_of(input);
    if (!io_apic)
        return;
    kernel::IrqSpinGuard guard(io_apic_lock);
    const uint32_t low = vector | redirection_masked | (trigger == Trigger::Level ? redirection_level : 0) |
                         (polarity == Polarity::ActiveLow ? redirection_active_low : 0);
    io_apic->write(io_apic->low_half(input), low);
    io_apic->write_destination(input, apic_id);
}

// The vector stays, so that the end of an interrupt that another CPU still serves finds the input.
void io_apic_move(unsigned input, uint8_t apic_id) {
    const IoApic* io_apic = io_apic_of(input);
    if (!io_apic)
        return;
    kernel::IrqSpinGuard guard(io_apic_lock);
    io_apic->write_destination(input, apic_id);
}

void io_apic_mask(unsigned input, bool masked) {
    const IoApic* io_apic = io_apic_of(input);
    if (!io_apic)
        return;
    kernel::IrqSpinGuard guard(io_apic_lock);
    const uint32_t low = io_apic->read(io_apic->low_half(input));
    io_apic->write(io_apic->low_half(input), masked ? low | redirection_masked : low & ~redirection_masked);
}

} // namespace x86
