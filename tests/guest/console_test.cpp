// SPDX-License-Identifier: GPL-2.0-or-later
// A person's keys at the real console: editing, the history, completion, and Ctrl-C.
#include <gtest/gtest.h>

#include "guest_machine.h"

namespace guest_test {
namespace {

constexpr const char *up = "\x1b[A", *left = "\x1b[D", *ctrl_a = "\x01", *ctrl_c = "\x03", *ctrl_k = "\x0b",
                     *ctrl_r = "\x12", *ctrl_u = "\x15", *ctrl_w = "\x17";

class Keys : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing(Medium::Kernel);
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    harness::Console& console() { return guest.console(); }
    /// Keys at the next prompt.
    void keys(const std::string& typed) {
        console().expect_text("e100# ", std::chrono::seconds(60));
        console().send(typed);
    }
    GuestMachine guest{Machine{}};
};

TEST_F(Keys, EditAndRecallLines) {
    keys(std::string("echo wrong") + ctrl_w + "right\r");
    console().expect("^ ?right$");
    keys(std::string("nonsense") + ctrl_u + "echo bc" + left + left + "a" + "\r");
    console().expect("^ ?abc$");
    keys(std::string("xecho kept lost") + left + left + left + left + left + ctrl_k + ctrl_a + "\x04\r");
    console().expect("^ ?kept *$");
    keys(std::string(up) + "\x7f\x7f\x7f\x7fsame\r");
    console().expect("^ ?same$");
    keys(std::string(ctrl_r) + "ab\r");
    console().expect("^ ?abc$");
}

TEST_F(Keys, TheTabulatorCompletes) {
    keys("ca\t/proc/vers\t\r");
    console().expect("e100 guest|version");
    keys("cat /proc/s\t\t");
    console().expect("^softirqs  .*sys/  $");
    console().send("\x03");
    keys("dm\t;uptim\t\r");
    console().expect("\\[ +[0-9]+\\.[0-9]{6}\\] e100 guest: [0-9]+ CPU");
    console().expect("^up [0-9]+ min");
}

TEST_F(Keys, CtrlCGivesUpALineOrACommand) {
    keys(std::string("echo never") + ctrl_c);
    console().expect_text("^C");
    keys("watch -n 0.2 uptime; echo never\r");
    console().expect_text("Every 0.2s: uptime");
    console().expect_text("up 0 min");
    console().expect_text("Every 0.2s: uptime");
    console().send(ctrl_c);
    keys("listen 9; echo never\r");
    console().expect_text("Listening on UDP port 9");
    console().send(ctrl_c);
    console().expect("^0 datagrams read");
    keys("torture 600000\r");
    console().expect_text("torture: it begins"); // a key before that would end the line, not the command
    console().send(ctrl_c);
    console().expect_text("torture: every count is right");
    keys("echo done\r");
    console().expect("^ ?done$");
    EXPECT_EQ(console().transcript().find("\nnever"), std::string::npos);
}

} // namespace
} // namespace guest_test
