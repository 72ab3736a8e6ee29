// SPDX-License-Identifier: GPL-2.0-or-later
// That what ./bench measures happens; how long it takes is not a test's business.
#include <gtest/gtest.h>

#include "chip_timings.h"

namespace bench {
namespace {

TEST(ChipTimings, EachOperationWorksAndIsTimed) {
    const ChipTimings timings = time_chip(2, 0.001); // throws if a frame does not arrive
    for (const char* name : {"copy/60", "copy/1514", "receive/60", "receive/1514", "transmit/60",
                             "transmit/1514", "csr_read", "csr_write"}) {
        ASSERT_TRUE(timings.contains(name)) << name;
        EXPECT_EQ(timings.at(name).size(), 2u) << name;
        EXPECT_GT(timings.at(name)[0], 0) << name;
    }
}

} // namespace
} // namespace bench
