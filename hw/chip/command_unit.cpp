// SPDX-License-Identifier: GPL-2.0-or-later
// Command unit: its states and commands, and the walk along the command block lists (SDM 6.4.1, 6.5.3).
#include "command_unit.h"

#include <span>

#include "dma.h"

namespace i8255x {
namespace {

unsigned cid_of(uint16_t command) { return (command & cb_command::cid_mask) >> cb_command::cid_shift; }

} // namespace

struct CommandUnit::Slice {
    unsigned frames = 0; ///< blocks, or the segments of a large send
    std::size_t bytes = 0;
    bool over() const { return frames >= blocks_per_run || bytes >= bytes_per_run; }
};

CommandUnit::CommandUnit(const Units& units)
    : host_(units.host), variant_(units.variant), scb_(units.scb), configuration_(units.configuration),
      statistics_(units.statistics), cna_delay_(units.cna_delay), transmitter_(units.transmitter),
      action_commands_(units.action_commands), flow_control_(units.flow_control) {}

void CommandUnit::command(CuCommand command) {
    switch (command) {
    case CuCommand::Nop:
        break;
    case CuCommand::Start:
        start(state_.low);
        break;
    case CuCommand::Resume:
        resume(state_.low);
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
        high_priority_command(command);
        break;
    default:
        host_.guest_error("reserved CU command", static_cast<uint32_t>(command));
        break;
    }
}

void CommandUnit::high_priority_command(CuCommand command) {
    if (!has_high_priority_queue())
        host_.guest_error("command for a high-priority queue on a chip without",
                          static_cast<uint32_t>(command));
    else if (command == CuCommand::HpqStart)
        start(state_.high);
    else
        resume(state_.high);
}

void CommandUnit::start(Queue& queue) {
    if (queue.status == CuStatus::Active) {
        host_.guest_error("CU start while active", scb_.general_pointer());
        return;
    }
    activate(queue, state_.base + scb_.general_pointer());
}

/// Software clears the S bit of the block before and resumes, not knowing whether the unit has suspended
/// already: suspended, the S bit is looked at again here; active, when the block is done (SDM 6.5.3.2).
void CommandUnit::resume(Queue& queue) {
    switch (queue.status) {
    case CuStatus::Active:
        queue.resume_pending = true;
        break;
    case CuStatus::Suspended:
        if (!suspend_bit_set(queue))
            activate(queue, state_.base + queue.link);
        break;
    default:
        host_.guest_error("CU resume while idle", 0);
        break;
    }
}

void CommandUnit::static_resume() {
    if (variant_.generation < Generation::I82558 || state_.low.status != CuStatus::Suspended) {
        host_.guest_error("CU static resume while not suspended", static_cast<uint32_t>(state_.low.status));
        return;
    }
    activate(state_.low, state_.base + state_.low.link);
}

void CommandUnit::load_base() {
    if (next_queue() != nullptr)
        host_.guest_error("CU base loaded while active", scb_.general_pointer());
    state_.base = scb_.general_pointer();
}

void CommandUnit::activate(Queue& queue, uint32_t block) {
    cna_delay_.cancel();
    queue.block = block;
    set_status(queue, CuStatus::Active);
    schedule();
}

void CommandUnit::set_status(Queue& queue, CuStatus status) {
    queue.status = status;
    scb_.set_cu_status(state_.status());
}

void CommandUnit::schedule() {
    cancel_poll();
    state_.work_pending = true;
    host_.schedule_command_unit();
}

/// Between two blocks the high-priority queue comes first, also before a block of the other that waits for a
/// buffer; but what has been sent is completed before that.
CommandUnit::Queue* CommandUnit::next_queue() {
    for (Queue* queue : {&state_.high, &state_.low})
        if (queue->on_wire)
            return queue;
    for (Queue* queue : {&state_.high, &state_.low})
        if (queue->status == CuStatus::Active)
            return queue;
    return nullptr;
}

bool CommandUnit::run() {
    state_.work_pending = false;
    cancel_poll();
    if (next_queue() != nullptr && state_.wire_free_ns > host_.now_ns()) {
        wait_until(state_.wire_free_ns);
        return false;
    }
    Slice slice;
    while (Queue* queue = next_queue()) {
        if (slice.over()) {
            schedule();
            return true;
        }
        if (execute_block(*queue, slice) == Step::Wait)
            return false;
    }
    return false;
}

/// One block in the order of SDM 6.4.1: fetch, work, status word, interrupt, next state.
CommandUnit::Step CommandUnit::execute_block(Queue& queue, Slice& slice) {
    ExtendedTransmitCb block{};
    const std::size_t fetched =
        configuration_.extended_tcb() ? sizeof(ExtendedTransmitCb) : sizeof(TransmitCb);
    if (!host_.dma_read(queue.block, std::span(reinterpret_cast<uint8_t*>(&block), fetched))) {
        host_.guest_error("command block not readable", queue.block);
        return stop(queue, CuStatus::Idle, true, 0);
    }
    const uint16_t command = block.standard.header.command;
    if (!queue.on_wire)
        host_.trace(TraceEvent::CbStart, queue.block, command);
    queue.link = block.standard.header.link;

    uint16_t status = cb_status::complete | cb_status::ok;
    if (queue.on_wire) {
        queue.on_wire = false;
        slice.frames++;
    } else if (transmitter_.executes(opcode_of(command))) {
        const Step step = transmit(queue, block, status, slice);
        if (step != Step::Next)
            return step;
    } else {
        slice.frames++;
        status = action_commands_.execute(opcode_of(command), queue.block, state_.base);
        slice.bytes += action_commands_.list_bytes();
    }
    if (!dma_write_object(host_, queue.block, Le16(status))) {
        host_.guest_error("command block status not writable", queue.block);
        return stop(queue, CuStatus::Idle, true, 0);
    }
    host_.trace(TraceEvent::CbComplete, queue.block, status);
    return finish(queue, command);
}

/// No frame begins while the peer wants silence, and none completes before it has left (SDM 6.6).
CommandUnit::Step CommandUnit::transmit(Queue& queue, const ExtendedTransmitCb& block, uint16_t& status,
                                        Slice& slice) {
    const int64_t from = flow_control_.transmit_from_ns(&queue == &state_.high);
    if (from > host_.now_ns())
        return wait_until(from);
    const auto outcome = transmitter_.execute(block, queue.block, state_.base, queue.segments_sent);
    slice.frames += outcome.frames;
    slice.bytes += outcome.bytes;
    status = outcome.status;
    if (outcome.failed && configuration_.transmit_not_ok_interrupt())
        scb_.raise(stat::cx);
    if (outcome.wire_ns > 0) {
        queue.on_wire = outcome.progress == Transmitter::Progress::Done;
        state_.wire_free_ns = host_.now_ns() + outcome.wire_ns;
        return wait_until(state_.wire_free_ns);
    }
    switch (outcome.progress) {
    case Transmitter::Progress::NotReady:
        return wait_until(host_.now_ns() + poll_interval_ns);
    case Transmitter::Progress::Unfinished:
        return Step::Again;
    case Transmitter::Progress::Done:
        break;
    }
    return Step::Next;
}

CommandUnit::Step CommandUnit::finish(Queue& queue, uint16_t command) {
    if ((command & cb_command::interrupt) != 0)
        scb_.raise(stat::cx);
    const bool has_cid =
        transmitter_.executes(opcode_of(command)) && variant_.generation >= Generation::I82558;
    const unsigned cid = has_cid ? cid_of(command) : 0;
    if ((command & cb_command::end_of_list) != 0)
        return stop(queue, CuStatus::Idle, true, cid);
    if ((command & cb_command::suspend) != 0 && !resumed_meanwhile(queue))
        return stop(queue, CuStatus::Suspended, !configuration_.is_set(config::ci_interrupt), cid);
    queue.block = state_.base + queue.link;
    return Step::Next;
}

/// A resume that came while the suspending block was executed; whether it counts is for its S bit to say,
/// which is read again (SDM 6.5.3.2).
bool CommandUnit::resumed_meanwhile(Queue& queue) {
    if (!queue.resume_pending)
        return false;
    queue.resume_pending = false;
    return !suspend_bit_set(queue);
}

bool CommandUnit::suspend_bit_set(const Queue& queue) {
    Le16 command;
    const uint32_t address = queue.block + static_cast<uint32_t>(offsetof(CommandBlock, command));
    return !dma_read_object(host_, address, command) || (command & cb_command::suspend) != 0;
}

CommandUnit::Step CommandUnit::stop(Queue& queue, CuStatus next, bool interrupt, unsigned cid) {
    queue.resume_pending = false;
    queue.segments_sent = 0;
    queue.on_wire = false;
    set_status(queue, next);
    if (interrupt)
        cna_delay_.left_active(cid);
    return Step::Stopped;
}

CommandUnit::Step CommandUnit::wait_until(int64_t deadline_ns) {
    state_.poll_deadline_ns = deadline_ns;
    host_.arm_timer(Timer::TransmitPoll, state_.poll_deadline_ns);
    return Step::Wait;
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
    schedule();
}

void CommandUnit::reset() {
    selective_reset();
    state_ = {};
}

void CommandUnit::selective_reset() {
    cancel_poll();
    cna_delay_.cancel();
    state_ = {.base = state_.base};
    scb_.set_cu_status(state_.status());
}

/// A unit with an active queue waits for the host or for a buffer, any other for nothing.
bool CommandUnit::valid(const State& state, Generation generation) {
    const auto sound = [](const Queue& queue) {
        const bool active = queue.status == CuStatus::Active;
        return queue.status <= CuStatus::Active &&
               (active || (!queue.resume_pending && queue.segments_sent == 0 && !queue.on_wire));
    };
    if (!sound(state.low) || !sound(state.high) || state.poll_deadline_ns < -1)
        return false;
    if (generation < Generation::I82558 && state.high.status != CuStatus::Idle)
        return false;
    if (state.low.on_wire && state.high.on_wire)
        return false;
    const bool polls = state.poll_deadline_ns >= 0;
    const bool active = state.low.status == CuStatus::Active || state.high.status == CuStatus::Active;
    return active ? state.work_pending != polls : !state.work_pending && !polls;
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
