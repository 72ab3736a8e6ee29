// SPDX-License-Identifier: GPL-2.0-or-later
// The interrupt controllers: the local APIC of each CPU and the I/O APICs.
#pragma once

#include <cstdint>

namespace x86 {

enum class Trigger : uint8_t { Edge, Level };
enum class Polarity : uint8_t { ActiveHigh, ActiveLow };

/// Silences the legacy 8259s and masks all inputs of the I/O APICs.
void interrupt_controllers_init();
void local_apic_init(); ///< of the calling CPU
uint8_t local_apic_id();
void local_apic_end_of_interrupt();

// Messages from the calling CPU's local APIC to that of the CPU with `apic_id`.
void local_apic_send_interrupt(uint8_t apic_id, uint8_t vector);
void local_apic_send_nmi(uint8_t apic_id);
void local_apic_send_init(uint8_t apic_id);
/// The CPU, which has got an INIT, begins at physical address `page` << 12 in real mode.
void local_apic_send_startup(uint8_t apic_id, uint8_t page);

/// Timer of the calling CPU's local APIC; counts down at the rate that local_apic_timer_count() shows.
void local_apic_timer_start_silent(uint32_t count); ///< without interrupt, for measuring
uint32_t local_apic_timer_count();
void local_apic_timer_unmask(); ///< once, before:
/// One interrupt, after `count` counts; whatever was started before is forgotten.
void local_apic_timer_start(uint32_t count);

/// Number of inputs over all I/O APICs (inputs are global system interrupts).
unsigned io_apic_inputs();
/// Routes `input` to `vector` of the CPU with `apic_id`; masked at first.
void io_apic_route(unsigned input, uint8_t vector, Trigger trigger, Polarity polarity, uint8_t apic_id);
/// From now on the CPU with `apic_id` gets what arrives at `input`.
void io_apic_move(unsigned input, uint8_t apic_id);
void io_apic_mask(unsigned input, bool masked);

} // namespace x86
