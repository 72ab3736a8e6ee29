// SPDX-License-Identifier: GPL-2.0-or-later
// The counters the chip keeps, fetched by dump-and-reset into shared memory (SDM 6.3.2.4).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "driver/error.h"
#include "driver/scb.h"
#include "i8255x/little_endian.h"
#include "i8255x/statistics.h"
#include "kernel/net_device.h"
#include "kernel/spinlock.h"

namespace e100 {

/// What the chip writes, in its longest form.
using DumpArea = std::array<i8255x::Le32, static_cast<std::size_t>(i8255x::StatisticsFormat::Tco) / 4 + 1>;

class Statistics {
  public:
    /// Tells the chip where to dump and fetches once, which starts the counters from 0 and shows where this
    /// chip puts the completion dword. `area` stays in use until stop().
    Error start(Scb& scb, DumpArea& area, uint32_t bus_address, i8255x::StatisticsFormat expected);
    void stop();

    /// Adds the last dump, if it is complete, to the totals and to `stats`, and asks for the next. Any
    /// context but hard-irq.
    void update(Scb& scb, kernel::NetDeviceStats& stats);
    /// The same, and waits (some milliseconds at most) for a dump of now.
    void fetch(Scb& scb, kernel::NetDeviceStats& stats);

    /// Since start().
    uint64_t total(i8255x::Counter counter) const { return totals_[static_cast<std::size_t>(counter)]; }
    unsigned available() const; ///< how many of the counters this chip dumps

  private:
    bool find_completion();
    bool complete() const;
    bool wait_complete() const;
    void request(Scb& scb);
    void collect(kernel::NetDeviceStats& stats);
    uint32_t dumped(i8255x::Counter counter) const;

    kernel::SpinLock lock_;
    DumpArea* area_ = nullptr;
    std::size_t completion_ = 0; ///< index of the completion dword
    bool requested_ = false;
    std::array<uint64_t, i8255x::counter_count> totals_{};
};

} // namespace e100
