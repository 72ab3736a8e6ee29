// SPDX-License-Identifier: GPL-2.0-or-later
// The receive frame area: a ring of packet buffers, each beginning with its RFD (SDM 6.4.3), and the stopper
// that keeps the chip away from the descriptor whose link is being written.
#pragma once

#include <array>
#include <cstdint>

#include "driver/error.h"
#include "driver/options.h"
#include "driver/shared_memory.h"
#include "i8255x/rfd.h"
#include "kernel/dma.h"
#include "kernel/packet_buffer.h"

namespace e100 {

class ReceiveRing {
  public:
    /// Bytes behind the RFD: the largest frame with VLAN tag and FCS.
    static constexpr uint16_t frame_bytes = 1522;

    /// All slots filled, stopper set. Error::NoMemory leaves an empty ring.
    Error fill(unsigned slots, const void* device);
    void release();
    unsigned size() const { return size_; }
    unsigned to_clean() const { return to_clean_; }
    unsigned to_use() const { return to_use_; }
    unsigned stopper() const { return stopper_; }
    unsigned occupied() const;  ///< slots with a buffer
    unsigned completed() const; ///< of these, how many the chip has finished

    bool clean_slot_filled() const { return slots_[to_clean_].packet != nullptr; }
    bool clean_slot_is_stopper() const { return to_clean_ == stopper_; }
    uint32_t clean_bus_address() const { return slots_[to_clean_].mapping.bus_address(); }

    enum class Progress : uint8_t {
        Completed, ///< the chip has finished this descriptor
        Pending,   ///< it has not
        Skipped,   ///< it has not, and never will: it has finished a later one
    };
    Progress clean_slot_progress();
    i8255x::ReceiveFrameDescriptor& clean_slot_descriptor() const { return descriptor(to_clean_); }
    /// Takes the packet out of the slot at to_clean() and moves on. Its data begin with the RFD.
    kernel::PacketBuffer* take();
    /// Allocates the buffer that refill() will put where take() takes one away; false if memory is short.
    bool reserve();
    /// Has refill() use the buffer again that take() returned.
    void give_back(kernel::PacketBuffer* packet);

    /// Puts buffers into empty slots until all are full or memory is short, then moves the stopper behind
    /// them.
    void refill();

    /// First slot from to_clean() on that the chip has not finished: where a stopped receiver left off.
    unsigned first_unfinished() const;
    uint32_t bus_address(unsigned slot) const { return slots_[slot].mapping.bus_address(); }

  private:
    struct Slot {
        kernel::PacketBuffer* packet = nullptr;
        kernel::DmaBuffer<kernel::Device> mapping;
    };
    unsigned next(unsigned slot) const { return slot + 1 == size_ ? 0 : slot + 1; }
    unsigned previous(unsigned slot) const { return slot == 0 ? size_ - 1 : slot - 1; }
    i8255x::ReceiveFrameDescriptor& descriptor(unsigned slot) const {
        return slots_[slot].mapping.descriptor<i8255x::ReceiveFrameDescriptor>();
    }
    bool completed(unsigned slot) const {
        return load(descriptor(slot).status) & i8255x::rfd_status::complete;
    }
    bool finished(unsigned slot) const;
    bool fill_slot(unsigned slot);
    void move_stopper();
    void rearm_stopper();

    std::array<Slot, max_rx_ring> slots_;
    kernel::PacketQueue spares_; ///< what refill() uses first
    const void* device_ = nullptr;
    unsigned size_ = 0;
    unsigned to_clean_ = 0; ///< next slot to look at
    unsigned to_use_ = 0;   ///< first slot without a buffer; equal to to_clean_ when all are full
    unsigned stopper_ = 0;
};

} // namespace e100
