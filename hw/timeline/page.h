// SPDX-License-Identifier: GPL-2.0-or-later
// The picture as one HTML page that needs nothing else.
#pragma once

#include <ostream>

#include "timeline/picture.h"

namespace timeline {

void write_page(std::ostream& output, const Picture& picture);

} // namespace timeline
