// SPDX-License-Identifier: GPL-2.0-or-later
// The image of the chip's insides that the Dump command block and the PORT dump write (SDM 6.4.2.7).
#include "dump_area.h"

#include <algorithm>
#include <cstddef>

#include "i8255x/little_endian.h"

namespace i8255x {
namespace {

constexpr std::size_t configuration_at = 24; ///< configure bytes 8 to 21
constexpr std::size_t first_mac_configuration_byte = 8;
constexpr std::size_t mac_configuration_bytes = 14;
constexpr std::size_t individual_address_at = 39;
constexpr std::size_t hash_at = 63;
constexpr std::size_t fixed_ones_at = 74;
constexpr uint8_t fixed_ones = 0xfc;
constexpr std::size_t last_counter_dword =
    53; ///< TX good frames; the others stand before it in reverse order
constexpr std::size_t dumped_counters = 16;
constexpr std::size_t general_pointer_dword = 67;
constexpr std::size_t scb_dwords[] = {68, 69}; ///< the same twice

using Area = std::array<uint8_t, dump_area_bytes>;

void put_dword(Area& area, std::size_t dword, uint32_t value) {
    for (unsigned byte = 0; byte < 4; byte++)
        area[4 * dword + byte] = static_cast<uint8_t>(value >> (8 * byte));
}

template <typename Bytes> void put_bytes(Area& area, std::size_t at, const Bytes& bytes) {
    std::ranges::copy(bytes, area.begin() + static_cast<std::ptrdiff_t>(at));
}

/// SCB dword 0; its command byte reads 0 once a command is accepted.
uint32_t scb_dword(const Scb& scb) {
    return static_cast<uint32_t>(scb.status_byte() | scb.stat() << 8) |
           static_cast<uint32_t>(scb.interrupt_control()) << 24;
}

} // namespace

Area dump_area(const Scb& scb, const Configuration& configuration, const AddressFilter& filter,
               const Statistics& statistics) {
    Area area{};
    put_bytes(
        area, configuration_at,
        std::span(configuration.bytes()).subspan(first_mac_configuration_byte, mac_configuration_bytes));
    put_bytes(area, individual_address_at, filter.individual());
    put_bytes(area, hash_at, filter.state().hash);
    area[fixed_ones_at] = fixed_ones;
    for (std::size_t i = 0; i < dumped_counters; i++)
        put_dword(area, last_counter_dword - i, statistics[static_cast<Counter>(i)]);
    put_dword(area, general_pointer_dword, scb.general_pointer());
    for (std::size_t dword : scb_dwords)
        put_dword(area, dword, scb_dword(scb));
    return area;
}

} // namespace i8255x
