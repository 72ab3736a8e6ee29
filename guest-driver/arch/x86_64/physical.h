// SPDX-License-Identifier: GPL-2.0-or-later
// From physical addresses to pointers: the low 4 GiB are mapped to themselves.
#pragma once

#include <cstdint>

namespace x86 {

/// Compilers take constant addresses below the first page for null pointers; this address they cannot see
/// through.
template <typename T> T* at(uint64_t physical) {
    asm("" : "+r"(physical));
    return reinterpret_cast<T*>(physical); // NOLINT(performance-no-int-to-ptr): that is what it is for
}

} // namespace x86
