// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting for the chip to do what it was told.
#pragma once

#include "arch/clock.h"

namespace e100 {

/// Looks at `done()` until it is true or 500 ms are over, which is what Linux gives the chip: an emulated one
/// works when its host has a CPU for it.
template <class Done> bool chip_gets_done(Done done) {
    constexpr unsigned looks = 50'000;
    constexpr uint32_t look_us = 10;
    for (unsigned look = 0; look < looks && !done(); look++)
        arch::busy_wait_us(look_us);
    return done();
}

} // namespace e100
