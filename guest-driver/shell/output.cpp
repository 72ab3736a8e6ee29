// SPDX-License-Identifier: GPL-2.0-or-later
// Printing of commands.
#include "shell/output.h"

#include <algorithm>
#include <cstdarg>

#include "arch/console.h"
#include "kernel/print.h"

namespace shell {

void Output::print(const char* format, ...) const {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const std::size_t length = kernel::vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    write({text, std::min(length, sizeof text - 1)});
}

Output console_output() {
    return Output([](void*, std::string_view text) { arch::console_write(text.data(), text.size()); },
                  nullptr);
}

} // namespace shell
