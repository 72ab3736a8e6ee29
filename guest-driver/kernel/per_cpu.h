// SPDX-License-Identifier: GPL-2.0-or-later
// One object per CPU, each on cache lines of its own.
#pragma once

#include <array>

#include "arch/cpu.h"

namespace kernel {

template <typename T> class PerCpu {
  public:
    /// Of the calling CPU; the caller makes sure that it is not moved to another one meanwhile (threads never
    /// are).
    T& local() { return slots_[arch::cpu_id()].value; }
    T& of(unsigned cpu) { return slots_[cpu].value; }
    const T& of(unsigned cpu) const { return slots_[cpu].value; }

  private:
    struct alignas(64) Slot {
        T value{};
    };
    std::array<Slot, arch::max_cpus> slots_{};
};

} // namespace kernel
