// SPDX-License-Identifier: GPL-2.0-or-later
// main() of test programs that run QEMU: without QEMU or the device they count as skipped.
#include "qemu_process.h"
#include "run_tests.h"

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return harness::run_tests_unless({harness::missing_prerequisite()});
}
