// SPDX-License-Identifier: GPL-2.0-or-later
// Command unit: its states and commands, and the walk along the command block list (SDM 6.4.1, 6.5.3).
#include "command_unit.h"

#include <span>

#include "dma.h"

namespace i8255x {
namespace {

/// Bit 3 is the SF bit of a transmission and part of the opcode of two others; elsewhere it means nothing.
Opcode opcode_of(uint16_t command) {
    const auto narrow = static_cast<Opcode>(command & cb_command::opcode_mask);
    const auto wide = static_cast<Opcode>(command & cb_command::wide_opcode_mask);
    return wide == Opcode::LoadFilter || wide == Opcode::Ipcb ? wide : narrow;
}

unsigned cid_of(uint16_t command) { return (command & cb_command::cid_mask) >> cb_command::cid_shift; }

} // namespace

CommandUnit::CommandUnit(const Units& units)
    : host_(units.host), variant_(units.variant), scb_(units.scb), configuration_(units.configuration),
      statistics_(units.statistics), cna_delay_(units.cna_delay), transmitter_(units.transmitter),
      action_commands_(units.action_commands), flow_control_(units.flow_control) {}

void CommandUnit::command(CuCommand command) {
    switch (command) {
    case CuCommand::Nop:
        break;
    case CuCommand::Start:
        start();
        break;
    case CuCommand::Resume:
        resume();
        break;
    case CuCommand::StaticResume:
        static_resume();
        break;
    case CuCommand::LoadBase:
        load_base();
        break;
    case CuCommand::LoadDumpCountersAddress:
        statistics_.load_dump_address(scb_.general_pointer());
        break;
    case CuCommand::DumpCounters:
        statistics_.dump(configuration_.statistics_format(), false);
        break;
    case CuCommand::DumpAndResetCounters:
        statistics_.dump(configuration_.statistics_format(), true);
        break;
    case CuCommand::HpqStart:
    case CuCommand::HpqResume:
        host_.guest_error("command for the high-priority queue", static_cast<uint32_t>(command));
        break;
    default:
        host_.guest_error("reserved CU command", static_cast<uint32_t>(command));
        break;
    }
}

void CommandUnit::start() {
    if (scb_.cu_status() == CuStatus::Active) {
        host_.guest_error("CU start while active", scb_.general_pointer());
        return;
    }
    cna_delay_.cancel();
    become_active(state_.base + scb_.general_pointer());
}

/// Software clears the S bit of the block before and resumes, not knowing whether the unit has suspended
/// already: suspended, the S bit is looked at again here; active, when the block is done (SDM 6.5.3.2).
void CommandUnit::resume() {
    cna_delay_.cancel();
    switch (scb_.cu_status()) {
    case CuStatus::Active:
        state_.resume_pending = true;
        break;
    case CuStatus::Suspended:
        if (!suspend_bit_set())
            become_active(state_.base + state_.link);
        break;
    default:
        host_.guest_error("CU resume while idle", 0);
        break;
    }
}

void CommandUnit::static_resume() {
    if (variant_.generation < Generation::I82558 || scb_.cu_status() != CuStatus::Suspended) {
        host_.guest_error("CU static resume while not suspended", static_cast<uint32_t>(scb_.cu_status()));
        return;
    }
    cna_delay_.cancel();
    become_active(state_.base + state_.link);
}

void CommandUnit::load_base() {
    if (scb_.cu_status() == CuStatus::Active)
        host_.guest_error("CU base loaded while active", scb_.general_pointer());
    state_.base = scb_.general_pointer();
}

void CommandUnit::become_active(uint32_t block) {
    state_.block = block;
    scb_.set_cu_status(CuStatus::Active);
    schedule();
}

void CommandUnit::schedule() {
    state_.work_pending = true;
    host_.schedule_command_unit();
}

bool CommandUnit::run() {
    state_.work_pending = false;
    cancel_poll();
    if (scb_.cu_status() != CuStatus::Active)
        return false;
    if (state_.wire_free_ns > host_.now_ns()) {
        wait_until(state_.wire_free_ns);
        return false;
    }
    std::size_t bytes = 0;
    for (unsigned blocks = 0; blocks < blocks_per_run && bytes < bytes_per_run; blocks++) {
        if (execute_block(bytes) != Step::Next)
            return false;
    }
    schedule();
    return true;
}

/// One block in the order of SDM 6.4.1: fetch, work, status word, interrupt, next state.
CommandUnit::Step CommandUnit::execute_block(std::size_t& sent_bytes) {
    ExtendedTransmitCb block{};
    const std::size_t fetched =
        configuration_.extended_tcb() ? sizeof(ExtendedTransmitCb) : sizeof(TransmitCb);
    if (!host_.dma_read(state_.block, std::span(reinterpret_cast<uint8_t*>(&block), fetched))) {
        host_.guest_error("command block not readable", state_.block);
        return stop(CuStatus::Idle, true, 0);
    }
    const uint16_t command = block.standard.header.command;
    if (!state_.on_wire)
        host_.trace(TraceEvent::CbStart, state_.block, command);
    state_.link = block.standard.header.link;

    const Opcode opcode = opcode_of(command);
    if (opcode == Opcode::Transmit && !state_.on_wire) {
        const Step step = transmit(block, sent_bytes);
        if (step == Step::Wait)
            return step;
    }
    state_.on_wire = false;
    const uint16_t status = opcode == Opcode::Transmit
                                ? cb_status::complete | cb_status::ok
                                : action_commands_.execute(opcode, state_.block, state_.base);
    return finish(command, status);
}

/// No frame begins while the peer wants silence, and none completes before it has left (SDM 6.6).
CommandUnit::Step CommandUnit::transmit(const ExtendedTransmitCb& block, std::size_t& sent_bytes) {
    const int64_t from = flow_control_.transmit_from_ns(false);
    if (from > host_.now_ns()) {
        wait_until(from);
        return Step::Wait;
    }
    if (transmitter_.execute(block, state_.block, state_.base) == Transmitter::Result::NotReady) {
        wait_until(host_.now_ns() + poll_interval_ns);
        return Step::Wait;
    }
    sent_bytes += transmitter_.gathered();
    if (transmitter_.wire_ns() == 0)
        return Step::Next;
    state_.on_wire = true;
    state_.wire_free_ns = host_.now_ns() + transmitter_.wire_ns();
    wait_until(state_.wire_free_ns);
    return Step::Wait;
}

CommandUnit::Step CommandUnit::finish(uint16_t command, uint16_t status) {
    if (!dma_write_object(host_, state_.block, Le16(status))) {
        host_.guest_error("command block status not writable", state_.block);
        return stop(CuStatus::Idle, true, 0);
    }
    host_.trace(TraceEvent::CbComplete, state_.block, status);
    if ((command & cb_command::interrupt) != 0)
        scb_.raise(stat::cx);
    const bool has_cid = opcode_of(command) == Opcode::Transmit && variant_.generation >= Generation::I82558;
    const unsigned cid = has_cid ? cid_of(command) : 0;
    if ((command & cb_command::end_of_list) != 0)
        return stop(CuStatus::Idle, true, cid);
    if ((command & cb_command::suspend) != 0 && !resumed_meanwhile())
        return stop(CuStatus::Suspended, !configuration_.is_set(config::ci_interrupt), cid);
    state_.block = state_.base + state_.link;
    return Step::Next;
}

/// A resume that came while the suspending block was executed; whether it counts is for its S bit to say,
/// which is read again (SDM 6.5.3.2).
bool CommandUnit::resumed_meanwhile() {
    if (!state_.resume_pending)
        return false;
    state_.resume_pending = false;
    return !suspend_bit_set();
}

bool CommandUnit::suspend_bit_set() {
    Le16 command;
    const uint32_t address = state_.block + static_cast<uint32_t>(offsetof(CommandBlock, command));
    return !dma_read_object(host_, address, command) || (command & cb_command::suspend) != 0;
}

CommandUnit::Step CommandUnit::stop(CuStatus next, bool interrupt, unsigned cid) {
    state_.resume_pending = false;
    scb_.set_cu_status(next);
    if (interrupt)
        cna_delay_.left_active(cid);
    return Step::Stopped;
}

void CommandUnit::wait_until(int64_t deadline_ns) {
    state_.poll_deadline_ns = deadline_ns;
    host_.arm_timer(Timer::TransmitPoll, state_.poll_deadline_ns);
}

void CommandUnit::cancel_poll() {
    if (state_.poll_deadline_ns < 0)
        return;
    state_.poll_deadline_ns = -1;
    host_.cancel_timer(Timer::TransmitPoll);
}

void CommandUnit::look_again() {
    if (state_.poll_deadline_ns < 0)
        return;
    cancel_poll();
    schedule();
}

void CommandUnit::reset() {
    selective_reset();
    state_ = {};
}

void CommandUnit::selective_reset() {
    cancel_poll();
    cna_delay_.cancel();
    scb_.set_cu_status(CuStatus::Idle);
    state_ = {.base = state_.base};
}

/// An active unit waits for the host or for a buffer, any other for nothing.
bool CommandUnit::valid(const State& state, CuStatus status) {
    const bool polls = state.poll_deadline_ns >= 0;
    if (state.poll_deadline_ns < -1)
        return false;
    if (status == CuStatus::Active)
        return state.work_pending != polls;
    return status != CuStatus::ActiveHighPriority && !state.work_pending && !polls && !state.resume_pending &&
           !state.on_wire;
}

void CommandUnit::restore(const State& state) {
    cancel_poll();
    state_ = state;
    if (state_.poll_deadline_ns >= 0)
        host_.arm_timer(Timer::TransmitPoll, state_.poll_deadline_ns);
    if (state_.work_pending)
        host_.schedule_command_unit();
}

} // namespace i8255x
