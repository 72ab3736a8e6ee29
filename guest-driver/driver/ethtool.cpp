// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel may ask of an interface: ip link's and ethtool's operations.
#include <algorithm>

#include "driver/adapter.h"
#include "kernel/print.h"

namespace e100 {
namespace {

using namespace i8255x;
using kernel::EthtoolStat;
using kernel::NetDevice;

constexpr int not_supported = -95; // EOPNOTSUPP
constexpr int invalid = -22;       // EINVAL

int open(NetDevice& device) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    const Error error = adapter.running ? Error::None : up(adapter);
    if (error != Error::None)
        kernel::printk("e100: %s does not start: %s\n", device.name, error_text(error));
    return error_number(error);
}

void stop(NetDevice& device) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    if (adapter.running)
        down(adapter);
}

kernel::DriverInfo driver_info(NetDevice& device) {
    return {"e100", "1.0", adapter_of(device).bus_info.data()};
}

/// Fills `into` from a list of lines, as far as it has room.
std::size_t copy(std::span<const EthtoolStat> lines, std::span<EthtoolStat> into) {
    const std::size_t count = std::min(lines.size(), into.size());
    std::copy_n(lines.begin(), count, into.begin());
    return count;
}

/// The lines and the order of Linux's e100.
std::size_t ethtool_stats(NetDevice& device, std::span<EthtoolStat> into) {
    const Adapter& adapter = adapter_of(device);
    const kernel::NetDeviceStats& net = device.stats;
    const Statistics& chip = adapter.statistics;
    const EthtoolStat lines[] = {
        {"rx_packets", net.rx_packets},
        {"tx_packets", net.tx_packets},
        {"rx_bytes", net.rx_bytes},
        {"tx_bytes", net.tx_bytes},
        {"rx_errors", net.rx_errors},
        {"tx_errors", net.tx_errors},
        {"rx_dropped", net.rx_dropped},
        {"tx_dropped", net.tx_dropped},
        {"multicast", net.multicast},
        {"collisions", net.collisions},
        {"rx_length_errors", net.rx_length_errors + adapter.counters.rx_over_length},
        {"rx_over_errors", net.rx_over_errors},
        {"rx_crc_errors", net.rx_crc_errors},
        {"rx_frame_errors", net.rx_frame_errors},
        {"rx_fifo_errors", net.rx_fifo_errors},
        {"rx_missed_errors", net.rx_missed_errors},
        {"tx_aborted_errors", net.tx_aborted_errors},
        {"tx_carrier_errors", net.tx_carrier_errors},
        {"tx_fifo_errors", net.tx_fifo_errors},
        {"tx_heartbeat_errors", net.tx_heartbeat_errors},
        {"tx_window_errors", net.tx_window_errors},
        {"tx_deferred", chip.total(Counter::TxDeferred)},
        {"tx_single_collisions", chip.total(Counter::TxSingleCollisions)},
        {"tx_multi_collisions", chip.total(Counter::TxMultipleCollisions)},
        {"tx_flow_control_pause", chip.total(Counter::FcTxPause)},
        {"rx_flow_control_pause", chip.total(Counter::FcRxPause)},
        {"rx_flow_control_unsupported", chip.total(Counter::FcRxUnsupported)},
        {"tx_tco_packets", chip.total(Counter::TxTcoFrames)},
        {"rx_tco_packets", chip.total(Counter::RxTcoFrames)},
        {"rx_short_frame_errors", chip.total(Counter::RxShortFrames)},
        {"rx_over_length_errors", adapter.counters.rx_over_length},
    };
    static_assert(std::size(lines) == 31);
    return copy(lines, into);
}

std::size_t driver_stats(NetDevice& device, std::span<EthtoolStat> into) {
    const Adapter& adapter = adapter_of(device);
    const DriverCounters& counters = adapter.counters;
    const kernel::NapiStats& napi = adapter.napi.stats;
    const EthtoolStat lines[] = {
        {"interrupts", counters.interrupts},
        {"irq_rx", counters.irq_rx},
        {"irq_tx", counters.irq_tx},
        {"irq_rnr", counters.irq_rnr},
        {"irq_swi", counters.irq_swi},
        {"irq_not_mine", counters.irq_not_mine},
        {"napi_schedules", napi.schedules},
        {"napi_completes", napi.completes},
        {"napi_polls", napi.polls},
        {"napi_done", napi.done},
        {"napi_ndone", napi.ndone},
        {"napi_missed", napi.missed},
        {"napi_contract_violations", napi.contract_violations},
        {"rx_not_ok", counters.rx_not_ok},
        {"rx_over_length", counters.rx_over_length},
        {"rx_recycled", counters.rx_recycled},
        {"rx_skipped", counters.rx_skipped},
        {"ru_starts", counters.ru_starts},
        {"tx_timeouts", counters.tx_timeouts},
        {"scb_refused", adapter.commands.commands_refused()},
    };
    return copy(lines, into);
}

std::size_t chip_stats(NetDevice& device, std::span<EthtoolStat> into) {
    static constexpr const char* names[counter_count] = {
        "tx_good_frames",      "tx_max_collisions", "tx_late_collisions",   "tx_underruns",
        "tx_lost_crs",         "tx_deferred",       "tx_single_collisions", "tx_multiple_collisions",
        "tx_total_collisions", "rx_good_frames",    "rx_crc_errors",        "rx_alignment_errors",
        "rx_resource_errors",  "rx_overruns",       "rx_cdt_errors",        "rx_short_frames",
        "fc_tx_pause",         "fc_rx_pause",       "fc_rx_unsupported",    "tx_tco_frames",
        "rx_tco_frames"};
    Adapter& adapter = adapter_of(device);
    adapter.statistics.fetch(adapter.scb, device.stats);
    const std::size_t count = std::min<std::size_t>(adapter.statistics.available(), into.size());
    for (std::size_t i = 0; i < count; i++)
        into[i] = {names[i], adapter.statistics.total(static_cast<Counter>(i))};
    return count;
}

