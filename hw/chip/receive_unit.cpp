// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: states and commands (SDM 6.5.4), and where a frame goes that comes in.
#include "receive_unit.h"

#include <algorithm>
#include <array>

namespace i8255x {

ReceiveUnit::ReceiveUnit(const Units& units, bool backpressure)
    : host_(units.host), variant_(units.variant), scb_(units.scb), configuration_(units.configuration),
      filter_(units.filter), statistics_(units.statistics), bundling_(units.bundling),
      backpressure_(backpressure) {}

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
    case RuCommand::LoadHeaderDataSize:
    case RuCommand::RbdResume:
        host_.guest_error("RU command of the flexible or header modes", static_cast<uint32_t>(command));
        break;
    }
}

void ReceiveUnit::start() {
    if (scb_.ru_status() == RuStatus::Ready)
        host_.guest_error("RU start while ready", scb_.general_pointer());
    become_ready(state_.base + scb_.general_pointer());
}

void ReceiveUnit::resume() {
    if (scb_.ru_status() == RuStatus::Suspended)
        become_ready(state_.rfd);
    else if (scb_.ru_status() != RuStatus::Idle) // prohibited by SDM table 56; from idle it does nothing
        host_.guest_error("RU resume while not suspended", static_cast<uint32_t>(scb_.ru_status()));
}

void ReceiveUnit::abort() {
    const bool was_ready = scb_.ru_status() == RuStatus::Ready;
    scb_.set_ru_status(RuStatus::Idle);
    discard_waiting();
    bundling_.drop();
    if (was_ready)
        scb_.raise(stat::rnr);
}

void ReceiveUnit::load_base() {
    if (scb_.ru_status() == RuStatus::Ready)
        host_.guest_error("RU base loaded while ready", scb_.general_pointer());
    state_.base = scb_.general_pointer();
}

void ReceiveUnit::become_ready(uint32_t rfd) {
    state_.rfd = rfd;
    scb_.set_ru_status(RuStatus::Ready);
    deliver_waiting();
}

bool ReceiveUnit::stopped() const {
    return scb_.ru_status() == RuStatus::Suspended || scb_.ru_status() == RuStatus::NoResources;
}

bool ReceiveUnit::can_receive() const {
    return !backpressure_ || !stopped() || (has_fifo() && fifo_.empty());
}

bool ReceiveUnit::receive(std::span<const uint8_t> frame, uint16_t line_errors) {
    if (frame.size() >= min_frame_bytes)
        return admit({.bytes = frame, .line_errors = line_errors}, backpressure_);
    std::array<uint8_t, min_frame_bytes> padded{};
    std::ranges::copy(frame, padded.begin());
    return admit({.bytes = padded, .line_errors = line_errors}, backpressure_);
}

void ReceiveUnit::receive_looped(std::span<const uint8_t> frame, std::span<const uint8_t> fcs) {
    admit({.bytes = frame, .fcs = fcs}, false);
}

bool ReceiveUnit::admit(const WireFrame& frame, bool may_hold_back) {
    const std::size_t bytes = frame.bytes.size();
    host_.trace(TraceEvent::RxWire, static_cast<uint32_t>(bytes), 0);
    if (!configuration_.configured() || configuration_.is_set(config::csma_disable)) {
        filtered(Filtered::NotListening, bytes);
        return true;
    }
    if (bytes < mac_header_bytes) {
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
    if (!stopped() && store(describe(frame, {}, match, configuration_)) != Stored::Not)
        return true;
    return wait_or_lose(frame.bytes, may_hold_back);
}

/// A bad frame is counted whatever the unit's state (SDM table 17), saved on demand, and never waits in the
/// FIFO.
void ReceiveUnit::admit_bad(const WireFrame& frame, const FrameErrors& errors,
                            const AddressFilter::Match& match) {
    const bool discarded_short =
        (errors.status & rfd_status::too_short) != 0 && configuration_.is_set(config::discard_short);
    const bool saved = configuration_.is_set(config::save_bad_frames) && !discarded_short;
    statistics_.count(errors.counter());
    if (saved && scb_.ru_status() == RuStatus::Ready &&
        store(describe(frame, errors, match, configuration_)) != Stored::Not)
        return;
    trace_drop(errors.counter(), frame.bytes.size());
}

bool ReceiveUnit::wait_or_lose(std::span<const uint8_t> frame, bool may_hold_back) {
    if (has_fifo() && fifo_.push(frame)) {
        host_.trace(TraceEvent::RxFifo, static_cast<uint32_t>(frame.size()),
                    static_cast<uint32_t>(fifo_.used()));
        return true;
    }
    if (may_hold_back) {
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
    return scb_.ru_status() == RuStatus::NoResources ? Counter::RxResourceErrors : Counter::RxOverruns;
}

void ReceiveUnit::deliver_waiting() {
    while (!fifo_.empty() && scb_.ru_status() == RuStatus::Ready) {
        const WireFrame frame{.bytes = fifo_.front()};
        const AddressFilter::Match match = filter_.match(frame.bytes.first<6>(), configuration_);
        if (store(describe(frame, {}, match, configuration_)) == Stored::Not)
            break;
        fifo_.pop();
    }
}

void ReceiveUnit::discard_waiting() {
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
    state_.rfd = 0;
}

bool ReceiveUnit::valid(RuStatus status, std::span<const uint8_t> fifo) const {
    const bool may_wait = has_fifo() && (status == RuStatus::Suspended || status == RuStatus::NoResources);
    return (fifo.empty() || may_wait) && ReceiveFifo::valid(fifo);
}

void ReceiveUnit::restore(const State& state, std::span<const uint8_t> fifo) {
    state_ = state;
    fifo_.restore(fifo);
}

} // namespace i8255x
