// SPDX-License-Identifier: GPL-2.0-or-later
// main() of the tests that boot Linux: without QEMU, the device or the image they say so and count as
// skipped.
#include <gtest/gtest.h>
#include <iostream>

#include "harness/qemu_process.h"
#include "linux_guest.h"

int main(int argc, char** argv) {
    constexpr int skipped = 77; // the exit status that meson counts as such
    ::testing::InitGoogleTest(&argc, argv);
    for (const auto& missing : {harness::missing_prerequisite(), linux_test::missing_image()}) {
        if (!missing.empty()) {
            std::cerr << "skipped: " << missing << "\n";
            return skipped;
        }
    }
    return RUN_ALL_TESTS();
}
