// SPDX-License-Identifier: GPL-2.0-or-later
// The transceiver behind the management interface (SDM 6.3.5, 7; IEEE 802.3 clause 22).
#pragma once

#include <cstdint>

#include "arch/mmio.h"
#include "driver/error.h"
#include "kernel/spinlock.h"

namespace e100 {

struct Link {
    bool up = false;
    bool speed_100 = false;
    bool full_duplex = false;
};

class Phy {
  public:
    void attach(arch::Mmio registers) { registers_ = registers; }
    /// Looks for a PHY at 1, 0, 2 ... 31, isolates all others and connects it.
    Error find();
    unsigned address() const { return address_; }
    uint32_t id() const { return id_; } ///< register 3 in the upper half
    Link link();
    /// Back to how it powers on: it negotiates, and offers all it can.
    void reset();
    void advertise(uint16_t modes); ///< ANAR's bits, from the next negotiation on
    /// False if it does not negotiate.
    bool restart_negotiation();
    void negotiate();                             ///< begins anew
    void force(bool speed_100, bool full_duplex); ///< and negotiates no longer

    /// One management cycle at the PHY found; 0 if the interface does not become ready.
    uint16_t read(unsigned reg);
    void write(unsigned reg, uint16_t value);

  private:
    bool answers(unsigned phy);
    void isolate_others();
    uint16_t cycle(uint32_t opcode, unsigned phy, unsigned reg, uint16_t data);
    bool wait_ready() const;

    arch::Mmio registers_;
    kernel::SpinLock lock_;
    unsigned address_ = 0;
    uint32_t id_ = 0;
};

} // namespace e100
