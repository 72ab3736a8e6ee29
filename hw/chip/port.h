// SPDX-License-Identifier: GPL-2.0-or-later
// PORT interface: resets, self-test and dumps that work even when the units are stuck (SDM 6.3.3). None of
// them raises an interrupt or takes time.
#pragma once

#include <cstdint>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/csr.h"
#include "reset.h"
#include "scb.h"
#include "statistics.h"
#include "variants.h"
#include "wake_up.h"

namespace i8255x {

class Port {
  public:
    struct Units {
        Host& host;
        const Variant& variant;
        ResetControl& reset_control;
        const Scb& scb;
        const Configuration& configuration;
        const AddressFilter& filter;
        const Statistics& statistics;
        const WakeUp& wake_up;
    };

    explicit Port(const Units& units) : units_(units) {}

    /// Latches the byte lanes that `lanes` covers; the highest carries out the command.
    void write(uint32_t value, uint32_t lanes);

    void reset() { latch_ = 0; }
    uint32_t latch() const { return latch_; }
    void restore(uint32_t latch) { latch_ = latch; }

  private:
    void execute(PortCommand command, uint32_t address);
    void self_test(uint32_t address);
    void dump(uint32_t address);
    void dump_wake_up_packet(uint32_t address);
    bool write_result(uint32_t address, uint32_t value);

    Units units_;
    uint32_t latch_ = 0; ///< bytes of a write that is not complete
};

} // namespace i8255x
