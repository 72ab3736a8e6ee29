// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: how a frame gets into the receive frame area, descriptor by descriptor
// (SDM 6.4.3.1, 6.4.3.3).
#include <algorithm>

#include "dma.h"
#include "receive_slot.h"
#include "receive_unit.h"

namespace i8255x {
namespace {

/// Descriptors without room that are passed for one frame before the list counts as one without end.
constexpr unsigned max_skipped_descriptors = 256;

constexpr int64_t first_look_ns = 10'000;
constexpr unsigned max_looks = 13; // each after twice the time: 82 ms in all

} // namespace

bool ReceiveUnit::read_slot(Slot& slot) const {
    ReceiveFrameDescriptor rfd;
    if (!dma_read_object(host_, state_.rfd, rfd))
        return false;
    const std::size_t own =
        configuration_.extended_rfd() ? sizeof(ExtendedReceiveFrameDescriptor) : sizeof(rfd);
    slot.address = state_.rfd;
    slot.data = state_.rfd + static_cast<uint32_t>(own);
    slot.command = rfd.command;
    slot.link = rfd.link;
    slot.rbd = rfd.rbd;
    slot.header = (slot.command & rfd_command::header) != 0 ? state_.header_data_size : 0;
    slot.size = rfd.size & rfd_count::mask;
    return true;
}

/// A descriptor without room is passed, or stops the unit with nothing written to it (SDM 6.4.3.1; the
/// "stopper" of drivers that must edit the last descriptor's link while the unit runs). Such a driver takes
/// the stopper away in two stores, EL first. Between them the descriptor says to be passed, which would leave
/// a hole in the driver's ring: it would wait there for ever. On silicon that is some nanoseconds out of a
/// prefetch; an emulated CPU can be stopped between any two stores for as long as the host likes. So it gets
/// its time.
ReceiveUnit::Found ReceiveUnit::find_slot(Slot& slot) {
    for (unsigned skipped = 0; skipped < max_skipped_descriptors; skipped++) {
        if (!read_slot(slot))
            return Found::Unreadable;
        if (slot.room() != 0 || slot.flexible()) {
            looks_ = 0;
            return Found::Slot;
        }
        if ((slot.command & (rfd_command::end_of_list | rfd_command::suspend)) == 0 && await_room())
            return Found::Later;
        if (!pass(slot, 0))
            return Found::None;
    }
    host_.guest_error("no RFD with room in a long chain", state_.rfd);
    leave_ready(RuStatus::NoResources, 0);
    return Found::None;
}

/// False when the descriptor has been looked at often enough: it means what it says.
bool ReceiveUnit::await_room() {
    if (looks_ == max_looks)
        return false;
    state_.room_deadline_ns = host_.now_ns() + (first_look_ns << looks_++);
    host_.arm_timer(Timer::ReceiveRoom, state_.room_deadline_ns);
    return true;
}

void ReceiveUnit::await_room_no_longer() {
    looks_ = 0;
    if (awaits_room())
        host_.cancel_timer(Timer::ReceiveRoom);
    state_.room_deadline_ns = -1;
}

void ReceiveUnit::room_timer_fired() {
    state_.room_deadline_ns = -1;
    deliver_waiting();
}

/// Goes on behind `slot`, raising `causes`; false if that leaves the ready state.
bool ReceiveUnit::pass(const Slot& slot, uint8_t causes) {
    if ((slot.command & rfd_command::end_of_list) != 0) {
        leave_ready(RuStatus::NoResources, causes);
        return false;
    }
    state_.rfd = state_.base + slot.link;
    if ((slot.command & rfd_command::suspend) != 0) {
        leave_ready(buffers_.used_up() ? RuStatus::SuspendedNoRbds : RuStatus::Suspended, causes);
        return false;
    }
    scb_.set_ru_status(buffers_.used_up() ? RuStatus::ReadyNoRbds : RuStatus::Ready);
    if (causes != 0)
        scb_.raise(causes);
    return true;
}

/// Stops behind `slot`, which could not take all of its frame: for want of a larger descriptor, or of
/// buffers.
void ReceiveUnit::leave_full(const Slot& slot, bool with_buffers, uint8_t causes) {
    if (!with_buffers || (slot.command & rfd_command::end_of_list) != 0) {
        leave_ready(RuStatus::NoResources, causes);
        return;
    }
    state_.rfd = state_.base + slot.link;
    leave_ready(RuStatus::NoResourcesNoRbds, causes);
}

void ReceiveUnit::leave_ready(RuStatus next, uint8_t other_causes) {
    looks_ = 0;
    scb_.set_ru_status(next);
    scb_.raise(other_causes | stat::rnr | bundling_.take());
}

ReceiveUnit::Stored ReceiveUnit::store(const ReceivedFrame& frame, bool rest_may_wait) {
    Slot slot;
    switch (find_slot(slot)) {
    case Found::Later:
        return Stored::Later;
    case Found::None:
        return Stored::Not;
    case Found::Unreadable:
        lose_to_bus("RFD not readable", frame);
        return Stored::Lost;
    case Found::Slot:
        break;
    }
    if (slot.header != 0 && frame.bytes > slot.header)
        return store_header(slot, frame, rest_may_wait);
    return complete(slot, frame, 0, nullptr);
}

/// Where the bytes of a frame went.
struct ReceiveUnit::Placed {
    bool nothing = false;      ///< no buffer for what needs one: nothing was written
    bool overrun = false;      ///< the bus refused
    bool with_buffers = false; ///< the descriptor's data area alone was not all there is
    std::size_t own = 0;       ///< behind the descriptor
    std::size_t beyond = 0;    ///< in buffers
};

/// Stores the frame but for its first `header` bytes, which are there: the data straight from where they are,
/// and those for buffers first, because without any nothing at all is written. What does not fit is cut off.
ReceiveUnit::Placed ReceiveUnit::place(const Slot& slot, const ReceivedFrame& frame, std::size_t header,
                                       ReceiveBuffers* redirected) {
    ReceiveBuffers* const buffers = redirected == nullptr && slot.flexible() ? &buffers_ : redirected;
    const std::size_t room = redirected == nullptr ? slot.room() : header;
    Placed placed{.with_buffers = buffers != nullptr, .own = std::min(frame.bytes, room)};
    if (buffers != nullptr && placed.own < frame.bytes) {
        const ReceiveBuffers::Stored stored = buffers->store(frame, placed.own, state_.base);
        placed.beyond = stored.bytes;
        placed.nothing = stored.outcome == ReceiveBuffers::Outcome::Nothing && header == 0;
        placed.overrun = stored.outcome == ReceiveBuffers::Outcome::Refused;
    }
    const std::size_t there = std::min(header, placed.own);
    if (!placed.nothing && !placed.overrun)
        placed.overrun = !dma_write_frame(host_, slot.data + static_cast<uint32_t>(there), frame, there,
                                          placed.own - there);
    return placed;
}

/// Stores what is not there yet of the frame and completes its descriptor.
ReceiveUnit::Stored ReceiveUnit::complete(const Slot& slot, const ReceivedFrame& frame, std::size_t header,
                                          ReceiveBuffers* redirected) {
    const ReceiveBuffers::State free_before = buffers_.state();
    if (slot.flexible() && slot.rbd != no_rbd)
        buffers_.load(state_.base + slot.rbd);
    const Placed placed = place(slot, frame, header, redirected);
    if (placed.nothing) {
        leave_ready(RuStatus::NoResourcesNoRbds, 0);
        return Stored::Not;
    }
    raise_early_receive(frame.wire);
    if (placed.overrun)
        buffers_.restore(free_before);
    // A header that is there already keeps its descriptor, as with other bad frames.
    const bool kept = !placed.overrun || passes_overruns() || header != 0;
    if (!kept || !write_completion(slot, frame, placed)) {
        buffers_.restore(free_before);
        lose_to_bus("RFD not writable", frame);
        return Stored::Lost;
    }
    const bool fits = placed.own + placed.beyond == frame.bytes;
    if (placed.overrun)
        statistics_.count(Counter::RxOverruns);
    else if (fits && !frame.errors.any())
        statistics_.count(Counter::RxGoodFrames);
    const uint8_t causes = bundling_.frame_stored(frame.wire.size());
    if (fits || placed.overrun)
        pass(slot, causes);
    else
        leave_full(slot, placed.with_buffers, causes);
    return Stored::Done;
}

/// No time passes while a frame comes in, so that the interrupt before its end is the one just before FR.
void ReceiveUnit::raise_early_receive(std::span<const uint8_t> frame) {
    const std::size_t bytes_left = std::size_t{state_.early_receive} << early_rx_shift;
    if (bytes_left != 0 && is_early_receive_due(frame, bytes_left, configuration_))
        scb_.raise(stat::er);
}

bool ReceiveUnit::passes_overruns() const {
    return configuration_.is_set(config::pass_overruns) || configuration_.is_set(config::save_bad_frames);
}

/// Report and count, then behind a barrier the status word alone: whoever sees C sees the rest, and a driver
/// that changes the command word at the same time keeps its change.
bool ReceiveUnit::write_completion(const Slot& slot, const ReceivedFrame& frame, const Placed& placed) {
    const std::size_t stored = placed.overrun ? 0 : placed.own + placed.beyond;
    uint16_t status = rfd_status::complete | frame.status;
    if (placed.overrun)
        status |= rfd_status::overrun;
    else if (stored < frame.bytes)
        status |= rfd_status::no_resources;
    else if (!frame.errors.any())
        status |= rfd_status::ok;
    const std::size_t said =
        std::min<std::size_t>(slot.header != 0 ? stored : std::min(stored, placed.own), rfd_count::mask);
    const Le16 count = static_cast<uint16_t>(rfd_count::end_of_frame | rfd_count::valid | said);
    if (configuration_.extended_rfd() && !dma_write_object(host_, slot.report_address(), frame.report))
        return false;
    if (!dma_write_object(host_, slot.count_address(), count))
        return false;
    host_.write_barrier();
    if (!dma_write_object(host_, slot.address, Le16(status)))
        return false;
    host_.trace(TraceEvent::RfdComplete, slot.address, static_cast<uint32_t>(stored));
    return true;
}

/// The bus refused: the frame is lost as if it had not granted in time, an overrun (SDM table 17); the
/// descriptor stays the next one.
void ReceiveUnit::lose_to_bus(const char* what, const ReceivedFrame& frame) {
    host_.guest_error(what, state_.rfd);
    if (frame.errors.any()) // counted already
        trace_drop(frame.errors.counter(), frame.wire.size());
    else
        drop(Counter::RxOverruns, frame.wire.size());
}

} // namespace i8255x
