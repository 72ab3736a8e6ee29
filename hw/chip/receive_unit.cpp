// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: states and commands (SDM 6.5.4), and where a frame goes that comes in.
#include "receive_unit.h"

#include <algorithm>
#include <array>

namespace i8255x {

ReceiveUnit::ReceiveUnit(const Units& units, bool backpressure)
    : host_(units.host), variant_(units.variant), scb_(units.scb), configuration_(units.configuration),
      filter_(units.filter), statistics_(units.statistics), bundling_(units.bundling),
      backpressure_(backpressure), buffers_(units.host) {}

void ReceiveUnit::command(RuCommand command) {
    switch (command) {
    case RuCommand::Nop:
        break;
    case RuCommand::Start:
        start();
        break;
    case RuCommand::Resume:
        resume();
        break;
    case RuCommand::Abort:
        abort();
        break;
    case RuCommand::LoadBase:
        load_base();
        break;
    case RuCommand::DmaRedirect:
        redirect();
        break;
    case RuCommand::LoadHeaderDataSize:
        load_header_data_size();
        break;
    case RuCommand::RbdResume:
        resume_buffers();
        break;
    }
}

/// While a frame is coming in, the new RFD takes effect at its end (SDM 6.5.4.1).
void ReceiveUnit::start() {
    if (ready())
        host_.guest_error("RU start while ready", scb_.general_pointer());
    if (mid_frame())
        end_split(nullptr);
    buffers_.forget();
    await_room_no_longer();
    become_ready(state_.base + scb_.general_pointer());
}

void ReceiveUnit::resume() {
    const RuStatus status = scb_.ru_status();
    if (status == RuStatus::Suspended || status == RuStatus::SuspendedNoRbds)
        become_ready(state_.rfd);
    else if (status != RuStatus::Idle) // prohibited by SDM table 56; from idle it does nothing
        host_.guest_error("RU resume while not suspended", static_cast<uint32_t>(status));
}

void ReceiveUnit::abort() {
    const bool was_ready = ready();
    scb_.set_ru_status(RuStatus::Idle);
    discard_waiting();
    bundling_.drop();
    buffers_.forget();
    if (was_ready)
        scb_.raise(stat::rnr);
}

void ReceiveUnit::load_base() {
    if (scb_.ru_status() != RuStatus::Idle)
        host_.guest_error("RU base loaded while not idle", scb_.general_pointer());
    state_.base = scb_.general_pointer();
}

/// Software has appended RBDs to the list that had come to its end.
void ReceiveUnit::resume_buffers() {
    const RuStatus status = scb_.ru_status();
    const bool missing = status == RuStatus::ReadyNoRbds || status == RuStatus::SuspendedNoRbds ||
                         status == RuStatus::NoResourcesNoRbds;
    if (!missing || !buffers_.look_again(state_.base))
        host_.guest_error(missing ? "RBD resume without a new RBD" : "RBD resume while none is missing",
                          static_cast<uint32_t>(status));
    else if (status == RuStatus::SuspendedNoRbds)
        scb_.set_ru_status(RuStatus::Suspended);
    else if (status == RuStatus::ReadyNoRbds)
        scb_.set_ru_status(RuStatus::Ready);
    else
        become_ready(state_.rfd);
}

void ReceiveUnit::become_ready(uint32_t rfd) {
    state_.rfd = rfd;
    scb_.set_ru_status(buffers_.used_up() ? RuStatus::ReadyNoRbds : RuStatus::Ready);
    deliver_waiting();
}

bool ReceiveUnit::ready() const {
    return scb_.ru_status() == RuStatus::Ready || scb_.ru_status() == RuStatus::ReadyNoRbds;
}

bool ReceiveUnit::stopped() const { return !ready() && scb_.ru_status() != RuStatus::Idle; }

bool ReceiveUnit::can_receive() const {
    if (awaits_room())
        return false;
    return !backpressure_ || !stopped() || (has_fifo() && fifo_.empty());
}

bool ReceiveUnit::receive(std::span<const uint8_t> frame, uint16_t line_errors) {
    if (frame.size() >= min_frame_bytes)
        return admit({.bytes = frame, .line_errors = line_errors}, true);
    std::array<uint8_t, min_frame_bytes> padded{};
    std::ranges::copy(frame, padded.begin());
    return admit({.bytes = padded, .line_errors = line_errors}, true);
}

void ReceiveUnit::receive_looped(std::span<const uint8_t> frame, std::span<const uint8_t> fcs) {
    admit({.bytes = frame, .fcs = fcs}, false);
}

bool ReceiveUnit::admit(const WireFrame& frame, bool from_wire) {
    const std::size_t bytes = frame.bytes.size();
    host_.trace(TraceEvent::RxWire, static_cast<uint32_t>(bytes), 0);
    if (!configuration_.configured() || configuration_.is_set(config::csma_disable)) {
        filtered(Filtered::NotListening, bytes);
        return true;
    }
    if (bytes < sizeof(MacAddress)) {
        drop(Counter::RxShortFrames, bytes);
        return true;
    }
    const AddressFilter::Match match = filter_.match(frame.bytes.first<6>(), configuration_);
    if (!match.accepted) {
        filtered(Filtered::Address, bytes);
        return true;
    }
    const FrameErrors errors = find_errors(frame, configuration_, variant_.generation);
    if (errors.any()) {
        admit_bad(frame, errors, match);
        return true;
    }
    if (scb_.ru_status() == RuStatus::Idle) {
        filtered(Filtered::ReceiverOff, bytes);
        return true;
    }
    return admit_good(frame, match, from_wire);
}

/// No frame overtakes one that is half in memory; when the FIFO is full, that one can wait no longer.
bool ReceiveUnit::admit_good(const WireFrame& frame, const AddressFilter::Match& match, bool from_wire) {
    while (mid_frame()) {
        if (keep(frame.bytes))
            return true;
        end_split(nullptr);
        deliver_waiting();
    }
    if (ready() && !awaits_room()) {
        const bool rest_may_wait = has_fifo() && fifo_.has_room(frame.bytes.size());
        const Stored stored = store(describe(frame, {}, match, configuration_), rest_may_wait);
        if (stored == Stored::Header)
            keep(frame.bytes);
        if (stored != Stored::Not && stored != Stored::Later)
            return true;
    }
    return wait_or_lose(frame.bytes, from_wire);
}

/// A bad frame is counted whatever the unit's state (SDM table 17), saved on demand or if its header went out
/// before the error was seen, and never waits in the FIFO.
void ReceiveUnit::admit_bad(const WireFrame& frame, const FrameErrors& errors,
                            const AddressFilter::Match& match) {
    const std::size_t bytes = frame.bytes.size();
    statistics_.count(errors.counter());
    if ((errors.status & rfd_status::too_short) == 0 || !configuration_.is_set(config::discard_short)) {
        while (mid_frame()) {
            end_split(nullptr);
            deliver_waiting();
        }
        const bool saved = configuration_.is_set(config::save_bad_frames) || next_splits(bytes);
        if (saved && ready() && !awaits_room()) {
            const Stored stored = store(describe(frame, errors, match, configuration_), false);
            if (stored != Stored::Not && stored != Stored::Later)
                return;
        }
        if (!saved && ready())
            raise_early_receive(frame.bytes);
    }
    trace_drop(errors.counter(), bytes);
}

bool ReceiveUnit::keep(std::span<const uint8_t> frame) {
    if (!has_fifo() || !fifo_.push(frame))
        return false;
    host_.trace(TraceEvent::RxFifo, static_cast<uint32_t>(frame.size()), static_cast<uint32_t>(fifo_.used()));
    return true;
}

bool ReceiveUnit::wait_or_lose(std::span<const uint8_t> frame, bool from_wire) {
    if (keep(frame))
        return true;
    if (from_wire && (backpressure_ || awaits_room())) {
        host_.trace(TraceEvent::RxHeldBack, static_cast<uint32_t>(frame.size()), 0);
        return false;
    }
    drop(counter_of_loss(), frame.size());
    return true;
}

/// The one place that decides what counts a good frame for which neither descriptor nor FIFO had room. Lost
/// in "no resources": a resource error (SDM table 17). Lost while suspended: nothing was missing but the FIFO
/// overflowed, an overrun (SDM 6.4.3.4); so counts the 82557, which has no FIFO to wait in. Unlike the
/// silicon, which reports the first overrun and forgets the frames after it, every frame counts, so that none
/// is lost without a trace.
Counter ReceiveUnit::counter_of_loss() const {
    const RuStatus status = scb_.ru_status();
    return status == RuStatus::NoResources || status == RuStatus::NoResourcesNoRbds
               ? Counter::RxResourceErrors
               : Counter::RxOverruns;
}

void ReceiveUnit::deliver_waiting() {
    while (!fifo_.empty() && ready() && !mid_frame() && !awaits_room()) {
        const WireFrame frame{.bytes = fifo_.front()};
        const AddressFilter::Match match = filter_.match(frame.bytes.first<6>(), configuration_);
        const Stored stored = store(describe(frame, {}, match, configuration_), true);
        if (stored != Stored::Done && stored != Stored::Lost)
            break;
        fifo_.pop();
    }
}

void ReceiveUnit::discard_waiting() {
    forget_split();
    await_room_no_longer();
    while (!fifo_.empty()) {
        filtered(Filtered::ReceiverOff, fifo_.front().size());
        fifo_.pop();
    }
}

void ReceiveUnit::drop(Counter counter, std::size_t bytes) {
    statistics_.count(counter);
    trace_drop(counter, bytes);
}

void ReceiveUnit::trace_drop(Counter counter, std::size_t bytes) {
    host_.trace(TraceEvent::RxDrop, static_cast<uint32_t>(counter), static_cast<uint32_t>(bytes));
}

void ReceiveUnit::filtered(Filtered reason, std::size_t bytes) {
    host_.trace(TraceEvent::RxFiltered, static_cast<uint32_t>(bytes), static_cast<uint32_t>(reason));
}

void ReceiveUnit::reset() {
    selective_reset();
    state_ = {};
}

void ReceiveUnit::selective_reset() {
    scb_.set_ru_status(RuStatus::Idle);
    discard_waiting();
    bundling_.drop();
    buffers_.forget();
    state_.rfd = 0;
}

ReceiveUnit::State ReceiveUnit::state() const {
    State state = state_;
    state.buffers = buffers_.state();
    return state;
}

bool ReceiveUnit::valid(const State& state, RuStatus status, std::span<const uint8_t> fifo) const {
    const bool is_ready = status == RuStatus::Ready || status == RuStatus::ReadyNoRbds;
    const bool splits = state.header_stored != 0;
    const bool awaits = state.room_deadline_ns >= 0;
    if (splits != (state.split_deadline_ns >= 0) || state.split_deadline_ns < -1 ||
        (splits && (!is_ready || fifo.empty())))
        return false;
    if (state.room_deadline_ns < -1 || (awaits && (!is_ready || splits)))
        return false;
    const bool may_wait = has_fifo() && (is_ready ? splits || awaits : status != RuStatus::Idle);
    return (fifo.empty() || may_wait) && ReceiveFifo::valid(fifo) && ReceiveBuffers::valid(state.buffers);
}

void ReceiveUnit::restore(const State& state, std::span<const uint8_t> fifo) {
    forget_split();
    await_room_no_longer();
    state_ = state;
    if (!has_fifo())
        state_.early_receive = 0;
    state_.header_data_size &= header_data_size_mask;
    buffers_.restore(state.buffers);
    fifo_.restore(fifo);
    if (mid_frame())
        host_.arm_timer(Timer::HeaderSplit, state_.split_deadline_ns);
    if (awaits_room())
        host_.arm_timer(Timer::ReceiveRoom, state_.room_deadline_ns);
}

} // namespace i8255x
