// SPDX-License-Identifier: GPL-2.0-or-later
// Destination address filter: individual address, broadcast, multicast hash, promiscuous mode (SDM 6.4.3.3).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "configuration.h"

namespace i8255x {

using MacAddress = std::array<uint8_t, 6>;
inline constexpr MacAddress broadcast_address = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// The first byte on the wire is the lowest.
constexpr uint64_t number_of(std::span<const uint8_t, 6> address) {
    const auto low = static_cast<uint32_t>(address[0] | address[1] << 8 | address[2] << 16) |
                     static_cast<uint32_t>(address[3]) << 24;
    return low | static_cast<uint64_t>(address[4] | address[5] << 8) << 32;
}

class AddressFilter {
  public:
    struct State {
        MacAddress individual = broadcast_address; ///< until an IA setup command (SDM 6.4.2.2)
        std::array<uint8_t, 8> hash{};             ///< index i is bit i % 8 of byte i / 8
    };
    /// How a frame got in.
    struct Match {
        bool accepted = false;
        bool individual = false;       ///< destination is the individual address
        bool promiscuous_only = false; ///< nothing but promiscuous mode let it in
    };

    Match match(std::span<const uint8_t, 6> destination, const Configuration& configuration) const;

    const MacAddress& individual() const { return state_.individual; }
    void set_individual(const MacAddress& address) { state_.individual = address; }
    void clear_hash() { state_.hash = {}; }
    void add_multicast(std::span<const uint8_t, 6> address);
    void reset() { state_ = {}; }

    const State& state() const { return state_; }
    void restore(const State& state) { state_ = state; }

    /// Bits 7:2 of the CRC register after the six bytes (SDM 6.4.2.4).
    static unsigned hash_index(std::span<const uint8_t, 6> address);

  private:
    /// Apart, so that a frame to this station does not save registers for it.
    [[gnu::noinline]] Match match_other(std::span<const uint8_t, 6> destination,
                                        const Configuration& configuration) const;
    bool in_hash(std::span<const uint8_t, 6> address) const;
    bool passes_broadcast(std::span<const uint8_t, 6> destination, const Configuration& configuration) const;
    bool is_individual(std::span<const uint8_t, 6> destination, const Configuration& configuration) const;
    bool in_table(std::span<const uint8_t, 6> destination, const Configuration& configuration) const;

    State state_;
};

} // namespace i8255x
