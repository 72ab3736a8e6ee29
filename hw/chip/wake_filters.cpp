// SPDX-License-Identifier: GPL-2.0-or-later
// The programmable filters that pick the frames which wake the machine up (SDM A.6).
#include "wake_filters.h"

#include <algorithm>
#include <bit>

#include "address_filter.h"
#include "ethernet.h"

namespace i8255x {
namespace {

constexpr unsigned mask_bits = 32;
constexpr uint32_t signature_polynomial = 0x04c11db7;
constexpr unsigned signature_lanes = 3; ///< bytes of the signature that the frame's bytes go to in turn

constexpr std::size_t multicast_word_offset = 2;

/// Dwords of the filter that begins with `first`; 0 if its mask has a length that does not exist.
std::size_t dwords_of(uint32_t first) {
    if ((first & wake_filter::predefined) != 0)
        return 1;
    switch (first >> wake_filter::mask_length_shift & wake_filter::mask_length_mask) {
    case 0b000:
        return 2;
    case 0b001:
        return 3;
    case 0b011:
        return 4;
    case 0b111:
        return 5;
    default:
        return 0;
    }
}

bool matches_predefined(uint32_t filter, std::span<const uint8_t> frame, bool individual) {
    const bool tagged = (filter & wake_filter::vlan) != 0;
    const auto word = static_cast<uint16_t>(filter & wake_filter::match_word_mask);
    const auto wants = [&](uint32_t condition) { return (filter & condition) != 0; };
    if (wants(wake_filter::individual) && individual)
        return true;
    if (wants(wake_filter::multicast) && is_group(frame) && be16(frame, multicast_word_offset) == word)
        return true;
    const auto payload = find_payload(frame, tagged);
    if (!payload)
        return false;
    if (wants(wake_filter::individual_type) && individual && payload->type == word)
        return true;
    // Drivers disagree about the order of the two address bytes in the word; either wakes.
    const auto swapped = static_cast<uint16_t>(word << 8 | word >> 8);
    return wants(wake_filter::arp) && (asks_for(frame, *payload, word) || asks_for(frame, *payload, swapped));
}

/// The frame has all bytes that the mask selects.
bool covers(std::span<const uint8_t> frame, std::span<const uint32_t> mask) {
    for (std::size_t i = mask.size(); i-- > 0;)
        if (mask[i] != 0)
            return frame.size() >= i * mask_bits + static_cast<std::size_t>(std::bit_width(mask[i]));
    return true;
}

} // namespace

WakeFilters::Extent WakeFilters::extent(std::span<const uint32_t> dwords) {
    std::size_t at = 0;
    while (at < dwords.size()) {
        const std::size_t length = dwords_of(dwords[at]);
        if (length == 0 || at + length > wake_filter::max_dwords)
            return Extent::Malformed;
        const bool last = (dwords[at] & wake_filter::end_of_list) != 0;
        at += length;
        if (at <= dwords.size() && (last || at == wake_filter::max_dwords))
            return at == dwords.size() ? Extent::Whole : Extent::Malformed;
    }
    return Extent::Part;
}

void WakeFilters::load(std::span<const uint32_t> dwords) {
    state_ = {};
    state_.count = static_cast<uint8_t>(std::min(dwords.size(), state_.dwords.size()));
    std::copy_n(dwords.begin(), state_.count, state_.dwords.begin());
}

bool WakeFilters::match(std::span<const uint8_t> frame, bool individual) const {
    const auto all = std::span(state_.dwords).first(state_.count);
    for (std::size_t at = 0; at < all.size(); at += dwords_of(all[at])) {
        const uint32_t filter = all[at];
        if ((filter & wake_filter::predefined) != 0) {
            if (matches_predefined(filter, frame, individual))
                return true;
            continue;
        }
        const auto mask = all.subspan(at + 1, dwords_of(filter) - 1);
        if (covers(frame, mask) && signature(frame, mask) == (filter & wake_filter::signature_mask))
            return true;
    }
    return false;
}

uint32_t WakeFilters::signature(std::span<const uint8_t> frame, std::span<const uint32_t> mask) {
    uint32_t sum = 0;
    unsigned taken = 0;
    for (std::size_t byte = 0; byte < mask.size() * mask_bits; byte++) {
        if ((mask[byte / mask_bits] >> (byte % mask_bits) & 1) == 0)
            continue;
        const bool carry = sum >> 31 != 0;
        sum = sum << 1 ^ static_cast<uint32_t>(frame[byte]) << (8 * (taken % signature_lanes));
        if (carry)
            sum ^= signature_polynomial;
        taken++;
    }
    return sum & wake_filter::signature_mask;
}

bool WakeFilters::valid(const State& state) {
    return state.count == 0 || (state.count <= state.dwords.size() &&
                                extent(std::span(state.dwords).first(state.count)) == Extent::Whole);
}

} // namespace i8255x
