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

constexpr int64_t no_deadline = -1;

/// IEEE 802.3 annex 28B.3, without 100BASE-T4.
uint16_t best_mode(uint16_t common) {
    if ((common & anar::full_duplex_100) != 0)
        return phy_status::speed_100 | phy_status::full_duplex;
    if ((common & anar::half_duplex_100) != 0)
        return phy_status::speed_100;
    return (common & anar::full_duplex_10) != 0 ? phy_status::full_duplex : 0;
}

} // namespace

Phy::Phy(Host& host, LinkWatcher& watcher, const PhyModel& model, int64_t negotiation_ns)
    : host_(host), watcher_(watcher), model_(model), negotiation_ns_(negotiation_ns) {
    set_defaults();
    if (can_negotiate())
        enter_negotiated_mode();
    show_line();
}

uint16_t Phy::writable(unsigned number) const {
    if (!managed())
        return 0;
    if (number == mii::bmcr)
        return bmcr_writable;
    if (number == mii::anar)
        return 0xbfff; // all but the acknowledge bit
    if (model_.kind == PhyKind::National)
        return number == dp83840::pcs_configuration ? 0xffff : 0;
    switch (number) {
    case mii::status_control:
        return static_cast<uint16_t>(phy_control::others |
                                     (model_.bay_flow_control ? phy_control::bay_flow_control : 0));
    case mii::special_control:
    case mii::equalizer:
        return 0xffff;
    case mii::led_control:
        return phy_led::mode;
    case mii::mdix_control:
        return model_.crossover ? phy_crossover::writable : 0;
    case mii::cable_test:
        return model_.crossover ? phy_cable_test::enable : 0;
    default:
        return 0; // status, identity, error counters (which nothing makes count), reserved
    }
}

void Phy::set_defaults() {
    state_.registers = {};
    at(mii::bmcr) = managed() ? bmcr_default : 0;
    at(mii::bmsr) = bmsr::abilities | bmsr::an_able | bmsr::extended;
    at(mii::id1) = model_.id1;
    at(mii::id2) = model_.id2;
    at(mii::anar) = model_.anar;
    at(mii::phy_address) = internal_phy_address;
    if (model_.crossover_flag)
        at(mii::led_control) = phy_led::crossover_able;
}

void Phy::reset() {
    set_defaults();
    renew_line();
    state_.loss_unread = false; // nobody was there to miss a link before power-on
    show_line();
}

uint16_t Phy::read(unsigned number) {
    const uint16_t value = at(number);
    if (number == mii::bmsr) {
        state_.loss_unread = false;
        show_line();
    }
    if (number == mii::aner)
        at(mii::aner) &= static_cast<uint16_t>(~aner::page_received);
    return model_.kind == PhyKind::National ? read_national(number) : value;
}

/// Behind the standard registers everything is different; those of the 82555 hold the mode in use.
uint16_t Phy::read_national(unsigned number) const {
    if (number < mii::status_control || number == dp83840::pcs_configuration)
        return at(number);
    if (number != dp83840::phy_address)
        return 0;
    const bool at_10 = line_up() && (at(mii::status_control) & phy_status::speed_100) == 0;
    return static_cast<uint16_t>(internal_phy_address | (at_10 ? dp83840::speed_10 : 0));
}

void Phy::write(unsigned number, uint16_t value) {
    if (number == mii::bmcr) {
        write_control(value);
        return;
    }
    write_bits(number, value, writable(number));
    if (number == mii::cable_test)
        write_cable_test(value);
    show_line();
}

void Phy::write_bits(unsigned number, uint16_t value, uint16_t mask) {
    at(number) = static_cast<uint16_t>((at(number) & ~mask) | (value & mask));
}

void Phy::write_control(uint16_t value) {
    const bool was_up = line_up();
    const uint16_t before = at(mii::bmcr);
    if ((value & bmcr::reset) != 0)
        set_defaults();
    else
        at(mii::bmcr) = value & bmcr_writable;
    const bool restart = (value & bmcr::an_restart) != 0 && control(bmcr::an_enable);
    if ((value & bmcr::reset) != 0 || restart || ((before ^ value) & bmcr_mode) != 0)
        lose_and_renew_line(was_up);
}

/// The test takes no time and finds a cable without faults: either it ends at a partner, or it does not.
void Phy::write_cable_test(uint16_t value) {
    constexpr uint16_t go = phy_cable_test::enable | phy_cable_test::execute;
    if (!model_.crossover)
        return;
    const bool nothing_there = (value & go) == go && !state_.wire_up;
    write_bits(mii::cable_test, nothing_there ? phy_cable_test::open : 0, phy_cable_test::open);
}

