// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "streams.h"
#include "timeline/interrupt_tree.h"

namespace timeline_test {
namespace {

/// Without the arguments, which the pictures' tests look at.
std::string trees(const Stream& stream) {
    std::ostringstream output;
    write_interrupt_trees(output, stream.recording());
    std::string text = output.str(), result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        result += line.substr(0, line.find("  first")) + '\n';
    return result;
}

TEST(InterruptTree, FollowsUntilTheReader) {
    Stream stream;
    stream.at(1'000'000).hardirq("irq.entry", 11);
    stream.at(1'001'500).hardirq("drv.isr", 0x40).hardirq("softirq.raise", 3);
    stream.at(1'003'000).hardirq("irq.exit", 11);
    stream.at(1'004'000).softirq("softirq.entry", 3).softirq("napi.poll.begin").softirq("sock.enqueue", 7);
    stream.softirq("napi.poll").softirq("softirq.exit", 3);
    stream.at(1'010'000).task("sched.switch").task("app.recv", 9).task("app.recv", 7).task("net.xmit");
    stream.hardirq("softirq.raise", 1).softirq("softirq.entry", 1).softirq("softirq.exit", 1); // the tick
    EXPECT_EQ(trees(stream), "irq 11 on CPU 0 at 0.001000 s\n"
                             "      +0.000  irq.entry\n"
                             "      +1.500    drv.isr\n"
                             "      +1.501    softirq.raise\n"
                             "      +3.000  irq.exit\n"
                             "      +4.000  softirq.entry\n"
                             "      +4.001    napi.poll.begin\n"
                             "      +4.002      sock.enqueue\n"
                             "      +4.003    napi.poll\n"
                             "      +4.004  softirq.exit\n"
                             "     +10.002  app.recv\n");
}

TEST(InterruptTree, OneThatInterruptsASoftirqBelongsToIt) {
    Stream stream;
    stream.at(0).hardirq("irq.entry", 11).hardirq("softirq.raise", 3).hardirq("irq.exit", 11);
    stream.softirq("softirq.entry", 3)
        .hardirq("irq.entry", 11)
        .hardirq("irq.exit", 11)
        .softirq("softirq.exit", 3);
    const std::string text = trees(stream);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);
    EXPECT_NE(text.find("+0.004    irq.entry\n"), std::string::npos) << text;
}

TEST(InterruptTree, KsoftirqdGoesOnWithIt) {
    Stream stream;
    stream.at(0).hardirq("irq.entry", 11).hardirq("softirq.raise", 3).hardirq("irq.exit", 11);
    stream.task("sched.switch", 1).softirq("softirq.entry", 3, 1).softirq("softirq.exit", 3);
    EXPECT_NE(trees(stream).find("+0.004  softirq.entry"), std::string::npos) << trees(stream);
}

TEST(InterruptTree, TheNextTickIsNotPartOfIt) {
    Stream stream;
    stream.at(0).hardirq("irq.entry", 11).hardirq("irq.exit", 11);
    stream.hardirq("softirq.raise", 1).softirq("softirq.entry", 1).softirq("softirq.exit", 1);
    const std::string text = trees(stream);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
}

TEST(InterruptTree, WithoutInterruptsThereIsNone) {
    EXPECT_EQ(trees(Stream().task("app.recv", 7).softirq("softirq.entry")), "");
}

} // namespace
} // namespace timeline_test
