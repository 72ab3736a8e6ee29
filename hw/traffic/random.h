// SPDX-License-Identifier: GPL-2.0-or-later
// Random numbers that are the same in every run, on every machine.
#pragma once

#include <cstdint>

namespace traffic {

/// Steele, Lea and Flood's SplitMix64: a counter, well stirred.
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    /// 0 to `limit` - 1.
    uint32_t below(uint32_t limit) { return static_cast<uint32_t>((next() >> 32) * limit >> 32); }

  private:
    uint64_t state_;
};

} // namespace traffic
