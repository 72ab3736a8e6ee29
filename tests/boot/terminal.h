// SPDX-License-Identifier: GPL-2.0-or-later
// A program run as a person runs it: at a terminal that can be read and typed at, or without one.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "harness/deadline.h"
#include "harness/unix_socket.h"

namespace boot_test {

using Command = std::vector<std::string>;

struct Ended {
    int status = -1; ///< exit status; 128 + n if signal n ended it
    std::string output;
};

/// Runs `command` to its end without a terminal: stdin empty, stdout and stderr together.
Ended run(const Command& command, harness::Deadline deadline);

class Terminal {
  public:
    explicit Terminal(const Command& command);
    ~Terminal(); ///< kills what still runs, with the process group that the terminal made
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Waits for `text` behind what was found last; throws harness::Failure with the transcript otherwise.
    void expect(const std::string& text, harness::Deadline deadline = harness::patience);
    void type(const std::string& bytes);
    /// Exit status, as in Ended; throws harness::Failure if it still runs at the deadline.
    int wait_exit(harness::Deadline deadline = harness::patience);
    const std::string& transcript() const { return transcript_; }

  private:
    bool read_some(harness::Deadline deadline);

    harness::Fd master_;
    pid_t pid_ = -1;
    std::string transcript_;
    std::size_t position_ = 0;
};

} // namespace boot_test
