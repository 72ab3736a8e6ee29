// SPDX-License-Identifier: GPL-2.0-or-later
// The person at the guest's serial console: waits for text, types lines.
#pragma once

#include <string>
#include <vector>

#include "qemu_process.h"
#include "unix_socket.h"

namespace harness {

/// What a pattern found.
struct Match {
    std::string before;              ///< what came since the previous match
    std::string text;                ///< the whole match
    std::vector<std::string> groups; ///< parenthesised parts; [0] is the first
};

/// A pipe holds 64 KiB of single bytes, where a socket is full after some hundred of them: a guest on the
/// exact clock prints without waiting for a host that is late to read.
class Console {
  public:
    /// Create it before QEMU; QEMU opens the pipes `NAME.in` and `NAME.out` in `directory`.
    explicit Console(const TempDir& directory, const std::string& name = "console");

    /// `-chardev … -serial …` for QEMU.
    Arguments arguments() const;

    /// Waits until the POSIX extended regular expression matches in what came after the previous match (`^`
    /// and `$` match at lines), and moves behind it. Throws Failure with the transcript's end when the
    /// deadline passes or QEMU ends.
    Match expect(const std::string& regex, Deadline deadline = patience);
    /// The same for literal text.
    Match expect_text(const std::string& text, Deadline deadline = patience);
    /// Sends `line` and a line feed.
    void send_line(const std::string& line);
    /// Bytes as they are, control characters included.
    void send(const std::string& bytes);

    /// All that was printed up to now (reads what has arrived, does not wait). Carriage returns and NULs are
    /// left out.
    const std::string& transcript();

  private:
    void pump(Deadline deadline);

    std::string name_, path_;
    Fd in_, out_;
    std::string transcript_;
    size_t position_ = 0; // behind the last match
};

} // namespace harness
