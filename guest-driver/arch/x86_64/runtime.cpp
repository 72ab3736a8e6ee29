// SPDX-License-Identifier: GPL-2.0-or-later
// What compilers and the standard library's headers refer to although nothing here is thrown, unwound or
// destroyed.
#include <string_view>

#include "arch/cpu.h"

extern "C" {

void* __dso_handle = nullptr;
/// What std::popcount becomes on a CPU that may lack the instruction.
int __popcountdi2(unsigned long value) {
    int count = 0;
    for (; value; value &= value - 1)
        count++;
    return count;
}

int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
[[noreturn]] void __cxa_pure_virtual() { arch::die("pure virtual function called"); }
[[noreturn]] void abort() { arch::die("abort"); }

} // extern "C"

namespace std {

// string_view::substr and its like, outside of the string.
void __throw_out_of_range_fmt(const char* format, ...) { arch::die(format); }

} // namespace std
