// SPDX-License-Identifier: GPL-2.0-or-later
// The console's expect against a peer in this process that plays the guest.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "console.h"
#include "failure.h"

namespace harness {
namespace {

class ConsoleTest : public ::testing::Test {
  protected:
    void prints(const std::string& text) {
        ASSERT_EQ(write(out_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void hangs_up() { out_ = Fd(); }

    TempDir directory;
    Console console{directory};
    Fd in_{open(directory.file("console.in").c_str(), O_RDONLY)};
    Fd out_{open(directory.file("console.out").c_str(), O_WRONLY | O_NONBLOCK)};
};

TEST_F(ConsoleTest, MatchesMoveOn) {
    prints("one 1\r\ntwo 22\r\none 333\r\n");
    EXPECT_EQ(console.expect("one ([0-9]+)$", 1s).groups[0], "1");
    EXPECT_EQ(console.expect("one ([0-9]+)$", 1s).groups[0], "333");
    EXPECT_THROW(console.expect("two", 10ms), Failure);
}

TEST_F(ConsoleTest, WhatCameBeforeBelongsToTheMatch) {
    prints("begin\na=1\nend\nbegin\na=2\nend\n");
    for (const char* block : {"a=1\n", "a=2\n"}) {
        console.expect_text("begin\n", 1s);
        EXPECT_EQ(console.expect_text("end\n", 1s).before, block);
    }
}

TEST_F(ConsoleTest, LineEndsWaitForTheLine) {
    prints("count 12");
    EXPECT_THROW(console.expect("count ([0-9]+)$", 10ms), Failure);
    prints("34\n");
    EXPECT_EQ(console.expect("^count ([0-9]+)$", 1s).groups[0], "1234");
}

TEST_F(ConsoleTest, LiteralTextIsLiteral) {
    prints("a+b (c) [d] x\\y $");
    EXPECT_EQ(console.expect_text("a+b (c) [d] x\\y $", 1s).text, "a+b (c) [d] x\\y $");
}

TEST_F(ConsoleTest, FailureShowsTheTranscript) {
    prints("kernel panic: no init\n");
    try {
        console.expect("login:", 50ms);
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_NE(std::string(failure.what()).find("login:"), std::string::npos);
        EXPECT_NE(std::string(failure.what()).find("kernel panic: no init"), std::string::npos);
    }
}

TEST_F(ConsoleTest, EndOfThePeerEndsTheWait) {
    prints("bye");
    hangs_up();
    Deadline soon = 20s;
    EXPECT_THROW(console.expect("never", 60s), Failure);
    EXPECT_FALSE(soon.expired());
    EXPECT_EQ(console.expect("bye", 1s).text, "bye"); // what had come is still there
}

TEST_F(ConsoleTest, SendsLines) {
    console.send_line("ping 10.0.2.2");
    char buffer[64] = {};
    ASSERT_GT(read(in_.get(), buffer, sizeof buffer - 1), 0);
    EXPECT_STREQ(buffer, "ping 10.0.2.2\n");
}

TEST_F(ConsoleTest, SingleBytesNeedNoReader) {
    std::string printed;
    for (int i = 0; i < 60'000; i++) {
        const std::string byte(1, static_cast<char>('a' + i % 26));
        prints(byte);
        printed += byte;
    }
    EXPECT_EQ(console.transcript(), printed);
}

} // namespace
} // namespace harness
