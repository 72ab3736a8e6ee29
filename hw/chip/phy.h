// SPDX-License-Identifier: GPL-2.0-or-later
// The PHY: an 82555 or a relative, on the board or inside the chip (SDM 7, IEEE 802.3 clause 22). It
// negotiates with a partner that can do every mode of 10BASE-T and 100BASE-TX and PAUSE, which takes as long
// as the card's options say; or, without negotiation, finds one that follows at once.
#pragma once

#include <array>
#include <cstdint>

#include "host.h"
#include "i8255x/phy.h"
#include "phy_line.h"
#include "phy_models.h"

namespace i8255x {

class Phy final : public PhyLine {
  public:
    struct State {
        /// As software reads them, with the latches (BMSR link stays low after a loss until read once, ANER's
        /// "page received" stays high until read) and the mode that was negotiated or forced.
        std::array<uint16_t, mii::register_count> registers{};
        bool wire_up = true;
        bool loss_unread = false;             ///< the line was lost since BMSR was read
        int64_t negotiation_deadline_ns = -1; ///< -1: none is going on
    };

    /// As a PHY that has had power, and a partner, for long.
    Phy(Host& host, LinkWatcher& watcher, const PhyModel& model, int64_t negotiation_ns);

    /// It answers management cycles.
    bool managed() const { return model_.kind != PhyKind::Serial; }

    /// Reads a management register, which clears its latches.
    uint16_t read(unsigned number);
    void write(unsigned number, uint16_t value);

    /// The other end of the cable appears or vanishes.
    void set_wire(bool up);
    /// The partner has answered.
    void timer_fired();
    /// Power-on. The wire stays as it is.
    void reset();

    bool link_up() const override;
    unsigned ns_per_bit() const override;
    bool loops_back() const override;
    /// The general status register (SDM 6.3.11).
    uint8_t general_status() const;

    const State& state() const { return state_; }
    static bool valid(const State& state) { return state.negotiation_deadline_ns >= -1; }
    /// Takes what software may have written, the latches and a negotiation in progress; the rest follows from
    /// them.
    void restore(const State& state);

  private:
    bool line_up() const;
    bool negotiated() const { return (at(mii::bmsr) & bmsr::an_complete) != 0; }
    bool can_negotiate() const;
    uint16_t writable(unsigned number) const;
    uint16_t common_modes() const;
    uint16_t& at(unsigned number) { return state_.registers[number]; }
    uint16_t at(unsigned number) const { return state_.registers[number]; }
    bool control(uint16_t bits) const { return (at(mii::bmcr) & bits) != 0; }

    uint16_t read_national(unsigned number) const;
    void set_defaults();
    void write_bits(unsigned number, uint16_t value, uint16_t mask);
    void write_control(uint16_t value);
    void write_cable_test(uint16_t value);
    void lose_and_renew_line(bool was_up);
    void renew_line();
    void start_negotiation();
    void enter_forced_mode();
    void enter_negotiated_mode();
    void clear_line();
    void show_line();

    Host& host_;
    LinkWatcher& watcher_;
    const PhyModel& model_;
    const int64_t negotiation_ns_;
    State state_;
};

} // namespace i8255x
