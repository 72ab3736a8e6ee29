// SPDX-License-Identifier: GPL-2.0-or-later
// Wake-up: what happens on the wire that raises PME, and the power management driver register which tells
// about it (SDM 6.3.9, A.6).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "variants.h"
#include "wake_filters.h"

namespace i8255x {

/// Of the PCI function. Below D0 the chip does no more than look for a reason to wake up.
enum class PowerState : uint8_t { D0, D1, D2, D3 };

class WakeUp {
  public:
    struct State {
        uint8_t pmdr = 0;
        WakeFilters::State filters;
        std::array<uint8_t, wake_packet_bytes> packet{}; ///< the beginning of the frame that woke us
        uint8_t packet_length = 0;                       ///< as PORT dump wake-up reports it; 0: no frame
    };
    struct Units {
        Host& host;
        const Variant& variant;
        const Configuration& configuration;
        const AddressFilter& filter;
    };

    /// `aux_power`: what told of a wake-up outlives a hardware reset.
    WakeUp(const Units& units, bool aux_power) : units_(units), aux_power_(aux_power) {}

    PowerState power_state() const { return power_state_; }
    /// The host owns the state; it is not part of State.
    void set_power_state(PowerState power_state);

    /// A good frame on the wire, whatever else becomes of it. Short ones count as padded.
    void notice(std::span<const uint8_t> frame);
    void link_changed();

    uint8_t pmdr() const { return state_.pmdr; }
    /// Clears the bits of PMDR that are set in `bits`.
    void acknowledge(uint8_t bits);

    WakeFilters& filters() { return filters_; }
    std::span<const uint8_t> packet() const;
    uint8_t packet_length() const { return state_.packet_length; }

    void hardware_reset();
    void reset() { filters_.clear(); } ///< of the MAC

    State state() const;
    static bool valid(const State& state);
    void restore(const State& state); ///< does not raise PME

  private:
    bool has(uint8_t event) const { return (units_.variant.wake_events & event) != 0; }
    bool may_signal() const;
    void raise(uint8_t pmdr_bits);
    void examine(std::span<const uint8_t> frame);
    void notice_magic_packet(std::span<const uint8_t> frame);
    bool is_interesting(std::span<const uint8_t> frame, const AddressFilter::Match& match) const;
    void keep(std::span<const uint8_t> frame);

    Units units_;
    const bool aux_power_;
    PowerState power_state_ = PowerState::D0;
    State state_; ///< without the filters
    WakeFilters filters_;
};

} // namespace i8255x
