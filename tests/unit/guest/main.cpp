// SPDX-License-Identifier: GPL-2.0-or-later
// One simulated machine for all tests: the test program is the kernel's first thread.
#include <gtest/gtest.h>

#include "kernel/init.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    kernel::kernel_init("test");
    return RUN_ALL_TESTS();
}
