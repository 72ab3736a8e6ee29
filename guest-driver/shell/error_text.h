// SPDX-License-Identifier: GPL-2.0-or-later
// Errors as Linux numbers them and as its tools print them.
#pragma once

namespace shell {

inline constexpr int error_invalid = -22, error_not_supported = -95;

/// Of a negative errno: "Invalid argument".
const char* error_text(int error);

} // namespace shell
