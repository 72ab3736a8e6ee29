// SPDX-License-Identifier: GPL-2.0-or-later
// The system control block (SDM 6.3.2): status, acknowledge, commands, interrupt mask.
#pragma once

#include <cstdint>

#include "arch/mmio.h"
#include "driver/error.h"
#include "i8255x/csr.h"
#include "i8255x/little_endian.h"
#include "kernel/spinlock.h"

namespace e100 {

class Scb {
  public:
    void attach(arch::Mmio registers) { registers_ = registers; }

    uint8_t status() const { return registers_.read8(i8255x::csr::scb_status); }
    uint8_t causes() const { return registers_.read8(i8255x::csr::stat_ack); }
    void acknowledge(uint8_t causes) const { registers_.write8(i8255x::csr::stat_ack, causes); }
    bool receiver_out_of_resources() const;
    bool receiver_ready() const;

    /// Waits until the chip took the command before, then gives this one (SDM 6.3.2.2). Any context.
    Error command(i8255x::CuCommand command);
    Error command(i8255x::CuCommand command, uint32_t pointer);
    Error command(i8255x::RuCommand command, uint32_t pointer);
    /// CU resume for the block with this status word, unless the unit has run into it by itself and completed
    /// it: a resume too many would cancel the delayed CNA of that block (SDM 6.4.2.5.4).
    Error resume(const i8255x::Le16& block_status);

    /// M bit: INTA# is not asserted until unmask(). The causes go on collecting.
    void mask();
    /// Unmasks unless `keep_masked(cookie)` says, under the lock that mask() takes, that somebody else masked
    /// since.
    bool unmask_unless(bool (*keep_masked)(void* cookie), void* cookie);
    /// SI bit: an SWI interrupt, without touching the mask (SDM 6.3.2.2).
    void raise_software_interrupt();

  private:
    Error give(uint8_t command, const uint32_t* pointer);
    bool wait_accepted() const;

    arch::Mmio registers_;
    kernel::SpinLock lock_; ///< command byte, general pointer and interrupt control byte
};

} // namespace e100
