// SPDX-License-Identifier: GPL-2.0-or-later
// A ring of lines.
#include "kernel/log.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "arch/clock.h"
#include "arch/cpu.h"

namespace kernel {

namespace {

struct Line {
    uint64_t time_ns;
    std::size_t length;
    std::array<char, log_line_length> text;
};
std::array<Line, log_lines> lines;
std::size_t begun = 0;     ///< lines
bool line_is_open = false; ///< the last one has no line feed yet
std::atomic<bool> busy{false};

/// The report of a crash must not wait for a CPU that was stopped with the log in its hands.
class Access {
  public:
    Access() {
        constexpr unsigned patience = 100'000;
        for (unsigned i = 0; i < patience && !granted_; i++) {
            granted_ = !busy.exchange(true, std::memory_order_acquire);
            if (!granted_)
                arch::relax();
        }
    }
    ~Access() {
        if (granted_)
            busy.store(false, std::memory_order_release);
    }
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;
    explicit operator bool() const { return granted_; }

  private:
    arch::IrqGuard interrupts_off_; // first member: a handler of this CPU may print
    bool granted_ = false;
};

void add(char c) {
    if (!line_is_open) {
        Line& line = lines[begun++ % log_lines];
        line.time_ns = arch::now_ns();
        line.length = 0;
        line_is_open = true;
    }
    Line& line = lines[(begun - 1) % log_lines];
    if (c == '\n')
        line_is_open = false;
    else if (line.length < log_line_length)
        line.text[line.length++] = c;
}

} // namespace

void log_append(std::string_view text) {
    const Access access;
    if (access)
        for (const char c : text)
            add(c);
}

bool log_line(std::size_t number, char* text, std::size_t& length, uint64_t& time_ns) {
    const Access access;
    if (!access || number >= begun || begun - number > log_lines)
        return false;
    const Line& line = lines[number % log_lines];
    std::copy_n(line.text.begin(), line.length, text);
    length = line.length;
    time_ns = line.time_ns;
    return true;
}

std::size_t log_count() {
    const Access access;
    return begun;
}

} // namespace kernel
