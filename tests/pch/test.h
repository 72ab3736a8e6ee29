// SPDX-License-Identifier: GPL-2.0-or-later
// Precompiled: what nearly every test includes and what takes the compiler longest. No test relies on it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>
