// SPDX-License-Identifier: GPL-2.0-or-later
// The PHY: registers, negotiation, link (SDM 7, IEEE 802.3 clause 22).
#include "phy.h"

#include "i8255x/csr.h"

namespace i8255x {
namespace {

constexpr uint16_t bmcr_self_clearing = bmcr::reset | bmcr::an_restart;
constexpr uint16_t bmcr_writable = 0x7f80 & ~bmcr_self_clearing;
constexpr uint16_t bmcr_default = bmcr::speed_100 | bmcr::an_enable;
/// A change of these makes the PHY drop the link and come up anew.
constexpr uint16_t bmcr_mode = bmcr::speed_100 | bmcr::an_enable | bmcr::power_down | bmcr::full_duplex;

/// The other end of the cable: every mode, PAUSE.
constexpr uint16_t link_partner = anar::acknowledge | anar::pause | anar::modes | anar::selector_802_3;

/// IEEE 802.3 annex 28B.3, without 100BASE-T4.
uint16_t best_mode(uint16_t common) {
    if ((common & anar::full_duplex_100) != 0)
        return phy_status::speed_100 | phy_status::full_duplex;
    if ((common & anar::half_duplex_100) != 0)
        return phy_status::speed_100;
    return (common & anar::full_duplex_10) != 0 ? phy_status::full_duplex : 0;
}

} // namespace

Phy::Phy(const Variant& variant) : variant_(variant) { reset(); }

uint16_t Phy::writable(unsigned number) const {
    const bool crossover = variant_.generation >= Generation::I82550; // MDI/MDI-X came with the 82550
    switch (number) {
    case mii::bmcr:
        return bmcr_writable;
    case mii::anar:
        return 0xbfff; // all but the acknowledge bit
    case mii::status_control:
        return 0xf000;
    case mii::special_control:
    case mii::equalizer:
        return 0xffff;
    case mii::led_control:
        return 0x0007;
    case mii::mdix_control:
        return crossover ? 0x03cf : 0;
    case mii::cable_test:
        return crossover ? 0x8000 : 0;
    default:
        return 0; // status, identity, error counters (which nothing makes count), reserved
    }
}

void Phy::set_defaults() {
    state_.registers = {};
    at(mii::bmcr) = bmcr_default;
    at(mii::bmsr) = bmsr::abilities | bmsr::an_able | bmsr::extended;
    at(mii::id1) = phy_id1;
    at(mii::id2) = variant_.phy_id2;
    at(mii::anar) = variant_.anar;
    at(mii::phy_address) = internal_phy_address;
}

void Phy::reset() {
    set_defaults();
    negotiate();
    read(mii::bmsr); // nobody was there to miss a link before power-on
}

uint16_t Phy::read(unsigned number) {
    const uint16_t value = at(number);
    if (number == mii::bmsr && line_up())
        at(mii::bmsr) |= bmsr::link;
    if (number == mii::aner)
        at(mii::aner) &= static_cast<uint16_t>(~aner::page_received);
    return value;
}

void Phy::write(unsigned number, uint16_t value) {
    if (number == mii::bmcr) {
        write_control(value);
        return;
    }
    write_bits(number, value, writable(number));
}

void Phy::write_bits(unsigned number, uint16_t value, uint16_t mask) {
    at(number) = static_cast<uint16_t>((at(number) & ~mask) | (value & mask));
}

void Phy::write_control(uint16_t value) {
    if ((value & bmcr::reset) != 0) {
        set_defaults();
        negotiate();
        return;
    }
    const uint16_t before = at(mii::bmcr);
    at(mii::bmcr) = value & bmcr_writable;
    const bool restart = (value & bmcr::an_restart) != 0 && control(bmcr::an_enable);
    if (restart || ((before ^ value) & bmcr_mode) != 0)
        negotiate();
}

/// The link goes down and, where possible, comes up again in the best mode both ends can do, or in the mode
/// that software chose.
void Phy::negotiate() {
    clear_line();
    if (!state_.wire_up || control(bmcr::power_down))
        return;
    const uint16_t common = at(mii::anar) & link_partner & anar::modes;
    if (!control(bmcr::an_enable))
        enter_forced_mode();
    else if (common != 0)
        enter_negotiated_mode(best_mode(common));
}

void Phy::enter_forced_mode() {
    if (control(bmcr::speed_100))
        at(mii::status_control) |= phy_status::speed_100;
    if (control(bmcr::full_duplex))
        at(mii::status_control) |= phy_status::full_duplex;
}

void Phy::enter_negotiated_mode(uint16_t mode) {
    at(mii::bmsr) |= bmsr::an_complete;
    at(mii::anlpar) = link_partner;
    at(mii::aner) = aner::partner_able | aner::page_received;
    at(mii::status_control) |= mode;
}

/// What a lost link takes along; BMSR shows the loss until it has been read.
void Phy::clear_line() {
    at(mii::bmsr) &= static_cast<uint16_t>(~(bmsr::link | bmsr::an_complete));
    at(mii::anlpar) = 0;
    at(mii::aner) = 0;
    at(mii::status_control) &= static_cast<uint16_t>(~phy_status::mode);
}

bool Phy::line_up() const {
    if (!state_.wire_up || control(bmcr::power_down))
        return false;
    return !control(bmcr::an_enable) || (at(mii::bmsr) & bmsr::an_complete) != 0;
}

bool Phy::set_wire(bool up) {
    if (up == state_.wire_up)
        return false;
    state_.wire_up = up;
    negotiate();
    return true;
}

/// For the MAC an isolated PHY is no way to the wire.
bool Phy::link_up() const { return line_up() && !control(bmcr::isolate); }

unsigned Phy::ns_per_bit() const { return (at(mii::status_control) & phy_status::speed_100) != 0 ? 10 : 100; }

bool Phy::loops_back() const { return control(bmcr::loopback) && !control(bmcr::isolate | bmcr::power_down); }

uint8_t Phy::general_status() const {
    if (!line_up())
        return 0;
    const uint16_t mode = at(mii::status_control);
    return static_cast<uint8_t>(general_status::link_up |
                                ((mode & phy_status::speed_100) != 0 ? general_status::speed_100 : 0) |
                                ((mode & phy_status::full_duplex) != 0 ? general_status::full_duplex : 0));
}

void Phy::restore(const State& state) {
    state_.wire_up = state.wire_up;
    set_defaults();
    for (unsigned i = 0; i < mii::register_count; i++)
        write_bits(i, state.registers[i], writable(i));
    const auto& from = state.registers;
    if (!state_.wire_up || control(bmcr::power_down))
        return;
    if (!control(bmcr::an_enable)) {
        enter_forced_mode();
    } else if ((from[mii::bmsr] & bmsr::an_complete) != 0) {
        enter_negotiated_mode(from[mii::status_control] & phy_status::mode);
        write_bits(mii::aner, from[mii::aner], aner::page_received);
    }
    if (line_up())
        write_bits(mii::bmsr, from[mii::bmsr], bmsr::link);
}

} // namespace i8255x