void Phy::lose_and_renew_line(bool was_up) {
    renew_line();
    state_.loss_unread = state_.loss_unread || was_up;
    show_line();
    if (line_up() != was_up)
        watcher_.link_changed(line_up());
}

/// The link goes down and, where possible, comes up again in the best mode both ends can do, or in the mode
/// that software chose.
void Phy::renew_line() {
    clear_line();
    if (can_negotiate())
        start_negotiation();
    else
        enter_forced_mode();
    show_line();
}

bool Phy::can_negotiate() const {
    return state_.wire_up && !control(bmcr::power_down) && control(bmcr::an_enable);
}

uint16_t Phy::common_modes() const { return at(mii::anar) & link_partner & anar::modes; }

/// Without a common mode both ends go on trying for ever.
void Phy::start_negotiation() {
    if (common_modes() == 0)
        return;
    if (negotiation_ns_ <= 0) {
        enter_negotiated_mode();
        return;
    }
    state_.negotiation_deadline_ns = host_.now_ns() + negotiation_ns_;
    host_.arm_timer(Timer::Negotiation, state_.negotiation_deadline_ns);
}

void Phy::timer_fired() {
    if (state_.negotiation_deadline_ns == no_deadline)
        return;
    state_.negotiation_deadline_ns = no_deadline;
    if (common_modes() == 0) // any more
        return;
    enter_negotiated_mode();
    show_line();
    watcher_.link_changed(true);
}

void Phy::enter_forced_mode() {
    if (!line_up())
        return;
    if (control(bmcr::speed_100))
        at(mii::status_control) |= phy_status::speed_100;
    if (control(bmcr::full_duplex))
        at(mii::status_control) |= phy_status::full_duplex;
}

void Phy::enter_negotiated_mode() {
    at(mii::bmsr) |= bmsr::an_complete;
    at(mii::anlpar) = link_partner;
    at(mii::aner) = aner::partner_able | aner::page_received;
    at(mii::status_control) |= best_mode(common_modes());
}

/// What a lost link takes along.
void Phy::clear_line() {
    if (state_.negotiation_deadline_ns != no_deadline)
        host_.cancel_timer(Timer::Negotiation);
    state_.negotiation_deadline_ns = no_deadline;
    at(mii::bmsr) &= static_cast<uint16_t>(~bmsr::an_complete);
    at(mii::anlpar) = 0;
    at(mii::aner) = 0;
    at(mii::status_control) &= static_cast<uint16_t>(~phy_status::mode);
}

/// Puts the line into the registers that show it: BMSR shows a loss until it has been read.
void Phy::show_line() {
    const bool up = line_up();
    write_bits(mii::bmsr, up && !state_.loss_unread ? bmsr::link : 0, bmsr::link);
    const bool resolved = up && (at(mii::mdix_control) & phy_crossover::automatic) != 0;
    write_bits(mii::mdix_control, resolved ? phy_crossover::resolved : 0, phy_crossover::resolved);
}

bool Phy::line_up() const {
    if (!state_.wire_up || control(bmcr::power_down))
        return false;
    return !control(bmcr::an_enable) || negotiated();
}

void Phy::set_wire(bool up) {
    if (up == state_.wire_up)
        return;
    const bool was_up = line_up();
    state_.wire_up = up;
    lose_and_renew_line(was_up);
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
    const auto& from = state.registers;
    clear_line();
    set_defaults();
    state_.wire_up = state.wire_up;
    for (unsigned i = 0; i < mii::register_count; i++)
        write_bits(i, from[i], writable(i));
    if (!can_negotiate()) {
        enter_forced_mode();
    } else if ((from[mii::bmsr] & bmsr::an_complete) != 0) {
        enter_negotiated_mode();
        write_bits(mii::status_control, from[mii::status_control], phy_status::mode);
        write_bits(mii::aner, from[mii::aner], aner::page_received);
    } else if (state.negotiation_deadline_ns != no_deadline) {
        state_.negotiation_deadline_ns = state.negotiation_deadline_ns;
        host_.arm_timer(Timer::Negotiation, state_.negotiation_deadline_ns);
    }
    state_.loss_unread = line_up() ? (from[mii::bmsr] & bmsr::link) == 0 : state.loss_unread;
    if (model_.crossover)
        write_bits(mii::cable_test, from[mii::cable_test], phy_cable_test::open);
    show_line();
}

} // namespace i8255x
