// SPDX-License-Identifier: GPL-2.0-or-later
// Mutual exclusion between CPUs, and the guards that also keep this CPU's softirqs or interrupts out.
#pragma once

#include <atomic>

#include "arch/cpu.h"
#include "kernel/context.h"

namespace kernel {

/// Not recursive. Take it through a guard that keeps out every context of this CPU that takes it as well.
class SpinLock {
  public:
    void lock() {
        while (held_.exchange(true, std::memory_order_acquire))
            while (held_.load(std::memory_order_relaxed))
                arch::relax();
    }
    void unlock() { held_.store(false, std::memory_order_release); }
    bool held() const { return held_.load(std::memory_order_relaxed); }

  private:
    std::atomic<bool> held_{false};
};

/// For data shared by softirqs and tasks.
class BhSpinGuard {
  public:
    explicit BhSpinGuard(SpinLock& lock) : lock_(lock) { lock_.lock(); }
    ~BhSpinGuard() { lock_.unlock(); }
    BhSpinGuard(const BhSpinGuard&) = delete;
    BhSpinGuard& operator=(const BhSpinGuard&) = delete;

  private:
    BhGuard bottom_halves_off_; // first member: off before the lock is taken, on after it is released
    SpinLock& lock_;
};

/// For data shared with interrupt handlers, and for sleeping in a WaitQueue.
class IrqSpinGuard {
  public:
    explicit IrqSpinGuard(SpinLock& lock) : lock_(lock) { lock_.lock(); }
    ~IrqSpinGuard() { lock_.unlock(); }
    IrqSpinGuard(const IrqSpinGuard&) = delete;
    IrqSpinGuard& operator=(const IrqSpinGuard&) = delete;

  private:
    arch::IrqGuard interrupts_off_;
    SpinLock& lock_;
};

} // namespace kernel
