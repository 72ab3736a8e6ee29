// SPDX-License-Identifier: GPL-2.0-or-later
// What a command prints, as a string.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "shell/output.h"
#include "shell/shell.h"

namespace shell_test {

class Capture {
  public:
    operator shell::Output() {
        return shell::Output(
            [](void* self, std::string_view text) { static_cast<Capture*>(self)->text_.append(text); }, this);
    }
    /// Everything since the last call.
    std::string take() { return std::exchange(text_, {}); }

  private:
    std::string text_;
};

/// What `print(output)` prints.
template <typename Print> std::string printed(Print print) {
    Capture capture;
    const shell::Output output = capture;
    print(output);
    return capture.take();
}

/// What a line typed at the console prints.
inline std::string run(const std::string& line) {
    return printed([&](const shell::Output& output) { shell::run_line(line, output); });
}

} // namespace shell_test
