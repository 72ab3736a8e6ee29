// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of ./boot share: where the script is, and how it is called.
#pragma once

#include "terminal.h"

namespace boot_test {

inline constexpr std::chrono::seconds boot_patience{90}; ///< a passing boot takes a tenth of it

/// The script with `arguments`; it boots from E100_BUILD, so it does not build.
Command boot(const Command& arguments);

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace boot_test
