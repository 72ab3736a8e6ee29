// SPDX-License-Identifier: GPL-2.0-or-later
// Precompiled: what nearly every file of the guest includes and what takes the compiler longest. No file
// relies on it: the library for the host is compiled without.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
