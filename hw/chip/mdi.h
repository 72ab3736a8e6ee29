// SPDX-License-Identifier: GPL-2.0-or-later
// Management data interface: the MDI control register and its cycles to the PHY (SDM 6.3.5). A cycle takes no
// time.
#pragma once

#include <cstdint>

#include "host.h"
#include "i8255x/csr.h"
#include "phy.h"
#include "scb.h"

namespace i8255x {

class Mdi {
  public:
    Mdi(Host& host, Scb& scb, Phy& phy) : host_(host), scb_(scb), phy_(phy) {}

    uint32_t control() const { return control_; }
    /// Writes the byte lanes that `lanes` covers; the highest starts the cycle (SDM 6.3.5.1).
    void write_control(uint32_t value, uint32_t lanes);

    void reset() { control_ = reset_value; }
    void restore(uint32_t control) { control_ = (control & writable) | mdi::ready; }

  private:
    static constexpr uint32_t reset_value = register_at(csr::mdi_control).reset;
    static constexpr uint32_t writable = register_at(csr::mdi_control).writable;

    void run_cycle();

    Host& host_;
    Scb& scb_;
    Phy& phy_;
    uint32_t control_ = reset_value;
};

} // namespace i8255x