kernel::RingParameters ring(NetDevice& device) {
    const Adapter& adapter = adapter_of(device);
    return {adapter.rx_slots ? adapter.rx_slots : options().rx_ring, max_rx_ring,
            adapter.tx_blocks ? adapter.tx_blocks : options().tx_ring, max_tx_ring};
}

/// Makes a change that only a reset puts into force: a running interface goes down and up.
template <typename Change> int change_and_restart(NetDevice& device, Change change) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    const bool was_running = adapter.running;
    if (was_running)
        down(adapter);
    change(adapter);
    if (!was_running)
        return 0;
    const int error = error_number(up(adapter));
    if (!error)
        kernel::netif_wake_queue(device);
    return error;
}

/// As Linux: out of range is clamped.
int set_ring(NetDevice& device, unsigned rx, unsigned tx) {
    if (rx == 0 || tx == 0)
        return invalid;
    return change_and_restart(device, [=](Adapter& adapter) {
        adapter.rx_slots = std::clamp(rx, min_rx_ring, max_rx_ring);
        adapter.tx_blocks = std::clamp(tx, min_tx_ring, max_tx_ring);
    });
}

int coalesce(NetDevice& device, kernel::CoalesceParameters& parameters) {
    const Adapter& adapter = adapter_of(device);
    if (!takes_microcode(adapter.device_id, adapter.revision))
        return not_supported;
    const bool bundles = adapter.running ? adapter.bundles : wants_microcode(adapter);
    parameters = bundles ? coalescing_of(adapter) : kernel::CoalesceParameters{};
    return 0;
}

/// The parameters are part of the image, which goes into the chip after a reset.
int set_coalesce(NetDevice& device, const kernel::CoalesceParameters& parameters) {
    if (!takes_microcode(adapter_of(device).device_id, adapter_of(device).revision))
        return not_supported;
    if (!can_bundle(parameters))
        return invalid;
    return change_and_restart(device, [&](Adapter& adapter) { adapter.coalescing = parameters; });
}

const char* receive_unit_name(uint8_t status) {
    switch (static_cast<RuStatus>((status & scb_status::rus_mask) >> scb_status::rus_shift)) {
    case RuStatus::Idle:
        return "Idle";
    case RuStatus::Suspended:
        return "Suspended";
    case RuStatus::NoResources:
        return "No Resources";
    case RuStatus::Ready:
        return "Ready";
    case RuStatus::SuspendedNoRbds:
        return "Suspended with no more RBDs";
    case RuStatus::NoResourcesNoRbds:
        return "No Resources due to no more RBDs";
    case RuStatus::ReadyNoRbds:
        return "Ready with no more RBDs";
    }
    return "?";
}

const char* command_unit_name(uint8_t status) {
    constexpr const char* names[] = {"Idle", "Suspended", "Active", "Active (high priority)"};
    return names[status >> scb_status::cus_shift];
}

kernel::RingState ring_state(NetDevice& device) {
    Adapter& adapter = adapter_of(device);
    kernel::IrqSpinGuard guard(adapter.poll_lock); // the interrupt handler's with DriverKind::Legacy
    const uint8_t status = adapter.scb.status();
    const ReceiveRing& receive = adapter.receive;
    return {receive.size(),
            receive.to_clean(),
            receive.to_use(),
            receive.stopper(),
            receive.completed(),
            receive.occupied(),
            receive_unit_name(status),
            adapter.commands.size(),
            adapter.commands.to_clean(),
            adapter.commands.to_use(),
            command_unit_name(status)};
}

void set_rx_mode(NetDevice& device) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    if (adapter.running)
        load_receive_filter(adapter);
}

/// As Linux: the chip takes it while it runs.
int set_mac_address(NetDevice& device, const kernel::MacAddress& mac) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    device.mac = mac;
    if (adapter.running)
        load_individual_address(adapter);
    return 0;
}

std::span<const uint16_t> eeprom(NetDevice& device) { return adapter_of(device).eeprom.words(); }

uint32_t message_level(NetDevice& device) { return adapter_of(device).message_level; }
void set_message_level(NetDevice& device, uint32_t level) { adapter_of(device).message_level = level; }

constexpr kernel::EthtoolOperations ethtool_operations = {
    .link_settings = link_settings,
    .set_link_settings = set_link_settings,
    .restart_negotiation = restart_negotiation,
    .message_level = message_level,
    .set_message_level = set_message_level,
    .self_test = self_tests,
    .eeprom = eeprom,
    .registers = register_dump,
    .set_physical_id = set_physical_id,
};

constexpr kernel::NetDeviceOperations operations = {
    .open = open,
    .stop = stop,
    .start_xmit = start_xmit,
    .driver_info = driver_info,
    .ethtool_stats = ethtool_stats,
    .ring = ring,
    .set_ring = set_ring,
    .coalesce = coalesce,
    .set_coalesce = set_coalesce,
    .driver_stats = driver_stats,
    .set_rx_mode = set_rx_mode,
    .chip_stats = chip_stats,
    .ring_state = ring_state,
    .set_mac_address = set_mac_address,
    .ethtool = &ethtool_operations,
};

} // namespace

const kernel::NetDeviceOperations& device_operations() { return operations; }

} // namespace e100
