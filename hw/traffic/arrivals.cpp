// SPDX-License-Identifier: GPL-2.0-or-later
// Arrival times.
#include "arrivals.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace traffic {

namespace {

constexpr uint64_t ln2 = 0xb17217f7d1cf79ab; // in 2^-64

/// Sums of ln2^k / k! for k = 1, 2, …, in 2^-64. What is missing to 1 is 10^-12.
constexpr auto partial_sums = [] {
    std::array<uint64_t, 12> sums{};
    double term = 1, sum = 0;
    for (std::size_t k = 1; k <= sums.size(); k++) {
        term *= 0.693147180559945309 / static_cast<double>(k);
        sum += term;
        sums[k - 1] = static_cast<uint64_t>(sum * 0x1p53) << 11;
    }
    return sums;
}();

} // namespace

// Knuth, The Art of Computer Programming, 3.4.1, algorithm S: needs no logarithm, of which no two C libraries
// promise the same last digit.
uint64_t exponential_gap(Random& random) {
    constexpr unsigned spare = 8; // bits in front of the fraction, for the whole multiples of ln 2
    const auto multiples = static_cast<uint64_t>(std::countl_one(random.next()));
    const uint64_t u = random.next();
    uint64_t rest = u;
    if (u >= partial_sums[0]) {
        std::size_t draws = 2;
        while (draws < partial_sums.size() && u >= partial_sums[draws - 1])
            draws++;
        uint64_t smallest = random.next();
        while (--draws > 0)
            smallest = std::min(smallest, random.next());
        rest = (smallest >> 32) * (ln2 >> 32);
    }
    return (multiples * (ln2 >> spare) + (rest >> spare)) >> (64 - spare - gap_fraction_bits);
}

int64_t Arrivals::next() {
    if (in_burst_ == 0)
        burst_at_ = clock_ns_;
    in_burst_ = (in_burst_ + 1) % process_.burst;
    const uint64_t gap = process_.poisson ? exponential_gap(random_) : uint64_t{1} << gap_fraction_bits;
    const uint64_t divisor = process_.rate << gap_fraction_bits;
    const uint64_t dividend = remainder_ + gap * 1'000'000'000;
    clock_ns_ += static_cast<int64_t>(dividend / divisor);
    remainder_ = dividend % divisor;
    return burst_at_;
}

} // namespace traffic
