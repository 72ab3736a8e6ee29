// SPDX-License-Identifier: GPL-2.0-or-later
// What a packet shall cost at least.
#include <gtest/gtest.h>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/padding.h"

namespace {

class Padding : public testing::Test {
  protected:
    void SetUp() override { kernel::padding.packet_ns = 50'000; }
    void TearDown() override { kernel::padding.packet_ns = kernel::padding.irq_ns = 0; }

    template <typename Work> static uint64_t cost(Work work) {
        const guest_test::WithoutTick no_other_interrupt;
        const uint64_t begin = arch::now_ns();
        {
            const kernel::PaddedScope scope(kernel::padding.packet_ns);
            work();
        }
        return arch::now_ns() - begin;
    }
    static constexpr double look_ns = 2'000; // the hosted clock moves when it is read
};

TEST_F(Padding, CheapWorkTakesThePrice) {
    EXPECT_NEAR(static_cast<double>(cost([] { hosted::advance_ns(20'000); })), 50'000, look_ns);
}

TEST_F(Padding, DearWorkTakesItsOwnTime) {
    EXPECT_NEAR(static_cast<double>(cost([] { hosted::advance_ns(80'000); })), 80'000, look_ns);
}

TEST_F(Padding, AnInterruptIsNotThePacketsTime) {
    EXPECT_NEAR(static_cast<double>(cost([] { guest_test::interrupt([] { hosted::advance_ns(30'000); }); })),
                80'000, look_ns);
}

TEST_F(Padding, NothingIsAddedByDefault) {
    kernel::padding.packet_ns = 0;
    EXPECT_LT(static_cast<double>(cost([] {})), look_ns);
}

} // namespace
