// SPDX-License-Identifier: GPL-2.0-or-later
// The recording is read as it was written, and what a hostile guest or a full disk makes of it does no harm.
#include <gtest/gtest.h>

#include "streams.h"

namespace timeline_test {
namespace {

using timeline::Recording;

TEST(Stream, ReadsWhatTheRecorderWrites) {
    const Recording recording = read(std::string(head) + "e\t0\tnic.rx_wire\tbytes\t\n"
                                                         "t\tevent\t3\tirq.entry\tirq\t\n"
                                                         "t\tvalue\treason\t7\tNO_SOCKET\n"
                                                         "d\t1000\te100.0\t0\t98\t0\n"
                                                         "g\t1001\t2\t3\t3\t10\t4294967295\n"
                                                         "end\t5\t42\n");
    ASSERT_EQ(recording.events.size(), 2u);
    const timeline::Event &wire = recording.events[0], &irq = recording.events[1];
    EXPECT_TRUE(wire.of_card);
    EXPECT_EQ(wire.time_ns, 1000);
    EXPECT_EQ(recording.cards.at(wire.unit), "e100.0");
    EXPECT_EQ(recording.kinds[wire.kind].name, "nic.rx_wire");
    EXPECT_EQ(wire.a, 98u);
    EXPECT_FALSE(irq.of_card);
    EXPECT_EQ(irq.unit, 2u);
    EXPECT_EQ(irq.context, timeline::Context::Hardirq);
    EXPECT_EQ(recording.kinds[irq.kind].name, "irq.entry");
    EXPECT_EQ(irq.b, 4294967295u);
    EXPECT_EQ(recording.cpus, 3u);
    EXPECT_EQ(recording.name_of("reason", 7), "NO_SOCKET");
    EXPECT_EQ(recording.name_of("reason", 8), "");
    EXPECT_EQ(recording.lost, 42u);
    EXPECT_TRUE(recording.complete);
    EXPECT_EQ(recording.malformed, 0u);
}

TEST(Stream, AnythingElseIsNoRecording) {
    for (const char* text : {"", "\n", "e100-timeline\t2\n", "e100-timeline", "{}", "\xff\xfe"}) {
        std::istringstream input(text);
        const bool accepted = timeline::read_stream(input).has_value();
        EXPECT_EQ(accepted, std::string(text) == "e100-timeline\t1") << text;
    }
}

TEST(Stream, WithoutItsLastLineItIsIncomplete) {
    EXPECT_FALSE(read(std::string(head) + "d\t1\tnic0\t0\t0\t0\n").complete);
    EXPECT_EQ(read(std::string(head) + "d\t1\tnic0\t0\t0\t0").events.size(), 1u)
        << "cut within the last line";
}

class BadLine : public testing::TestWithParam<const char*> {};

TEST_P(BadLine, IsCountedAndPassedOver) {
    const std::string good = "d\t5\tnic0\t0\t1\t2\n";
    const Recording recording = read(head + good + GetParam() + '\n' + good + "end\t0\t0\n");
    EXPECT_EQ(recording.malformed, 1u);
    EXPECT_EQ(recording.events.size(), 2u);
    EXPECT_TRUE(recording.complete);
}

INSTANTIATE_TEST_SUITE_P(
    Stream, BadLine,
    testing::Values("", "x", "d", "d\t5\tnic0\t0\t1", "d\t5\tnic0\t0\t1\t2\t3", "d\t4\tnic0\t0\t1\t2",
                    "d\t-5\tnic0\t0\t1\t2", "d\t5\t\t0\t1\t2", "d\t5\tnic0\t1024\t1\t2",
                    "d\t5\tnic0\t0\t4294967296\t2", "d\t5\tnic0\t0\t-1\t2", "d\t5\tnic0\t0\t1 \t2",
                    "d\t99999999999999999999\tnic0\t0\t1\t2", "g\t5\t64\t0\t0\t1\t2", "g\t5\t0\t4\t0\t1\t2",
                    "g\t5\t0\t0\t0\t1", "t", "t\t", "t\tevent\t1\t\ta\tb", "t\tevent\tx\tname\ta\tb",
                    "t\tevent\t1\tname\ta", "t\tvalue\treason\tx\tname", "t\tend\t1\t2",
                    "e\t1\tname\ta\tb\tc", "end\t1", "end\t1\tx", "a\tb\tc\td\te\tf\tg\th\ti\tj"));

TEST(Stream, ALineTooLongIsOneBadLine) {
    const Recording recording = read(head + std::string(5000, 'd') + "\nd\t5\tnic0\t0\t1\t2\n" + "d\t6\t" +
                                     std::string(600, 'n') + "\t0\t1\t2\n");
    EXPECT_EQ(recording.malformed, 2u);
    EXPECT_EQ(recording.events.size(), 1u);
}

TEST(Stream, TablesHaveAnEnd) {
    std::string text = head;
    for (unsigned i = 0; i < 40; i++)
        text += "d\t1\tcard" + std::to_string(i) + "\t0\t0\t0\n";
    for (unsigned i = 0; i < 70000; i++)
        text += "t\tvalue\tthread\t" + std::to_string(i) + "\tname\n";
    const Recording recording = read(text);
    EXPECT_EQ(recording.cards.size(), 32u);
    EXPECT_EQ(recording.values.size(), 65536u);
    EXPECT_EQ(recording.malformed, 8u + 4464u);
}

TEST(Stream, AnEventNobodyNamedIsShownByItsNumber) {
    const Recording recording = read(std::string(head) + "g\t1\t0\t0\t57\t1\t2\n");
    ASSERT_EQ(recording.events.size(), 1u);
    EXPECT_EQ(recording.kinds[recording.events[0].kind].name, "event 57");
}

TEST(Stream, AnEventsFirstNameStays) {
    const Recording recording =
        read(std::string(head) + "t\tevent\t1\tfirst\t\t\nt\tevent\t1\tsecond\t\t\ng\t1\t0\t0\t1\t0\t0\n");
    EXPECT_EQ(recording.kinds[recording.events.at(0).kind].name, "first");
    EXPECT_EQ(recording.malformed, 1u);
}

} // namespace
} // namespace timeline_test
