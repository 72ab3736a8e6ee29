// SPDX-License-Identifier: GPL-2.0-or-later
// A lock that sleeps: for what takes long and happens in task context only.
#pragma once

#include "kernel/spinlock.h"
#include "kernel/thread.h"

namespace kernel {

class Mutex {
  public:
    void lock() {
        IrqSpinGuard guard(lock_);
        while (held_)
            waiters_.wait(lock_);
        held_ = true;
    }
    void unlock() {
        IrqSpinGuard guard(lock_);
        held_ = false;
        waiters_.wake_one();
    }

  private:
    SpinLock lock_;
    WaitQueue waiters_;
    bool held_ = false;
};

class MutexGuard {
  public:
    explicit MutexGuard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexGuard() { mutex_.unlock(); }
    MutexGuard(const MutexGuard&) = delete;
    MutexGuard& operator=(const MutexGuard&) = delete;

  private:
    Mutex& mutex_;
};

} // namespace kernel
