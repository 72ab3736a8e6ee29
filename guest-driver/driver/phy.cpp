// SPDX-License-Identifier: GPL-2.0-or-later
// Management cycles, finding the PHY, and what it says about the link.
#include "driver/phy.h"

#include "arch/clock.h"
#include "i8255x/csr.h"
#include "i8255x/phy.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr unsigned phy_count = 32;
constexpr unsigned ready_looks = 100; // a cycle takes 64 us at worst
constexpr uint32_t ready_look_us = 20;

/// Address 1 is the internal PHY and the usual external one; then 0, 2, 3 ...
unsigned nth_candidate(unsigned n) {
    if (n == 0)
        return internal_phy_address;
    return n == 1 ? 0 : n;
}

} // namespace

bool Phy::wait_ready() const {
    for (unsigned look = 0; look < ready_looks; look++) {
        if (registers_.read32(csr::mdi_control) & mdi::ready)
            return true;
        arch::busy_wait_us(ready_look_us);
    }
    return false;
}

/// Writing while a cycle runs would corrupt it, so readiness is awaited before as well as after.
uint16_t Phy::cycle(uint32_t opcode, unsigned phy, unsigned reg, uint16_t data) {
    kernel::IrqSpinGuard guard(lock_);
    if (!wait_ready())
        return 0;
    registers_.write32(csr::mdi_control, opcode | phy << mdi::phy_shift | reg << mdi::register_shift | data);
    if (!wait_ready())
        return 0;
    return static_cast<uint16_t>(registers_.read32(csr::mdi_control) & mdi::data_mask);
}

uint16_t Phy::read(unsigned reg) { return cycle(mdi::opcode_read, address_, reg, 0); }
void Phy::write(unsigned reg, uint16_t value) { cycle(mdi::opcode_write, address_, reg, value); }

bool Phy::answers(unsigned phy) {
    const uint16_t control = cycle(mdi::opcode_read, phy, mii::bmcr, 0);
    cycle(mdi::opcode_read, phy, mii::bmsr, 0); // its latched bits speak of the past
    const uint16_t status = cycle(mdi::opcode_read, phy, mii::bmsr, 0);
    return control != 0xffff && (control != 0 || status != 0);
}

void Phy::isolate_others() {
    for (unsigned phy = 0; phy < phy_count; phy++)
        if (phy != address_)
            cycle(mdi::opcode_write, phy, mii::bmcr, bmcr::isolate);
    const uint16_t control = read(mii::bmcr);
    write(mii::bmcr, static_cast<uint16_t>(control & ~bmcr::isolate));
}

Error Phy::find() {
    for (unsigned n = 0; n < phy_count; n++) {
        if (!answers(nth_candidate(n)))
            continue;
        address_ = nth_candidate(n);
        id_ = static_cast<uint32_t>(read(mii::id2)) << 16 | read(mii::id1);
        isolate_others();
        return Error::None;
    }
    return Error::NoPhy;
}

void Phy::reset() { write(mii::bmcr, bmcr::reset); }

void Phy::advertise(uint16_t modes) {
    write(mii::anar, static_cast<uint16_t>((read(mii::anar) & ~anar::modes) | modes));
}

void Phy::negotiate() { write(mii::bmcr, read(mii::bmcr) | bmcr::an_enable | bmcr::an_restart); }

bool Phy::restart_negotiation() {
    if (!(read(mii::bmcr) & bmcr::an_enable))
        return false;
    negotiate();
    return true;
}

void Phy::force(bool speed_100, bool full_duplex) {
    constexpr uint16_t changed = bmcr::an_enable | bmcr::speed_100 | bmcr::full_duplex;
    write(mii::bmcr, static_cast<uint16_t>((read(mii::bmcr) & ~changed) | (speed_100 ? bmcr::speed_100 : 0) |
                                           (full_duplex ? bmcr::full_duplex : 0)));
}

Link Phy::link() {
    read(mii::bmsr); // link is latched low: the first look tells whether it was lost since the last one
    Link link;
    link.up = read(mii::bmsr) & bmsr::link;
    const uint16_t control = read(mii::bmcr);
    if (!(control & bmcr::an_enable)) {
        link.speed_100 = control & bmcr::speed_100;
        link.full_duplex = control & bmcr::full_duplex;
        return link;
    }
    const uint16_t common = read(mii::anar) & read(mii::anlpar);
    // The best that both can (IEEE 802.3 annex 28B.3).
    link.speed_100 = common & (anar::full_duplex_100 | anar::half_duplex_100);
    link.full_duplex = common & (link.speed_100 ? anar::full_duplex_100 : anar::full_duplex_10);
    return link;
}

} // namespace e100
