// SPDX-License-Identifier: GPL-2.0-or-later
// main() of test programs that run QEMU: without QEMU or the device they say so and count as skipped.
#include <gtest/gtest.h>
#include <iostream>

#include "qemu_process.h"

int main(int argc, char** argv) {
    constexpr int skipped = 77; // the exit status that meson counts as such
    ::testing::InitGoogleTest(&argc, argv);
    std::string missing = harness::missing_prerequisite();
    if (missing.empty())
        return RUN_ALL_TESTS();
    std::cerr << "skipped: " << missing << "\n";
    return skipped;
}
