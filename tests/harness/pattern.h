// SPDX-License-Identifier: GPL-2.0-or-later
// Numbered payloads whose every byte is known in advance, and the checker that tells what became of them on
// the way.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wire.h"

namespace harness {

/// Payload `n` is the same in every run and process that uses the same parameters.
class Pattern {
  public:
    static constexpr size_t header_size = 12; ///< mark, seed and number, 4 bytes each, big endian

    /// Sizes are spread over [min_size, max_size]; min_size is at least header_size.
    Pattern(uint32_t seed, size_t min_size, size_t max_size);

    size_t size(uint32_t number) const;
    std::vector<uint8_t> payload(uint32_t number) const;
    /// Ethernet frame around payload(number): destination, source, type, payload; no padding.
    Frame frame(uint32_t number, std::span<const uint8_t, 6> destination, std::span<const uint8_t, 6> source,
                uint16_t type = 0x88b5) const;

    uint32_t seed() const { return seed_; }

  private:
    uint32_t seed_;
    size_t min_size_, max_size_;
};

/// May bytes (padding) follow a payload? They must be zero then.
enum class Padding : uint8_t { Forbidden, Allowed };

/// Takes what arrived, in the order of arrival, and says what is missing, duplicated, altered or out of
/// order.
class PatternChecker {
  public:
    /// Expects the payloads 0 … count-1 of `pattern`, each once, in ascending order.
    PatternChecker(const Pattern& pattern, uint32_t count, Padding padding = Padding::Forbidden);

    /// Payload alone (of a UDP datagram, say). Foreign payloads (no mark, other seed) are counted, nothing
    /// else.
    void take(std::span<const uint8_t> payload);
    /// Ethernet frame as made by Pattern::frame, header of 14 bytes.
    void take_frame(std::span<const uint8_t> frame);

    bool all_arrived() const { return distinct_ == count_; } ///< altered ones do not count
    uint32_t arrived() const { return distinct_; }
    /// All arrived, once, unaltered, in order.
    bool perfect() const;
    std::vector<uint32_t> missing() const;
    const std::vector<uint32_t>& duplicated() const { return duplicated_; }
    const std::vector<uint32_t>& altered() const { return altered_; }
    const std::vector<uint32_t>& out_of_order() const { return out_of_order_; }
    uint32_t foreign() const { return foreign_; }
    /// For test messages: "200 of 200, perfect" or which numbers are missing, duplicated, altered (and
    /// where), …
    std::string describe() const;

  private:
    void note_difference(uint32_t number, std::span<const uint8_t> expected, std::span<const uint8_t> got);
    bool matches(std::span<const uint8_t> expected, std::span<const uint8_t> got) const;

    Pattern pattern_;
    uint32_t count_;
    Padding padding_;
    std::vector<bool> seen_;
    uint32_t distinct_ = 0, foreign_ = 0;
    int64_t highest_ = -1;
    std::vector<uint32_t> duplicated_, altered_, out_of_order_;
    std::string first_difference_;
};

} // namespace harness
