// SPDX-License-Identifier: GPL-2.0-or-later
// The line editor as a person sees it: keys in, a terminal's screen out.
#include "shell/line_editor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capture.h"

namespace {

using Event = shell::LineEditor::Event;

/// One line of a terminal that knows backspace, carriage return and "erase to the end of the line".
class Screen {
  public:
    void show(const std::string& output) {
        for (std::size_t i = 0; i < output.size(); i++) {
            const char c = output[i];
            if (c == '\r')
                cursor_ = 0;
            else if (c == '\b')
                cursor_ -= cursor_ > 0;
            else if (output.compare(i, 3, "\x1b[K") == 0) {
                line_.resize(cursor_);
                i += 2;
            } else if (output.compare(i, 7, "\x1b[H\x1b[2J") == 0) {
                line_.clear();
                cursor_ = 0;
                i += 6;
            } else if (c == '\n') {
                line_.clear();
                cursor_ = 0;
            } else {
                ASSERT_GE(c, ' ') << "a control character the terminal does not know";
                line_.resize(std::max(line_.size(), cursor_ + 1), ' ');
                line_[cursor_++] = c;
            }
        }
    }
    std::string with_cursor() const { return line_.substr(0, cursor_) + "|" + line_.substr(cursor_); }

  private:
    std::string line_;
    std::size_t cursor_ = 0;
};

class LineEditor : public testing::Test {
  protected:
    LineEditor() { begin(); }
    void begin() {
        editor.begin("> ");
        screen.show(capture.take());
    }
    /// Types keys; returns the last event.
    Event type(const std::string& keys) {
        Event event = Event::None;
        for (const char key : keys) {
            event = editor.feed(static_cast<uint8_t>(key));
            screen.show(capture.take());
        }
        return event;
    }
    /// Types a whole line and begins the next.
    void enter(const std::string& line) {
        EXPECT_EQ(type(line + "\r"), Event::Line);
        EXPECT_EQ(editor.line(), line);
        begin();
    }
    std::string shown() const { return screen.with_cursor(); }

    shell_test::Capture capture;
    shell::LineEditor editor{capture};
    Screen screen;
};

constexpr const char *up = "\x1b[A", *down = "\x1b[B", *right = "\x1b[C", *left = "\x1b[D";

TEST_F(LineEditor, WhatIsTypedIsTheLine) {
    EXPECT_EQ(type("ip addr"), Event::None);
    EXPECT_EQ(shown(), "> ip addr|");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "ip addr");
}

TEST_F(LineEditor, ReturnAndLineFeedAreOneEnd) {
    EXPECT_EQ(type("a\r"), Event::Line);
    begin();
    EXPECT_EQ(type("\n"), Event::None);
    EXPECT_EQ(type("b\n"), Event::Line);
    EXPECT_EQ(editor.line(), "b");
}

TEST_F(LineEditor, BackspaceErases) {
    type("pong\x7f\x08ng");
    EXPECT_EQ(shown(), "> pong|");
    type("\x7f\x7f\x7f\x7f\x7f\x7f");
    EXPECT_EQ(shown(), "> |") << "never into the prompt";
}

TEST_F(LineEditor, ArrowsMoveAndInsert) {
    type(std::string("pig") + left + left + "ng ");
    EXPECT_EQ(shown(), "> png |ig");
    type(std::string(right) + right + right + "!");
    EXPECT_EQ(shown(), "> png ig!|");
}

TEST_F(LineEditor, ErasingInTheMiddleClosesTheGap) {
    type(std::string("abcd") + left + left + "\x7f");
    EXPECT_EQ(shown(), "> a|cd");
    type("\x1b[3~"); // delete
    EXPECT_EQ(shown(), "> a|d");
    type("\x04"); // Ctrl-D
    EXPECT_EQ(shown(), "> a|");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "a");
}

