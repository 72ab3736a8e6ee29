// SPDX-License-Identifier: GPL-2.0-or-later
// One simulated machine of four CPUs for all tests: the test program is the first thread of CPU 0.
#include <gtest/gtest.h>

#include "arch/hosted/machine.h"
#include "kernel/init.h"
#include "kernel/smp.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    hosted::plug_cpus(4);
    kernel::kernel_init("test");
    kernel::smp_init();
    return RUN_ALL_TESTS();
}
