// SPDX-License-Identifier: GPL-2.0-or-later
// main() of the qtest cases: all of them, or those of the files that are named, as in `qtest-tests mdi
// receive`. Without QEMU or the device it counts as skipped.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "harness/qemu_process.h"
#include "harness/run_tests.h"

namespace {

constexpr int usage_error = 2;

/// A filter for the cases of NAME_test.cpp; empty if there are none.
std::string cases_of(const std::string& name) {
    std::string filter;
    const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < all.total_test_suite_count(); i++) {
        const ::testing::TestSuite& suite = *all.GetTestSuite(i);
        for (int n = 0; n < suite.total_test_count(); n++) {
            const ::testing::TestInfo& info = *suite.GetTestInfo(n);
            if (std::filesystem::path(info.file()).stem() == name + "_test")
                filter += std::string(suite.name()) + "." + info.name() + ":";
        }
    }
    return filter;
}

} // namespace

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    std::string filter;
    for (int i = 1; i < argc; i++) {
        const std::string name = argv[i];
        const std::string cases = cases_of(name);
        if (cases.empty()) {
            std::cerr << "qtest-tests: there is no case in a file " << name << "_test.cpp\n";
            return usage_error;
        }
        filter += cases;
    }
    if (!filter.empty())
        ::testing::GTEST_FLAG(filter) = filter;
    return harness::run_tests_unless({harness::missing_prerequisite()});
}
