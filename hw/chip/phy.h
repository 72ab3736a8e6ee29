// SPDX-License-Identifier: GPL-2.0-or-later
// The PHY: an 82555, external on boards of the 82557 and internal from the 82558 on (SDM 7, IEEE 802.3 clause
// 22). It negotiates in no time with a partner that can do every mode of 10BASE-T and 100BASE-TX and PAUSE,
// or, without negotiation, one that follows.
#pragma once

#include <array>
#include <cstdint>

#include "i8255x/phy.h"
#include "phy_line.h"
#include "variants.h"

namespace i8255x {

class Phy final : public PhyLine {
  public:
    struct State {
        /// As software reads them, with the latches (BMSR link stays low after a loss until read once, ANER's
        /// "page received" stays high until read) and the mode that was negotiated or forced.
        std::array<uint16_t, mii::register_count> registers{};
        bool wire_up = true;
    };

    explicit Phy(const Variant& variant);

    /// Reads a management register, which clears its latches.
    uint16_t read(unsigned number);
    void write(unsigned number, uint16_t value);

    /// The other end of the cable appears or vanishes. False if that is no news.
    bool set_wire(bool up);
    /// Power-on. The wire stays as it is.
    void reset();

    bool link_up() const override;
    unsigned ns_per_bit() const override;
    bool loops_back() const override;
    /// The general status register (SDM 6.3.11).
    uint8_t general_status() const;

    const State& state() const { return state_; }
    /// Takes what software may have written and the latches; the rest follows from them.
    void restore(const State& state);

  private:
    bool line_up() const;
    uint16_t writable(unsigned number) const;
    uint16_t& at(unsigned number) { return state_.registers[number]; }
    uint16_t at(unsigned number) const { return state_.registers[number]; }
    bool control(uint16_t bits) const { return (at(mii::bmcr) & bits) != 0; }

    void set_defaults();
    void write_bits(unsigned number, uint16_t value, uint16_t mask);
    void write_control(uint16_t value);
    void negotiate();
    void enter_forced_mode();
    void enter_negotiated_mode(uint16_t mode);
    void clear_line();

    const Variant& variant_;
    State state_;
};

} // namespace i8255x
