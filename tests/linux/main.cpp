// SPDX-License-Identifier: GPL-2.0-or-later
// main() of the tests that boot Linux: without QEMU, the device or the image they count as skipped.
#include "harness/qemu_process.h"
#include "harness/run_tests.h"
#include "linux_guest.h"

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return harness::run_tests_unless({harness::missing_prerequisite(), linux_test::missing_image()});
}
