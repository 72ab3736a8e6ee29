// SPDX-License-Identifier: GPL-2.0-or-later
// Destination address filter (SDM 6.4.3.3).
#include "address_filter.h"

#include <algorithm>

namespace i8255x {
namespace {

constexpr uint8_t group_bit = 0x01;
constexpr uint8_t universal_local_bit = 0x02;

constexpr uint32_t crc_polynomial = 0x04c11db7;
constexpr unsigned hash_shift = 2;
constexpr unsigned hash_mask = 0x3f;

/// Bits in the order of the wire into a register that shifts towards bit 31; without final inversion.
uint32_t crc_register(std::span<const uint8_t, 6> bytes) {
    uint32_t crc = 0xffffffff;
    for (uint8_t byte : bytes) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const bool feedback = (crc >> 31) != ((byte >> bit) & 1u);
            crc = (crc << 1) ^ (feedback ? crc_polynomial : 0);
        }
    }
    return crc;
}

} // namespace

unsigned AddressFilter::hash_index(std::span<const uint8_t, 6> address) {
    return (crc_register(address) >> hash_shift) & hash_mask;
}

void AddressFilter::add_multicast(std::span<const uint8_t, 6> address) {
    const unsigned index = hash_index(address);
    state_.hash[index / 8] |= static_cast<uint8_t>(1u << (index % 8));
}

bool AddressFilter::in_hash(std::span<const uint8_t, 6> address) const {
    const unsigned index = hash_index(address);
    return (state_.hash[index / 8] >> (index % 8) & 1) != 0;
}

bool AddressFilter::is_individual(std::span<const uint8_t, 6> destination,
                                  const Configuration& configuration) const {
    const uint64_t ignored = configuration.is_set(config::ignore_ul) ? universal_local_bit : 0;
    return ((number_of(destination) ^ number_of(state_.individual)) & ~ignored) == 0;
}

bool AddressFilter::passes_broadcast(std::span<const uint8_t, 6> destination,
                                     const Configuration& configuration) const {
    return std::ranges::equal(destination, broadcast_address) &&
           !configuration.is_set(config::broadcast_disable);
}

/// Group addresses pass by "multicast all" or the table, individual ones by the table if it is meant for
/// them.
bool AddressFilter::in_table(std::span<const uint8_t, 6> destination,
                             const Configuration& configuration) const {
    const bool group = (destination[0] & group_bit) != 0;
    if (group && configuration.is_set(config::multicast_all))
        return true;
    return (group || configuration.is_set(config::multiple_ia)) && in_hash(destination);
}

AddressFilter::Match AddressFilter::match(std::span<const uint8_t, 6> destination,
                                          const Configuration& configuration) const {
    if (is_individual(destination, configuration))
        return {.accepted = true, .individual = true};
    return match_other(destination, configuration);
}

AddressFilter::Match AddressFilter::match_other(std::span<const uint8_t, 6> destination,
                                                const Configuration& configuration) const {
    const bool by_address =
        passes_broadcast(destination, configuration) || in_table(destination, configuration);
    const bool accepted = by_address || configuration.is_set(config::promiscuous);
    return {.accepted = accepted, .promiscuous_only = accepted && !by_address};
}

} // namespace i8255x
