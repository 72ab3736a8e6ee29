// SPDX-License-Identifier: GPL-2.0-or-later
// The receive frame area.
//
// The driver appends by writing the link of the last descriptor, sixteen bytes that the chip may be writing
// its status into at the same moment. So the descriptor before the last one is the stopper: end of list, and
// of size 0, which the chip must not use. It stops there without writing, and the last descriptor is the
// driver's alone.
#include "driver/receive_ring.h"

#include "arch/cpu.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

// IP headers end up on multiples of four: 2 + 16 bytes RFD + 14 bytes Ethernet header.
constexpr std::size_t headroom = kernel::packet_headroom + 2;
constexpr std::size_t buffer_bytes = sizeof(ReceiveFrameDescriptor) + ReceiveRing::frame_bytes;
static_assert((headroom + sizeof(ReceiveFrameDescriptor) + 14) % 4 == 0);
static_assert(headroom + buffer_bytes <= kernel::packet_block_bytes);

void write_template(std::byte* at) {
    auto& descriptor = *reinterpret_cast<ReceiveFrameDescriptor*>(at);
    store(descriptor.status, 0);
    store(descriptor.command, 0);
    store(descriptor.link, 0);
    store(descriptor.rbd, no_rbd);
    store(descriptor.actual_count, 0);
    store(descriptor.size, ReceiveRing::frame_bytes);
}

} // namespace

bool ReceiveRing::fill_slot(unsigned slot) {
    if (spares_.empty() && !reserve())
        return false;
    kernel::PacketBuffer* packet = spares_.pop();
    write_template(packet->data);
    kernel::DmaBuffer<kernel::Cpu> memory({packet->data, buffer_bytes}, kernel::DmaDirection::Bidirectional);
    slots_[slot].packet = packet;
    slots_[slot].mapping = std::move(memory).map(device_);
    if (slots_[previous(slot)].packet) {
        store(descriptor(previous(slot)).link, bus_address(slot));
        arch::write_barrier();
    }
    return true;
}

bool ReceiveRing::reserve() {
    kernel::PacketBuffer* packet = kernel::alloc_packet(headroom);
    if (packet)
        spares_.push(packet);
    return packet;
}

void ReceiveRing::give_back(kernel::PacketBuffer* packet) {
    packet->reserve(headroom);
    spares_.push(packet);
}

Error ReceiveRing::fill(unsigned slots, const void* device) {
    size_ = slots;
    device_ = device;
    to_clean_ = to_use_ = 0;
    for (unsigned slot = 0; slot < size_; slot++) {
        if (fill_slot(slot))
            continue;
        release();
        return Error::NoMemory;
    }
    store(descriptor(size_ - 1).link, bus_address(0));
    stopper_ = size_ - 2;
    store(descriptor(stopper_).size, 0);
    store(descriptor(stopper_).command, rfd_command::end_of_list);
    arch::write_barrier();
    return Error::None;
}

void ReceiveRing::release() {
    for (Slot& slot : slots_) {
        if (!slot.packet)
            continue;
        std::move(slot.mapping).unmap();
        kernel::drop_packet(std::exchange(slot.packet, nullptr), kernel::DropReason::QueuePurge);
    }
    spares_.purge(kernel::DropReason::QueuePurge);
    size_ = to_clean_ = to_use_ = stopper_ = 0;
}

unsigned ReceiveRing::occupied() const {
    unsigned count = 0;
    for (unsigned slot = 0; slot < size_; slot++)
        count += slots_[slot].packet != nullptr;
    return count;
}

unsigned ReceiveRing::completed() const {
    unsigned count = 0;
    for (unsigned slot = to_clean_; count < size_ && slots_[slot].packet && completed(slot);
         slot = next(slot))
        count++;
    return count;
}

/// Some models of the chip complete a descriptor of size 0 (QEMU's own does). Its frame is gone; the
/// descriptor goes on being the stopper, for nothing else keeps the chip from running into memory that it no
/// longer owns.
void ReceiveRing::rearm_stopper() {
    store(descriptor(stopper_).actual_count, 0);
    arch::write_barrier();
    store(descriptor(stopper_).status, 0);
}

ReceiveRing::Progress ReceiveRing::clean_slot_progress() {
    if (completed(to_clean_)) {
        if (!clean_slot_is_stopper())
            return Progress::Completed;
        rearm_stopper();
        return Progress::Pending;
    }
    // The chip passes over a descriptor of size 0 that is not the end of the list, and there is a moment
    // between two stores of move_stopper() when it can see one. It completes in order: once a later one is
    // complete, this one is either complete as well or never will be.
    const unsigned after = next(to_clean_);
    if (!slots_[after].packet || after == to_clean_ || !completed(after))
        return Progress::Pending;
    arch::read_barrier();
    return completed(to_clean_) ? Progress::Completed : Progress::Skipped;
}

kernel::PacketBuffer* ReceiveRing::take() {
    Slot& slot = slots_[to_clean_];
    std::move(slot.mapping).unmap();
    to_clean_ = next(to_clean_);
    return std::exchange(slot.packet, nullptr);
}

void ReceiveRing::refill() {
    bool filled = false;
    while (!slots_[to_use_].packet && fill_slot(to_use_)) {
        kernel::trace(kernel::Event::RingRefill, to_use_);
        to_use_ = next(to_use_);
        filled = true;
    }
    if (filled)
        move_stopper();
}

/// Three stores that the chip must see in this order: there is always a stopper, and the old one gets its
/// size back only when it no longer ends the list.
void ReceiveRing::move_stopper() {
    const unsigned old = stopper_;
    stopper_ = previous(previous(to_use_));
    if (old == stopper_)
        return;
    store(descriptor(stopper_).size, 0);
    store(descriptor(stopper_).command, rfd_command::end_of_list);
    arch::write_barrier();
    store(descriptor(old).command, 0);
    arch::write_barrier();
    store(descriptor(old).size, frame_bytes);
    arch::write_barrier();
    kernel::trace(kernel::Event::RingElMove, old, stopper_);
}

/// Complete, or passed over on the way to one that is.
bool ReceiveRing::finished(unsigned slot) const {
    if (!slots_[slot].packet)
        return false;
    const unsigned after = next(slot);
    return completed(slot) || (slots_[after].packet && completed(after));
}

/// From the stopper backwards: what the chip has not finished is what was added since it stopped, a poll's
/// worth, while what it has finished may be the whole ring.
unsigned ReceiveRing::first_unfinished() const {
    unsigned slot = stopper_;
    while (slot != to_clean_ && !finished(previous(slot)))
        slot = previous(slot);
    return slot;
}

} // namespace e100
