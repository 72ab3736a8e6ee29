// SPDX-License-Identifier: GPL-2.0-or-later
// What the chip needs from whatever surrounds it: QEMU, the co-simulation, a test or the fuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "trace_event.h"

namespace i8255x {

enum class Timer : uint8_t {
    CnaDelay,      ///< CID: the delayed CNA interrupt (SDM 6.4.2.5.4)
    TransmitPoll,  ///< a dynamic TBD without buffer is looked at again (SDM 6.4.2.3 byte 7), or the wire is
                   ///< free
    ReceiveBundle, ///< FR of received frames that were bundled (microcode)
    Negotiation,   ///< the PHY agrees with its partner; runs in every power state
    PauseRepeat,   ///< the peer is told to stop once more (SDM 6.6)
    HeaderSplit,   ///< the rest of a frame waits no longer for RX DMA redirect
    ReceiveRoom,   ///< a descriptor without room is looked at again
};
inline constexpr unsigned timer_count = 7;

inline constexpr unsigned max_send_parts = 8;

/// How a large packet is to be cut; offsets are from its first byte.
struct Segmentation {
    std::size_t tcp;     ///< where the TCP header stands
    std::size_t payload; ///< where that of the packet begins
    std::size_t most;    ///< payload of each segment but the last
};

/// What a host does with TCP packets that are to leave in segments.
enum class LargePackets : uint8_t {
    Refused, ///< it is given the segments
    Cut,     ///< as a virtio_net_hdr asks for: the checksum's place has the sum of the pseudo-header
    Taken,   ///< TCP ends there: it takes them for one segment, with its checksum
};

/// Called by the chip only from inside one of Chip's public functions, on the caller's thread.
class Host {
  public:
    /// Guest-physical memory, absolute addresses, wrapping at 2^32. False if the bus refused (master
    /// disabled, no memory there); `into` is then all zero bits.
    virtual bool dma_read(uint32_t address, std::span<uint8_t> into) = 0;
    /// False if the bus refused; nothing, or a part, was then written.
    virtual bool dma_write(uint32_t address, std::span<const uint8_t> from) = 0;
    /// Orders all dma_write calls before it against all after it, as seen by every guest CPU.
    virtual void write_barrier() = 0;

    /// Level of INTA#; called on changes only.
    virtual void set_interrupt(bool asserted) = 0;
    /// PME status (PMCSR bit 15, the same as PMDR bit 0): true at every reason to wake the machine, even if
    /// the status is set already; false when the chip has cleared it.
    virtual void set_pme(bool status) = 0;

    /// One frame without FCS leaves for the wire, gathered from `parts` (at most `max_send_parts`, valid
    /// during the call only).
    virtual void send(std::span<const std::span<const uint8_t>> parts) = 0;
    virtual LargePackets large_packets() { return LargePackets::Refused; }
    /// The same for a large packet, if they are not refused. Its IPv4 length is that of the whole.
    virtual void send_large(std::span<const uint8_t> /*packet*/, const Segmentation&) {}
    /// can_receive() changed from false to true: frames held back by the host may be offered again.
    virtual void receive_possible() = 0;

    /// Clock of the emulated machine, in nanoseconds; never goes back.
    virtual int64_t now_ns() = 0;
    /// Calls Chip::timer_fired(timer) once at `deadline_ns`; replaces an earlier deadline of the same timer.
    virtual void arm_timer(Timer timer, int64_t deadline_ns) = 0;
    virtual void cancel_timer(Timer timer) = 0;

    /// Calls Chip::run_command_unit() soon, but never from inside this call. Calls before it ran count as
    /// one.
    virtual void schedule_command_unit() = 0;

    /// Word `index` of the non-volatile memory was changed by the guest to `value`.
    virtual void eeprom_changed(unsigned index, uint16_t value) = 0;

    /// The guest did something the manual forbids: `what`, one clause without newline, with `value`.
    virtual void guest_error(const char* what, uint32_t value) = 0;
    /// One step of the chip's work, for people who watch; if nobody does, it costs one branch.
    void trace(TraceEvent event, uint32_t a, uint32_t b) {
        if (watched_)
            show(event, a, b);
    }
    bool& watched() { return watched_; } ///< true at first

  protected:
    ~Host() = default;
    virtual void show(TraceEvent event, uint32_t a, uint32_t b) = 0;

  private:
    bool watched_ = true;
};

} // namespace i8255x
