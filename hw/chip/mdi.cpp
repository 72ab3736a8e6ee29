// SPDX-License-Identifier: GPL-2.0-or-later
// Management data interface (SDM 6.3.5).
#include "mdi.h"

namespace i8255x {
namespace {

constexpr uint32_t start_lane = 0xff000000;
constexpr unsigned address_mask = 0x1f;
constexpr uint16_t nobody = 0xffff; // nothing drives the pulled-up line

} // namespace

void Mdi::write_control(uint32_t value, uint32_t lanes) {
    control_ = (control_ & ~lanes) | (value & lanes);
    control_ = (control_ & writable) | mdi::ready;
    if ((lanes & start_lane) != 0)
        run_cycle();
}

void Mdi::run_cycle() {
    const bool present =
        phy_.managed() && (control_ >> mdi::phy_shift & address_mask) == internal_phy_address;
    const unsigned number = control_ >> mdi::register_shift & address_mask;
    switch (control_ & mdi::opcode_mask) {
    case mdi::opcode_read:
        control_ = (control_ & ~mdi::data_mask) | (present ? phy_.read(number) : nobody);
        break;
    case mdi::opcode_write:
        if (present)
            phy_.write(number, static_cast<uint16_t>(control_));
        break;
    default:
        host_.guest_error("MDI cycle with a reserved opcode", control_);
        return;
    }
    host_.trace(TraceEvent::MdiAccess, control_, 0);
    if ((control_ & mdi::interrupt_enable) != 0)
        scb_.raise(stat::mdi);
}

} // namespace i8255x
