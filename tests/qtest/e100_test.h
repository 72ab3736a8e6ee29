// SPDX-License-Identifier: GPL-2.0-or-later
// Fixture of the qtest cases: each case has a machine of its own, so that none sees what another left behind.
#pragma once

#include <gtest/gtest.h>

#include "harness/e100_harness.h"

namespace qtest {

using namespace harness;
using namespace i8255x;
namespace stat = i8255x::stat; // and not the C library's structure

class E100Test : public ::testing::Test {
  protected:
    E100Harness e100;
    GuestMemory& memory = e100.memory();
};

} // namespace qtest
