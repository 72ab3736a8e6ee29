// SPDX-License-Identifier: GPL-2.0-or-later
// Creates and removes a test's directory.
#include "temp_dir.h"

#include <cstdlib>

#include "failure.h"

namespace harness {

namespace {
std::filesystem::path make_directory() {
    // Not $TMPDIR: the path of a unix socket must stay below 108 bytes.
    char name[] = "/tmp/e100-test-XXXXXX";
    if (mkdtemp(name) == nullptr)
        fail_with_errno("mkdtemp");
    return name;
}
} // namespace

TempDir::TempDir() : path_(make_directory()) {}

TempDir::~TempDir() {
    std::error_code ignored;
    if (std::getenv("E100_KEEP") == nullptr)
        std::filesystem::remove_all(path_, ignored);
}

} // namespace harness