TEST_F(LineEditor, HomeAndEndInAllDialects) {
    for (const std::string home : {"\x01", "\x1b[H", "\x1b[1~", "\x1bOH"}) {
        type("\x05\x15"
             "abc" +
             home);
        EXPECT_EQ(shown(), "> |abc");
    }
    for (const std::string end : {"\x05", "\x1b[F", "\x1b[4~", "\x1bOF"}) {
        type("\x01" + end);
        EXPECT_EQ(shown(), "> abc|");
    }
}

TEST_F(LineEditor, KillsToTheBeginningTheEndAndAWord) {
    type(std::string("one two three") + left + left + "\x0b");
    EXPECT_EQ(shown(), "> one two thr|");
    type("\x17");
    EXPECT_EQ(shown(), "> one two |");
    type("\x17");
    EXPECT_EQ(shown(), "> one |");
    type(std::string(left) + "\x15");
    EXPECT_EQ(shown(), "> | ");
}

TEST_F(LineEditor, HistoryGoesBackAndForth) {
    enter("first");
    enter("second");
    type(up);
    EXPECT_EQ(shown(), "> second|");
    type(up);
    EXPECT_EQ(shown(), "> first|");
    type(up);
    EXPECT_EQ(shown(), "> first|") << "there is nothing older";
    type(down);
    EXPECT_EQ(shown(), "> second|");
    type(down);
    EXPECT_EQ(shown(), "> |");
    type(std::string(up) + "!\r");
    EXPECT_EQ(editor.line(), "second!");
}

TEST_F(LineEditor, HistoryForgetsEmptyLinesRepetitionsAndTheOldest) {
    enter("same");
    enter("");
    enter("same");
    type(std::string(up) + up);
    EXPECT_EQ(shown(), "> same|");
    type("\x15\r");
    begin();
    for (unsigned i = 0; i < shell::LineEditor::history_length; i++)
        enter("line " + std::to_string(i));
    for (unsigned i = 0; i < shell::LineEditor::history_length + 5; i++)
        type(up);
    EXPECT_EQ(shown(), "> line 0|");
}

TEST_F(LineEditor, CtrlCGivesTheLineUp) {
    EXPECT_EQ(type("nonsense\x03"), Event::Interrupt);
    begin();
    EXPECT_EQ(shown(), "> |");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "");
}

TEST_F(LineEditor, CtrlDEndsAnEmptyLineOnly) {
    type("a");
    EXPECT_EQ(type("\x04"), Event::None);
    type("\x7f");
    EXPECT_EQ(type("\x04"), Event::End);
}

TEST_F(LineEditor, CtrlLClearsTheScreenAndKeepsTheLine) {
    type(std::string("abc") + left + "\x0c");
    EXPECT_EQ(shown(), "> ab|c");
}

TEST_F(LineEditor, TheLineHasAnEnd) {
    const std::string most(shell::LineEditor::maximum_length, 'x');
    type(most + "y");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), most);
    begin();
    type(std::string(up) + left + "\x7f" + "z");
    EXPECT_EQ(shown().size(), 2 + most.size() + 1);
}

TEST_F(LineEditor, UnknownKeysDoNothing) {
    type("a\x1b[5~\x1b[200~\x1b[1;5Z\x1bX\x02\x06\x0f\x10\x80\xff\x1b[99999999999A"
         "b");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "ab");
}

TEST_F(LineEditor, TheLineBeingTypedOutlivesALookAtTheHistory) {
    enter("first");
    type(std::string("unfinished") + up);
    EXPECT_EQ(shown(), "> first|");
    type(std::string(down));
    EXPECT_EQ(shown(), "> unfinished|");
    type(std::string(down));
    EXPECT_EQ(shown(), "> unfinished|") << "there is nothing newer";
}

// ---- Search ----

TEST_F(LineEditor, SearchFindsTheNewestAndThenOlderOnes) {
    enter("ping 10.0.2.2");
    enter("ip addr");
    enter("ping 10.0.2.3");
    type("\x12");
    EXPECT_EQ(shown(), "(reverse-i-search)`': |");
    type("pi");
    EXPECT_EQ(shown(), "(reverse-i-search)`pi': ping 10.0.2.3|");
    type("\x12");
    EXPECT_EQ(shown(), "(reverse-i-search)`pi': ping 10.0.2.2|");
    type("\x12");
    EXPECT_EQ(shown(), "(failed reverse-i-search)`pi': ping 10.0.2.2|");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "ping 10.0.2.2");
}

