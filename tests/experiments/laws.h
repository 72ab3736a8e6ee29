// SPDX-License-Identifier: GPL-2.0-or-later
// What must be true of the counters after every run, whatever it was about: no frame unaccounted for, and
// NAPI's rules kept.
#pragma once

#include <string>
#include <vector>

#include "run.h"

namespace experiments {

/// One sentence with both numbers for each law that the run breaks; none if all is well.
std::vector<std::string> broken_laws(const Run& run);

} // namespace experiments
