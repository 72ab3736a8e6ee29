// SPDX-License-Identifier: GPL-2.0-or-later
// Trace records: off, on, merged from all CPUs, and counted when they do not fit.
#include "kernel/trace.h"

#include <gtest/gtest.h>

#include <vector>

#include "arch/hosted/machine.h"

namespace {

using kernel::Event;

std::vector<kernel::TraceRecord> records() {
    kernel::trace_stop();
    std::vector<kernel::TraceRecord> all;
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* cookie) {
            static_cast<std::vector<kernel::TraceRecord>*>(cookie)->push_back(record);
        },
        &all);
    return all;
}

TEST(Trace, RecordsNothingWhileOff) {
    kernel::trace_start();
    kernel::trace_stop();
    kernel::trace(Event::DrvUp);
    EXPECT_TRUE(records().empty());
}

TEST(Trace, KeepsWhatWasSaidAndWhere) {
    kernel::trace_start();
    kernel::trace(Event::UdpRcv, 53, 100);
    {
        kernel::BhGuard guard;
        kernel::trace(Event::AppWake, 53);
    }
    const auto all = records();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].event, Event::UdpRcv);
    EXPECT_EQ(all[0].a, 53u);
    EXPECT_EQ(all[0].b, 100u);
    EXPECT_EQ(all[0].context, kernel::ExecutionContext::Task);
    EXPECT_EQ(all[1].context, kernel::ExecutionContext::BhDisabled);
    EXPECT_LT(all[0].time_ns, all[1].time_ns);
}

TEST(Trace, MergesCpusByTime) {
    kernel::trace_start();
    for (uint32_t i = 0; i < 12; i++) {
        hosted::pretend_cpu(i * 5 % 8, 8);
        kernel::trace(Event::NetReceive, i);
    }
    hosted::pretend_cpu(0, 1);
    const auto all = records();
    ASSERT_EQ(all.size(), 12u);
    for (uint32_t i = 0; i < 12; i++) {
        EXPECT_EQ(all[i].a, i);
        EXPECT_EQ(all[i].cpu, i * 5 % 8);
    }
}

TEST(Trace, CountsWhatDoesNotFitAndKeepsTheBeginning) {
    kernel::trace_start();
    constexpr uint32_t capacity = 16384;
    for (uint32_t i = 0; i < capacity + 5; i++)
        kernel::trace(Event::NetReceive, i);
    const auto all = records();
    EXPECT_EQ(all.size(), capacity);
    EXPECT_EQ(all.front().a, 0u);
    EXPECT_EQ(kernel::trace_lost(), 5u);
    kernel::trace_start();
    EXPECT_EQ(kernel::trace_lost(), 0u);
    EXPECT_TRUE(records().empty());
}

TEST(Trace, NamesItsEvents) {
    EXPECT_STREQ(kernel::event_name(Event::DrvProbeBegin), "drv.probe.begin");
    EXPECT_STREQ(kernel::event_name(Event::TxClean), "ring.tx_clean");
}

} // namespace
