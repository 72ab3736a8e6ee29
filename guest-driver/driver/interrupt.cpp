// SPDX-License-Identifier: GPL-2.0-or-later
// The interrupt handler and the poll function it schedules.
#include "arch/irq.h"
#include "driver/adapter.h"
#include "kernel/input_feedback.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr uint8_t receive_causes = stat::fr | stat::rnr, sent_causes = stat::cx | stat::cna;

void count(DriverCounters& counters, uint8_t causes) {
    counters.interrupts++;
    counters.irq_rx += (causes & stat::fr) != 0;
    counters.irq_rnr += (causes & stat::rnr) != 0;
    counters.irq_tx += (causes & (stat::cx | stat::cna)) != 0;
    counters.irq_swi += (causes & stat::swi) != 0;
}

bool is_claimed(void* adapter) {
    const auto& napi = static_cast<Adapter*>(adapter)->napi;
    return napi.state.load(std::memory_order_acquire) & kernel::napi_state::sched;
}

} // namespace

arch::IrqResult interrupt(void* cookie) {
    Adapter& adapter = *static_cast<Adapter*>(cookie);
    const uint8_t causes = adapter.scb.causes();
    if (causes == 0 || causes == stat::card_gone) {
        adapter.counters.irq_not_mine++;
        return arch::IrqResult::NotMine;
    }
    kernel::trace(kernel::Event::DrvIsr, causes);
    adapter.scb.acknowledge(causes);
    count(adapter.counters, causes);
    if (causes & stat::rnr)
        adapter.receiver = ReceiverState::Suspended;
    if (adapter.legacy)
        receive_in_interrupt(adapter);
    // Masked also where the claim failed: on a shared line, or between another CPU's complete and unmask,
    // this may be the second interrupt of a session, and the owner of the instance polls once more because of
    // it.
    const bool claimed =
        (!adapter.legacy || causes & sent_causes) && kernel::napi_schedule_prep(adapter.napi);
    if (!adapter.legacy && (claimed || causes & receive_causes))
        adapter.scb.mask();
    if (claimed)
        kernel::__napi_schedule_irqoff(adapter.napi);
    return arch::IrqResult::Handled;
}

/// Under the lock that the handler masks with: if the instance was claimed since complete, it is no longer
/// ours to unmask.
void unmask_interrupt(Adapter& adapter) { adapter.scb.unmask_unless(is_claimed, &adapter); }

int poll(kernel::Napi& napi, int budget) {
    Adapter& adapter = adapter_of(*napi.device);
    if (adapter.legacy || kernel::input_held(napi)) { // not masked, or to stay so until the input is released
        clean_transmitted(adapter);
        kernel::napi_complete_done(napi, 0);
        return 0;
    }
    const bool clean_before = options().tx_clean == TxClean::Before;
    if (clean_before)
        clean_transmitted(adapter);
    int work = 0;
    {
        kernel::BhSpinGuard guard(adapter.poll_lock);
        work = receive_packets(adapter, budget);
    }
    if (!clean_before)
        clean_transmitted(adapter);
    if (work == budget)
        return budget;
    if (kernel::napi_complete_done(napi, work))
        unmask_interrupt(adapter);
    return work;
}

} // namespace e100
