// SPDX-License-Identifier: GPL-2.0-or-later
// How the harness reports that a test cannot go on. GoogleTest turns it into a failure of the running case,
// so that test bodies read as a plain sequence of steps; nothing but tests is built with this.
#pragma once

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace harness {

class Failure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Failure with the text of `errno` behind `what`.
[[noreturn]] inline void fail_with_errno(const std::string& what) {
    throw Failure(what + ": " + std::strerror(errno));
}

} // namespace harness
