// SPDX-License-Identifier: GPL-2.0-or-later
// The command block list: a ring in shared memory that the command unit walks (SDM 6.4.1, 6.5.3). The newest
// block always carries the S bit; appending clears it on the one before and resumes, so the list never ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "driver/error.h"
#include "driver/options.h"
#include "driver/scb.h"
#include "driver/shared_memory.h"
#include "i8255x/command_block.h"
#include "kernel/dma.h"
#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"

namespace e100 {

/// A block as the chip sees it. The longest parameters are those of the multicast setup.
struct SharedCommand {
    i8255x::CommandBlock header;
    std::array<uint8_t, 120> parameters;
};
static_assert(sizeof(SharedCommand) == 128);

/// What the driver remembers of a block.
struct CommandSlot {
    kernel::PacketBuffer* packet = nullptr; ///< to be freed when the block is done; none for setup commands
    uint32_t data_bus = 0;
    uint32_t data_bytes = 0;
    uint64_t queued_ns = 0;
};

class CommandList {
  public:
    Error allocate(unsigned count);
    /// From here on submit() says that there is no room; what is queued stays.
    void close();
    void release(); ///< after purge()
    unsigned size() const { return count_; }
    unsigned to_clean() const { return to_clean_; }
    unsigned to_use() const { return to_use_; }
    uint32_t bus_address(unsigned slot) const;

    /// `prepare(SharedCommand&, CommandSlot&, uint32_t bus_address)` fills in the next free block and sets
    /// its command word without S, EL and link. False if the ring is full; room() turns true later, and then
    /// reclaim() says so.
    template <typename Prepare> bool submit(Scb& scb, Prepare prepare) {
        kernel::BhSpinGuard guard(lock_);
        if (!open_ || used_ == count_) {
            somebody_waits_ = true;
            return false;
        }
        prepare(shared(to_use_), slots_[to_use_], bus_address(to_use_));
        append(scb);
        return true;
    }

    struct Reclaimed {
        unsigned blocks = 0;
        bool room_again = false; ///< submit() had failed since the last reclaim()
    };
    /// Takes back completed blocks; `done(CommandSlot&)` for each that carried a packet.
    template <typename Done> Reclaimed reclaim(Done done) {
        kernel::BhSpinGuard guard(lock_);
        Reclaimed result;
        for (; used_ && completed(to_clean_); result.blocks++)
            take_back(done);
        result.room_again = result.blocks && somebody_waits_;
        if (result.room_again)
            somebody_waits_ = false;
        return result;
    }
    /// The same for all blocks, done or not: the chip is stopped.
    template <typename Done> void purge(Done done) {
        kernel::BhSpinGuard guard(lock_);
        while (used_)
            take_back(done);
    }

    /// Waits, as long as chip_gets_done(), until every block is completed with OK.
    Error wait_done();
    /// When the oldest unfinished block with a packet was queued; 0 if there is none.
    uint64_t oldest_packet_ns();
    uint64_t commands_refused() const { return refused_; }

  private:
    SharedCommand& shared(unsigned slot) const { return memory_.as<SharedCommand>()[slot]; }
    unsigned next(unsigned slot) const { return slot + 1 == count_ ? 0 : slot + 1; }
    unsigned previous(unsigned slot) const { return slot == 0 ? count_ - 1 : slot - 1; }
    bool completed(unsigned slot) const {
        return load(shared(slot).header.status) & i8255x::cb_status::complete;
    }
    void append(Scb& scb);
    void start_pending(Scb& scb);
    template <typename Done> void take_back(Done done) {
        CommandSlot& slot = slots_[to_clean_];
        if (slot.packet)
            done(slot);
        slot = {};
        store(shared(to_clean_).header.status, 0);
        to_clean_ = next(to_clean_);
        used_--;
    }

    kernel::SpinLock lock_;
    kernel::CoherentMemory memory_;
    std::array<CommandSlot, max_tx_ring> slots_{};
    unsigned count_ = 0, used_ = 0;
    unsigned to_use_ = 0;   ///< next free block
    unsigned to_send_ = 0;  ///< first block the chip was not told of
    unsigned to_clean_ = 0; ///< oldest block not taken back
    bool open_ = false;
    bool started_ = false; ///< the first block goes by CU start, all others by resume
    bool somebody_waits_ = false;
    uint64_t refused_ = 0;
};

} // namespace e100