TEST_F(LineEditor, SearchCanBeCorrectedAndEdited) {
    enter("ping 10.0.2.2");
    enter("ip addr");
    type("\x12ipx");
    EXPECT_EQ(shown(), "(failed reverse-i-search)`ipx': ip addr|");
    type("\x7f");
    EXPECT_EQ(shown(), "(reverse-i-search)`ip': ip addr|");
    type(std::string(left) + left + left + left + "4");
    EXPECT_EQ(shown(), "> ip 4|addr") << "an editing key takes the line";
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "ip 4addr");
}

TEST_F(LineEditor, SearchCanBeGivenUp) {
    enter("ping 10.0.2.2");
    type("mine\x12pi\x07");
    EXPECT_EQ(shown(), "> mine|");
    type("\x12pi");
    EXPECT_EQ(type("\x03"), Event::Interrupt);
    begin();
    EXPECT_EQ(shown(), "> |");
    type("\x12\x12\x7f\x7f");
    EXPECT_EQ(type("\r"), Event::Line) << "looking for nothing finds the newest";
    EXPECT_EQ(editor.line(), "ping 10.0.2.2");
}

// ---- Completion ----

/// Commands "ping", "ps" and "pstree"; after one of them files below "/a/".
std::size_t complete(std::string_view line, void (*visit)(void*, std::string_view), void* cookie) {
    const std::size_t start = line.rfind(' ') + 1;
    const std::string_view begin = line.substr(start);
    const std::vector<std::string> words = start == 0
                                               ? std::vector<std::string>{"ping ", "ps ", "pstree "}
                                               : std::vector<std::string>{"/a/", "/a/one ", "/a/other/"};
    for (const std::string& word : words)
        if (word.starts_with(begin) && (start == 0 || word.size() > 3 || begin.size() < 3))
            visit(cookie, word);
    return start;
}

class Completion : public LineEditor {
  protected:
    Completion() {
        editor = shell::LineEditor(capture, complete);
        screen = {};
        begin();
    }
};

TEST_F(Completion, TheOnlyOneIsTyped) {
    type("pi\t");
    EXPECT_EQ(shown(), "> ping |");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_EQ(editor.line(), "ping ");
}

TEST_F(Completion, WhatAllHaveInCommonIsTypedAndASecondTabListsThem) {
    type("p");
    editor.feed('\t');
    EXPECT_EQ(capture.take(), "") << "ping and ps differ in their second letter";
    editor.feed('\t');
    EXPECT_EQ(capture.take(), "\nping  ps  pstree  \n> p");
    type("s");
    editor.feed('\t');
    EXPECT_EQ(capture.take(), "") << "not the second tab in a row";
    type("t\t");
    EXPECT_EQ(shown(), "> pstree |") << "its end";
}

TEST_F(Completion, OnlyTheLastPartOfAPathIsListed) {
    type("ps /a/o");
    editor.feed('\t');
    editor.feed('\t');
    EXPECT_EQ(capture.take(), "\none  other/  \n> ps /a/o");
    type("t\t");
    EXPECT_EQ(shown(), "> ps /a/other/|") << "a folder goes on";
}

TEST_F(Completion, InTheMiddleOfALine) {
    type(std::string("pi 10.0.2.2\x01") + right + right + "\t");
    EXPECT_EQ(shown(), "> ping | 10.0.2.2");
}

TEST_F(Completion, NothingFits) {
    type("x\t\t");
    EXPECT_EQ(shown(), "> x|");
}

TEST_F(Completion, TheLineHasAnEnd) {
    const std::string most(shell::LineEditor::maximum_length - 2, ' ');
    type(most + "/\t\t");
    EXPECT_EQ(type("\r"), Event::Line);
    EXPECT_LE(editor.line().size(), shell::LineEditor::maximum_length);
}

} // namespace
