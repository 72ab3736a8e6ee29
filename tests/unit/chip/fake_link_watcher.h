// SPDX-License-Identifier: GPL-2.0-or-later
// Remembers what a PHY told of its line.
#pragma once

#include <vector>

#include "chip/phy_line.h"

namespace i8255x {

class FakeLinkWatcher final : public LinkWatcher {
  public:
    std::vector<bool> changes;
    void link_changed(bool up) override { changes.push_back(up); }
};

} // namespace i8255x
