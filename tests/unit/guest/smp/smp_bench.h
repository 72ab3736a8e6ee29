// SPDX-License-Identifier: GPL-2.0-or-later
// What tests of several CPUs need: something that runs elsewhere, and waiting for it.
#pragma once

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "arch/cpu.h"
#include "arch/irq.h"
#include "kernel/thread.h"

namespace guest_test {

inline constexpr unsigned cpus = 4; // as main.cpp plugs

/// A thread on `cpu` that runs `body`; it has ended when the object is destroyed.
class ThreadOn {
  public:
    ThreadOn(unsigned cpu, std::function<void()> body) : body_(std::move(body)) {
        thread_ = kernel::thread_create(
            "helper", cpu,
            [](void* self) {
                auto& own = *static_cast<ThreadOn*>(self);
                own.body_();
                own.ended_ = true;
            },
            this);
        if (!thread_)
            throw std::runtime_error("no thread");
    }
    ~ThreadOn() { join(); }
    ThreadOn(const ThreadOn&) = delete;
    ThreadOn& operator=(const ThreadOn&) = delete;

    void join() const {
        while (!ended_)
            arch::relax();
    }
    bool ended() const { return ended_; }
    kernel::Thread& thread() const { return *thread_; }

  private:
    std::function<void()> body_;
    std::atomic<bool> ended_{false};
    kernel::Thread* thread_ = nullptr;
};

/// Spins until `condition()`; other CPUs run meanwhile. The simulated machine ends a test that waits for
/// ever.
template <typename Condition> void wait_for(Condition condition) {
    while (!condition())
        arch::relax();
}

/// A column of the row of /proc/interrupts that begins with `label`.
inline uint64_t interrupts(std::string_view label, unsigned cpu) {
    struct Search {
        std::string_view label;
        unsigned cpu;
        uint64_t count;
    } search{label, cpu, 0};
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* cookie) {
            auto& wanted = *static_cast<Search*>(cookie);
            if (wanted.label == line.label)
                wanted.count = line.counts[wanted.cpu];
        },
        &search);
    return search.count;
}

} // namespace guest_test
