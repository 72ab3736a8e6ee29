// SPDX-License-Identifier: GPL-2.0-or-later
// The end of main() of test programs that need something which a machine may lack.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <iostream>
#include <string>

namespace harness {

/// Runs the cases, unless one of `missing` says what is not there: then the program says so and counts as
/// skipped.
inline int run_tests_unless(std::initializer_list<std::string> missing) {
    constexpr int skipped = 77; // the exit status that meson counts as such
    for (const std::string& what : missing) {
        if (!what.empty()) {
            std::cerr << "skipped: " << what << "\n";
            return skipped;
        }
    }
    return RUN_ALL_TESTS();
}

} // namespace harness
