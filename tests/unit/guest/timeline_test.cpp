// SPDX-License-Identifier: GPL-2.0-or-later
// The trace on its way to a recorder outside the machine.
#include <algorithm>
#include <gtest/gtest.h>

#include "arch/hosted/machine.h"
#include "kernel/context.h"
#include "kernel/thread.h"
#include "kernel/timeline.h"
#include "kernel/trace.h"

namespace {

using kernel::Event;

class Timeline : public testing::Test {
  protected:
    void SetUp() override { hosted::plug_recorder(&recorder_); }
    void TearDown() override {
        kernel::trace_stop();
        kernel::trace_on = 0;
        hosted::plug_recorder(nullptr);
    }
    bool told(const std::string& line) const {
        return std::find(recorder_.lines.begin(), recorder_.lines.end(), line) != recorder_.lines.end();
    }
    std::size_t recorded(Event event) const {
        return static_cast<std::size_t>(
            std::count_if(recorder_.records.begin(), recorder_.records.end(),
                          [&](const auto& record) { return record.event == static_cast<uint16_t>(event); }));
    }
    static std::size_t in_ring() {
        std::size_t count = 0;
        kernel::trace_for_each(
            [](const kernel::TraceRecord& record, void* cookie) {
                *static_cast<std::size_t*>(cookie) += record.event == Event::SockDrop;
            },
            &count);
        return count;
    }
    hosted::Recorder recorder_;
};

TEST_F(Timeline, TellsNamesBeforeItRecords) {
    kernel::timeline_init();
    EXPECT_TRUE(told("event\t" + std::to_string(static_cast<unsigned>(Event::UdpRcv)) +
                     "\tudp.rcv\tdestination port\tbytes"));
    EXPECT_TRUE(told("value\tvector\t3\tNET_RX"));
    EXPECT_TRUE(std::any_of(recorder_.lines.begin(), recorder_.lines.end(), [](const std::string& line) {
        return line.starts_with("value\treason\t") && line.ends_with("\tNO_SOCKET");
    }));
    for (const std::string& line : recorder_.lines)
        EXPECT_LT(line.size(), std::size_t{TIMELINE_TEXT_BYTES}) << line;
    EXPECT_TRUE(recorder_.records.empty());
}

TEST_F(Timeline, RecordsCpuContextAndArguments) {
    kernel::timeline_init();
    kernel::irq_enter();
    kernel::trace(Event::SockDrop, 7, 0xffffffff);
    kernel::irq_exit();
    ASSERT_EQ(recorded(Event::SockDrop), 1u);
    const timeline_record& record =
        *std::find_if(recorder_.records.begin(), recorder_.records.end(),
                      [](const auto& each) { return each.event == static_cast<uint16_t>(Event::SockDrop); });
    EXPECT_EQ(record.cpu, 0);
    EXPECT_EQ(record.context, static_cast<uint8_t>(kernel::ExecutionContext::Hardirq));
    EXPECT_EQ(record.a, 7u);
    EXPECT_EQ(record.b, 0xffffffffu);
}

TEST_F(Timeline, GoesOnWhateverTheRingsDo) {
    kernel::timeline_init();
    kernel::trace(Event::SockDrop);
    kernel::trace_start();
    kernel::trace(Event::SockDrop);
    kernel::trace_stop();
    kernel::trace(Event::SockDrop);
    EXPECT_EQ(recorded(Event::SockDrop), 3u);
    EXPECT_EQ(in_ring(), 1u);
}

TEST_F(Timeline, WithoutARecorderNothingIsSwitchedOn) {
    hosted::plug_recorder(nullptr);
    kernel::timeline_init();
    EXPECT_EQ(kernel::trace_on.load(), 0);
    kernel::timeline_name("thread", 1, "nobody hears this");
}

TEST_F(Timeline, ThreadsHaveNamesAndAreSeenToChange) {
    kernel::timeline_init();
    static bool ran;
    ran = false;
    ASSERT_NE(kernel::thread_create(
                  "recorded", 0, [](void*) { ran = true; }, nullptr),
              nullptr);
    while (!ran)
        kernel::yield();
    const auto name = std::find_if(recorder_.lines.begin(), recorder_.lines.end(),
                                   [](const std::string& line) { return line.ends_with("\trecorded"); });
    ASSERT_NE(name, recorder_.lines.end());
    const auto number = static_cast<uint32_t>(std::stoul(name->substr(sizeof "value\tthread")));
    EXPECT_TRUE(std::any_of(recorder_.records.begin(), recorder_.records.end(), [&](const auto& record) {
        return record.event == static_cast<uint16_t>(Event::SchedSwitch) && record.a == number;
    }));
}

} // namespace
