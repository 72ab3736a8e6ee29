// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: header RFDs and RX DMA redirect. The manual gives both a few words (SDM table 14, 6.4.3.1.2,
// 6.5.4), and no driver uses them; all that is chosen here is this:
//
// * The header area (as long as the header data size) stands in front of the data area, whose size the RFD
//   tells. FR comes when the header is there (F, not EOF, count of the header), and again at the end (F and
//   EOF, count of the whole frame wherever it is stored). A frame that is not longer than the header comes at
//   once.
// * In between, the rest of a good frame waits for the driver's redirect, on chips that have it: as long as
//   the FIFO takes to fill at 100 Mb/s, or until it is full. Then the rest goes behind the header. On the
//   82557 nothing waits.
// * A redirect without a frame in the middle is too late and does nothing. Kept for the next frame, it would
//   put that one into memory meant for another.
// * RFDs without H bit, and those of the flexible mode, work as ever beside the header RFDs.
#include <algorithm>
#include <utility>

#include "dma.h"
#include "receive_slot.h"
#include "receive_unit.h"

namespace i8255x {
namespace {

constexpr int64_t ns_per_byte = 80;
constexpr int64_t redirect_window_ns = ReceiveFifo::capacity * ns_per_byte;

} // namespace

void ReceiveUnit::load_header_data_size() {
    const uint32_t size = scb_.general_pointer();
    if (size == 0 || (size & ~header_data_size_mask) != 0)
        host_.guest_error("header data size that is not even, too large or 0", size);
    if (mid_frame()) {
        end_split(nullptr);
        deliver_waiting();
    }
    state_.header_data_size = size & header_data_size_mask;
}

void ReceiveUnit::redirect() {
    if (!mid_frame()) {
        host_.guest_error("RX DMA redirect without a frame to redirect", scb_.general_pointer());
        return;
    }
    ReceiveBuffers buffers(host_);
    buffers.load(state_.base + scb_.general_pointer());
    end_split(&buffers);
    deliver_waiting();
}

void ReceiveUnit::split_timer_fired() {
    if (!mid_frame())
        return;
    end_split(nullptr);
    deliver_waiting();
}

/// Whether a frame of `bytes` would have its header delivered before its end.
bool ReceiveUnit::next_splits(std::size_t bytes) const {
    Slot slot;
    return state_.header_data_size != 0 && ready() && read_slot(slot) && slot.header != 0 &&
           bytes > slot.header;
}

/// The frame is longer than the header. If its rest waits, whoever called keeps the frame in the FIFO.
ReceiveUnit::Stored ReceiveUnit::store_header(const Slot& slot, const ReceivedFrame& frame,
                                              bool rest_may_wait) {
    const Le16 count = static_cast<uint16_t>(rfd_count::valid | slot.header);
    if (!dma_write_frame(host_, slot.data, frame, 0, slot.header) ||
        !dma_write_object(host_, slot.count_address(), count)) {
        lose_to_bus("header RFD not writable", frame);
        return Stored::Lost;
    }
    host_.write_barrier();
    host_.trace(TraceEvent::RxHeader, slot.address, static_cast<uint32_t>(slot.header));
    scb_.raise(bundling_.at_once());
    if (!rest_may_wait)
        return complete(slot, frame, slot.header, nullptr);
    state_.header_stored = static_cast<uint16_t>(slot.header);
    state_.split_deadline_ns = host_.now_ns() + redirect_window_ns;
    host_.arm_timer(Timer::HeaderSplit, state_.split_deadline_ns);
    return Stored::Header;
}

/// Stores the rest of the FIFO's first frame. The RFD is read again, and the configuration is the one of now;
/// whatever they say, only what is there of the frame is written.
void ReceiveUnit::end_split(ReceiveBuffers* redirected) {
    const std::size_t header = forget_split();
    const WireFrame frame{.bytes = fifo_.front()};
    const AddressFilter::Match match = filter_.match(frame.bytes.first<6>(), configuration_);
    const ReceivedFrame received = describe(frame, {}, match, configuration_);
    Slot slot;
    if (read_slot(slot))
        complete(slot, received, std::min(header, received.bytes), redirected);
    else
        lose_to_bus("RFD not readable", received);
    fifo_.pop();
}

/// Gives the bytes of the header that are stored; 0 if no frame is in the middle.
uint16_t ReceiveUnit::forget_split() {
    if (mid_frame()) {
        state_.split_deadline_ns = -1;
        host_.cancel_timer(Timer::HeaderSplit);
    }
    return std::exchange(state_.header_stored, uint16_t{0});
}

uint32_t ReceiveUnit::byte_count() const {
    Slot slot;
    if (!ready() || !read_slot(slot))
        return 0;
    const std::size_t size = slot.header != 0 && !mid_frame() ? slot.header : slot.size;
    return static_cast<uint32_t>(size) & rx_dma_byte_count_mask;
}

} // namespace i8255x
