// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: how a frame gets into the receive frame area, descriptor by descriptor
// (SDM 6.4.3.1, 6.4.3.3).
#include <algorithm>

#include "dma.h"
#include "receive_unit.h"

namespace i8255x {
namespace {

constexpr uint32_t count_offset = offsetof(ReceiveFrameDescriptor, actual_count);
constexpr uint32_t data_offset = sizeof(ReceiveFrameDescriptor);

/// Descriptors without room that are passed for one frame before the list counts as one without end.
constexpr unsigned max_skipped_descriptors = 256;

} // namespace

struct ReceiveUnit::Slot {
    uint32_t address = 0;
    uint16_t command = 0;
    uint32_t link = 0;
    std::size_t size = 0;
};

bool ReceiveUnit::read_slot(Slot& slot) {
    ReceiveFrameDescriptor rfd;
    if (!dma_read_object(host_, state_.rfd, rfd))
        return false;
    slot = {.address = state_.rfd,
            .command = rfd.command,
            .link = rfd.link,
            .size = static_cast<std::size_t>(rfd.size & rfd_count::mask)};
    return true;
}

/// A descriptor without room is passed, or stops the unit with nothing written to it (SDM 6.4.3.1; the
/// "stopper" of drivers that must edit the last descriptor's link while the unit runs).
ReceiveUnit::Found ReceiveUnit::find_slot(Slot& slot) {
    for (unsigned skipped = 0; skipped < max_skipped_descriptors; skipped++) {
        if (!read_slot(slot))
            return Found::Unreadable;
        if ((slot.command & rfd_command::flexible) != 0) {
            host_.guest_error("RFD of the flexible mode", slot.address);
            leave_ready(RuStatus::NoResources, 0);
            return Found::None;
        }
        if (slot.size != 0)
            return Found::Slot;
        if (!pass(slot, 0))
            return Found::None;
    }
    host_.guest_error("no RFD with room in a long chain", state_.rfd);
    leave_ready(RuStatus::NoResources, 0);
    return Found::None;
}

/// Goes on behind `slot`, raising `causes`; false if that leaves the ready state.
bool ReceiveUnit::pass(const Slot& slot, uint8_t causes) {
    if ((slot.command & rfd_command::end_of_list) != 0) {
        leave_ready(RuStatus::NoResources, causes);
        return false;
    }
    state_.rfd = state_.base + slot.link;
    if ((slot.command & rfd_command::suspend) != 0) {
        leave_ready(RuStatus::Suspended, causes);
        return false;
    }
    if (causes != 0)
        scb_.raise(causes);
    return true;
}

void ReceiveUnit::leave_ready(RuStatus next, uint8_t other_causes) {
    scb_.set_ru_status(next);
    scb_.raise(other_causes | stat::rnr | bundling_.take());
}

ReceiveUnit::Stored ReceiveUnit::store(const ReceivedFrame& frame) {
    Slot slot;
    switch (find_slot(slot)) {
    case Found::None:
        return Stored::Not;
    case Found::Unreadable:
        lose_to_bus("RFD not readable", frame);
        return Stored::Lost;
    case Found::Slot:
        break;
    }
    const bool overrun = !write_data(slot, frame);
    if ((overrun && !passes_overruns()) || !write_completion(slot, frame, overrun)) {
        lose_to_bus("RFD not writable", frame);
        return Stored::Lost;
    }
    const bool fits = frame.bytes() <= slot.size;
    if (overrun)
        statistics_.count(Counter::RxOverruns);
    else if (fits && !frame.errors.any())
        statistics_.count(Counter::RxGoodFrames);
    const uint8_t causes = bundling_.frame_stored(frame.data.size());
    if (fits)
        pass(slot, causes);
    else
        leave_ready(RuStatus::NoResources, causes);
    return Stored::Done;
}

bool ReceiveUnit::passes_overruns() const {
    return configuration_.is_set(config::pass_overruns) || configuration_.is_set(config::save_bad_frames);
}

/// The data first and straight from where they are; what does not fit is cut off.
bool ReceiveUnit::write_data(const Slot& slot, const ReceivedFrame& frame) {
    const std::size_t data = std::min(frame.data.size(), slot.size);
    const std::size_t trailer = std::min<std::size_t>(frame.trailer_bytes, slot.size - data);
    const uint32_t address = slot.address + data_offset;
    return host_.dma_write(address, frame.data.first(data)) &&
           (trailer == 0 ||
            host_.dma_write(address + static_cast<uint32_t>(data), std::span(frame.trailer).first(trailer)));
}

/// Count, then behind a barrier the status word alone: whoever sees C sees the rest, and a driver that
/// changes the command word at the same time keeps its change.
bool ReceiveUnit::write_completion(const Slot& slot, const ReceivedFrame& frame, bool overrun) {
    const std::size_t stored = overrun ? 0 : std::min(frame.bytes(), slot.size);
    uint16_t status = rfd_status::complete | frame.status;
    if (overrun)
        status |= rfd_status::overrun;
    else if (frame.bytes() > slot.size)
        status |= rfd_status::no_resources;
    else if (!frame.errors.any())
        status |= rfd_status::ok;
    const Le16 count = static_cast<uint16_t>(rfd_count::end_of_frame | rfd_count::valid | stored);
    if (!dma_write_object(host_, slot.address + count_offset, count))
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
        trace_drop(frame.errors.counter(), frame.data.size());
    else
        drop(Counter::RxOverruns, frame.data.size());
}

} // namespace i8255x
