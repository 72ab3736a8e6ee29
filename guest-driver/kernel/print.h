// SPDX-License-Identifier: GPL-2.0-or-later
// Text for people: printf formats (d i u x X c s p %, widths, '-', '0', l ll z, precision for s) without
// floating point.
#pragma once

#include <cstdarg>
#include <cstddef>

namespace kernel {

/// To the console, any context.
void printk(const char* format, ...) __attribute__((format(printf, 1, 2)));
/// As snprintf: always terminates, returns the length the whole text would have.
std::size_t format(char* buffer, std::size_t size, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
std::size_t vformat(char* buffer, std::size_t size, const char* format, va_list arguments);

} // namespace kernel
