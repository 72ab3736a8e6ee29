// SPDX-License-Identifier: GPL-2.0-or-later
// One card: all the driver knows about it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "arch/irq.h"
#include "arch/mmio.h"
#include "arch/pci.h"
#include "driver/chip_generation.h"
#include "driver/command_list.h"
#include "driver/eeprom.h"
#include "driver/error.h"
#include "driver/microcode.h"
#include "driver/phy.h"
#include "driver/receive_ring.h"
#include "driver/scb.h"
#include "driver/setup_commands.h"
#include "driver/statistics.h"
#include "kernel/ethtool.h"
#include "kernel/mutex.h"
#include "kernel/napi.h"
#include "kernel/net_device.h"
#include "kernel/timer.h"
#include "kernel/work.h"

namespace e100 {

enum class ReceiverState : uint8_t {
    Uninitialised, ///< reset since it ran last
    Suspended,     ///< stopped; may be started
    Running,       ///< as far as the driver knows
};

/// Interrupts by cause, and what else Linux does not count. Written by one context each.
struct DriverCounters {
    uint64_t interrupts = 0, irq_rx = 0, irq_tx = 0, irq_rnr = 0, irq_swi = 0, irq_not_mine = 0;
    uint64_t rx_not_ok = 0;      ///< descriptors completed without OK, or too short to be a frame
    uint64_t rx_over_length = 0; ///< longer than a VLAN tagged frame
    uint64_t rx_recycled = 0;    ///< dropped because no memory could be had for another buffer
    uint64_t rx_skipped = 0;     ///< descriptors the chip passed over
    uint64_t ru_starts = 0;      ///< restarts of the receive unit
    uint64_t tx_timeouts = 0;
};

/// Memory that chip and driver share as long as the card is known.
struct SharedAreas {
    alignas(16) std::array<i8255x::Le32, 2> self_test; ///< PORT areas are 16 byte aligned (SDM 6.2.1)
    DumpArea statistics;
    alignas(16) MicrocodeBlock microcode;
    alignas(16) std::array<i8255x::Le32, i8255x::dump_area_bytes / 4> registers; ///< of the Dump command
};

struct Adapter {
    arch::PciAddress pci{};
    uint16_t device_id = 0;
    uint8_t revision = 0;
    Generation generation = Generation::I82559;
    arch::Mmio registers;

    kernel::CoherentMemory shared;
    Scb scb;
    Eeprom eeprom;
    Phy phy;
    Link link;
    LinkMode link_mode; ///< what the chip is configured for
    std::atomic<uint32_t> message_level{kernel::message::driver | kernel::message::probe |
                                        kernel::message::link};

    kernel::NetDevice device;
    kernel::Napi napi;
    std::array<char, 8> name{};
    std::array<char, 16> bus_info{};

    kernel::Mutex configuration; ///< serialises open, stop and what does both
    std::atomic<bool> running{false};
    unsigned rx_slots = 0, tx_blocks = 0; ///< sizes asked for with set_ring; 0: those of the options
    std::optional<kernel::CoalesceParameters> coalescing; ///< as `ethtool -C` said
    bool legacy = false;                                  ///< DriverKind::Legacy since it came up
    bool bundles = false;                                 ///< microcode was loaded since the last reset
    CommandList commands;
    unsigned commands_since_interrupt = 0;

    kernel::SpinLock poll_lock; ///< the ring's bookkeeping: the poll function's, and of those who look at it
    ReceiveRing receive;
    std::atomic<ReceiverState> receiver{ReceiverState::Uninitialised};
    uint32_t packets_seen = 0;

    Statistics statistics;
    kernel::TimerEvent watchdog;
    kernel::Work reset_work;
    DriverCounters counters;
};

inline constexpr unsigned max_adapters = 8;

inline Adapter& adapter_of(kernel::NetDevice& device) { return *static_cast<Adapter*>(device.driver); }

// probe.cpp
/// Looks at one PCI function and sets its interface up; on an error everything is as it was before.
Error probe(arch::PciAddress address);
/// Takes the interface down and forgets it.
void remove(Adapter& adapter);

// reset.cpp
/// Selective, then software reset, and the interrupt masked, which a reset leaves open (SDM 6.3.3).
void reset_chip(Adapter& adapter);
Error self_test(Adapter& adapter);

// microcode.cpp
/// The option and the chip say so.
/// From the next start on.
kernel::CoalesceParameters coalescing_of(const Adapter& adapter);
bool wants_microcode(const Adapter& adapter);
/// Right after a reset; waits for the chip.
Error load_microcode(Adapter& adapter);

// up_down.cpp
Error up(Adapter& adapter);
void down(Adapter& adapter);
/// The parts of up() and down() that need neither interrupt nor watchdog.
Error allocate_rings(Adapter& adapter);
void release_rings(Adapter& adapter);
Error initialise_chip(Adapter& adapter);
void stop_chip(Adapter& adapter);
/// Configure and multicast setup: the filter members of the interface. Does not wait for the chip.
void load_receive_filter(Adapter& adapter);
void load_multicast(Adapter& adapter);
/// The interface's MAC address.
void load_individual_address(Adapter& adapter);

// interrupt.cpp
arch::IrqResult interrupt(void* adapter);
int poll(kernel::Napi& napi, int budget);
/// Opens the device interrupt unless the NAPI instance is claimed.
void unmask_interrupt(Adapter& adapter);

// receive.cpp
int receive_packets(Adapter& adapter, int budget);
/// DriverKind::Legacy: all that has come, into the CPU's backlog. Hard-irq context.
void receive_in_interrupt(Adapter& adapter);
/// RU start at a slot of the ring.
Error start_receiver(Adapter& adapter, unsigned slot);

// transmit.cpp
kernel::TransmitResult start_xmit(kernel::NetDevice& device, kernel::PacketBuffer* packet);
void clean_transmitted(Adapter& adapter);
void drop_queued(Adapter& adapter);
/// The same for packets that nobody misses.
void forget_queued(Adapter& adapter);

// watchdog.cpp
void start_watchdog(Adapter& adapter);
void stop_watchdog(Adapter& adapter);

// link_settings.cpp
kernel::LinkSettings link_settings(kernel::NetDevice& device);
int set_link_settings(kernel::NetDevice& device, const kernel::LinkSettings& settings);
int restart_negotiation(kernel::NetDevice& device);
int set_physical_id(kernel::NetDevice& device, kernel::PhysicalId id);

// self_tests.cpp
std::size_t self_tests(kernel::NetDevice& device, bool offline, std::span<kernel::TestResult> into);

// register_dump.cpp
/// Command, status; PHY registers 28 to 0; what the Dump command writes, 0 while the interface is down.
std::size_t register_dump(kernel::NetDevice& device, std::span<uint32_t> into);

// ethtool.cpp
const kernel::NetDeviceOperations& device_operations();

} // namespace e100
