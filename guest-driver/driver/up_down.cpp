// SPDX-License-Identifier: GPL-2.0-or-later
// Bringing an interface up and down, in the order that lets nothing be used before it exists.
#include "arch/irq.h"
#include "driver/adapter.h"
#include "driver/rollback.h"
#include "driver/setup_commands.h"
#include "kernel/print.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

StatisticsFormat expected_format(Generation generation) {
    if (generation == Generation::I82557)
        return StatisticsFormat::I82557;
    return generation == Generation::I82558 ? StatisticsFormat::I82558 : StatisticsFormat::Tco;
}

/// Offsets in command blocks and RFDs are then addresses (SDM 6.2.1). Both units are idle after the
/// self-test.
Error load_bases(Adapter& adapter) {
    if (const Error error = adapter.scb.command(CuCommand::LoadBase, 0); error != Error::None)
        return error;
    return adapter.scb.command(RuCommand::LoadBase, 0);
}

void queue_configure(Adapter& adapter) {
    const ReceiveFilter filter = {adapter.device.promiscuous, adapter.device.all_multicast};
    const auto bytes = configuration_for(adapter.generation, adapter.revision, filter, adapter.link_mode);
    adapter.commands.submit(adapter.scb, [&](SharedCommand& command, CommandSlot&, uint32_t) {
        prepare_configure(command, bytes);
    });
}

/// SDM 6.2: the chip neither sends nor receives before it was configured. It is waited for, because the form
/// of the statistics follows from it.
Error configure(Adapter& adapter) {
    queue_configure(adapter);
    load_individual_address(adapter);
    return adapter.commands.wait_done();
}

Error start_statistics(Adapter& adapter) {
    const auto offset = static_cast<uint32_t>(offsetof(SharedAreas, statistics));
    return adapter.statistics.start(adapter.scb, adapter.shared.as<SharedAreas>()->statistics,
                                    adapter.shared.bus_address() + offset,
                                    expected_format(adapter.generation));
}

Error take_interrupt(Adapter& adapter) {
    const auto error = arch::request_irq(adapter.device.irq, adapter.device.name, interrupt, &adapter);
    return error == arch::IrqError::None ? Error::None : Error::NoInterrupt;
}

} // namespace

Error initialise_chip(Adapter& adapter) {
    reset_chip(adapter);
    if (const Error error = self_test(adapter); error != Error::None)
        return error;
    if (const Error error = load_bases(adapter); error != Error::None)
        return error;
    if (const Error error = wants_microcode(adapter) ? load_microcode(adapter) : Error::None;
        error != Error::None)
        return error;
    if (const Error error = configure(adapter); error != Error::None)
        return error;
    return start_statistics(adapter);
}

void release_rings(Adapter& adapter) {
    drop_queued(adapter);
    adapter.commands.release();
    adapter.receive.release();
    kernel::dma_expect_none_mapped(&adapter);
}

Error allocate_rings(Adapter& adapter) {
    const unsigned slots = adapter.rx_slots ? adapter.rx_slots : options().rx_ring;
    if (const Error error = adapter.receive.fill(slots, &adapter); error != Error::None)
        return error;
    const unsigned blocks = adapter.tx_blocks ? adapter.tx_blocks : options().tx_ring;
    const Error error = adapter.commands.allocate(blocks);
    if (error != Error::None)
        adapter.receive.release();
    return error;
}

/// The chip must be off the bus before the memory it knows is given away.
void stop_chip(Adapter& adapter) {
    adapter.commands.close();
    reset_chip(adapter);
    adapter.statistics.stop();
}

void load_individual_address(Adapter& adapter) {
    adapter.commands.submit(adapter.scb, [&](SharedCommand& command, CommandSlot&, uint32_t) {
        prepare_individual_address(command, adapter.device.mac);
    });
}

void load_multicast(Adapter& adapter) {
    const std::span addresses(adapter.device.multicast.data(), adapter.device.multicast_count);
    adapter.commands.submit(adapter.scb, [&](SharedCommand& command, CommandSlot&, uint32_t) {
        prepare_multicast(command, addresses);
    });
}

void load_receive_filter(Adapter& adapter) {
    queue_configure(adapter);
    load_multicast(adapter);
}

Error up(Adapter& adapter) {
    Rollback<Adapter> rollback(adapter);
    if (const Error error = allocate_rings(adapter); error != Error::None)
        return error;
    rollback.on_failure(release_rings);
    rollback.on_failure(stop_chip);
    if (const Error error = initialise_chip(adapter); error != Error::None)
        return error;
    load_receive_filter(adapter);
    if (const Error error = start_receiver(adapter, adapter.receive.to_clean()); error != Error::None)
        return error;
    start_watchdog(adapter);
    rollback.on_failure(stop_watchdog);
    if (const Error error = take_interrupt(adapter); error != Error::None)
        return error;
    rollback.commit();
    adapter.legacy = options().driver == DriverKind::Legacy;
    adapter.napi.weight = static_cast<int>(options().weight);
    kernel::napi_enable(adapter.napi);
    unmask_interrupt(adapter); // last: no interrupt may find a disabled instance
    kernel::trace(kernel::Event::DrvUp);
    return Error::None;
}

void down(Adapter& adapter) {
    stop_watchdog(adapter);
    kernel::napi_disable(adapter.napi);
    stop_chip(adapter);
    arch::free_irq(adapter.device.irq, &adapter);
    adapter.device.carrier = false;
    release_rings(adapter);
}

} // namespace e100
