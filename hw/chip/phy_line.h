// SPDX-License-Identifier: GPL-2.0-or-later
// What the MAC can tell about the line behind the PHY; the MDI unit answers.
#pragma once

namespace i8255x {

class PhyLine {
  public:
    virtual bool link_up() const = 0;
    /// Length of a bit at the speed in use.
    virtual unsigned ns_per_bit() const = 0;
    /// The PHY returns what it is given instead of sending it (BMCR bit 14).
    virtual bool loops_back() const = 0;

  protected:
    ~PhyLine() = default;
};

/// Who wants to know when the line comes up or goes down (SDM 6.3.9: the link bit of PMDR follows).
class LinkWatcher {
  public:
    virtual void link_changed(bool up) = 0;

  protected:
    ~LinkWatcher() = default;
};

} // namespace i8255x
