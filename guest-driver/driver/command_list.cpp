// SPDX-License-Identifier: GPL-2.0-or-later
// The command block list.
#include "driver/command_list.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "driver/chip_work.h"

namespace e100 {

using namespace i8255x;

uint32_t CommandList::bus_address(unsigned slot) const {
    return memory_.bus_address() + slot * static_cast<uint32_t>(sizeof(SharedCommand));
}

Error CommandList::allocate(unsigned count) {
    memory_ = kernel::CoherentMemory::allocate(count * sizeof(SharedCommand));
    if (!memory_)
        return Error::NoMemory;
    count_ = count;
    used_ = to_use_ = to_send_ = to_clean_ = 0;
    started_ = somebody_waits_ = false;
    for (unsigned slot = 0; slot < count; slot++)
        store(shared(slot).header.link, bus_address(next(slot)));
    kernel::BhSpinGuard guard(lock_);
    open_ = true;
    return Error::None;
}

void CommandList::close() {
    kernel::BhSpinGuard guard(lock_);
    open_ = false;
}

void CommandList::release() {
    kernel::BhSpinGuard guard(lock_);
    memory_ = {};
    count_ = 0;
}

/// The order is the protocol of SDM 6.5.3.2: the new block is complete in memory and suspends, then the one
/// before it no longer suspends, then the chip is told. It may be anywhere between the two meanwhile.
void CommandList::append(Scb& scb) {
    CommandBlock& fresh = shared(to_use_).header;
    CommandBlock& before = shared(previous(to_use_)).header;
    store(fresh.command, load(fresh.command) | cb_command::suspend);
    slots_[to_use_].queued_ns = arch::now_ns();
    used_++;
    to_use_ = next(to_use_);
    arch::write_barrier();
    store(before.command, load(before.command) & static_cast<uint16_t>(~cb_command::suspend));
    arch::write_barrier();
    start_pending(scb);
}

/// A chip too busy to take the command gets it with the next one.
void CommandList::start_pending(Scb& scb) {
    while (to_send_ != to_use_ || used_ == count_) {
        const Error error = started_ ? scb.resume(shared(to_send_).header.status)
                                     : scb.command(CuCommand::Start, bus_address(to_send_));
        if (error != Error::None) {
            refused_++;
            return;
        }
        started_ = true;
        to_send_ = next(to_send_);
        if (to_send_ == to_use_)
            return;
    }
}

Error CommandList::wait_done() {
    const unsigned last = previous(to_use_);
    if (!chip_gets_done([&] { return completed(last); }))
        return Error::CommandTimeout;
    for (unsigned slot = to_clean_; slot != to_use_; slot = next(slot))
        if (!(load(shared(slot).header.status) & cb_status::ok))
            return Error::CommandFailed;
    return Error::None;
}

uint64_t CommandList::oldest_packet_ns() {
    kernel::BhSpinGuard guard(lock_);
    unsigned slot = to_clean_;
    for (unsigned i = 0; i < used_; i++, slot = next(slot))
        if (slots_[slot].packet && !completed(slot))
            return slots_[slot].queued_ns;
    return 0;
}

} // namespace e100
