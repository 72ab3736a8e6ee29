// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of softirqs, watched from beside the loop: nothing here rests on what the loop decided, so a loop
// that breaks one is seen by whoever looks at the counters. docs/testing.md lists the rules.
#pragma once

#include <array>
#include <cstdint>

namespace kernel {

enum class Softirq : uint8_t;
enum class SoftirqOrigin : uint8_t;

enum class SoftirqRule : uint8_t {
    Context, ///< S1: a handler begins with interrupts on, in no interrupt, and not inside another
    Limits,  ///< S3: at most ten passes, and none later than 2 ms (in jiffies) after the run began
    Order,   ///< S4: in each pass from the lowest vector to the highest
    Cpu,     ///< S5: ksoftirqd/N runs on CPU N
    Resched, ///< S6: no further pass once a thread has been waiting for the CPU
    Asleep,  ///< S8: no CPU idles with softirqs pending and ksoftirqd asleep
    Count
};
inline constexpr unsigned softirq_rules = static_cast<unsigned>(SoftirqRule::Count);
inline constexpr std::array<const char*, softirq_rules> softirq_rule_names = {
    "S1_context", "S3_limits", "S4_order", "S5_cpu", "S6_resched", "S8_asleep"};

/// Of one CPU. All calls but idles() come from its softirq loop, in the order of their names' meanings.
class SoftirqWatch {
  public:
    void raised(Softirq vector); ///< was not pending
    void run_begins(SoftirqOrigin origin);
    void pass_begins(uint32_t vectors);
    void handler_begins(unsigned vector);
    void handler_ends() { inside_ = false; }
    void pass_ends();
    void idles(bool pending, bool ksoftirqd_sleeps);

    /// How often each rule was broken.
    std::array<uint64_t, softirq_rules> broken{};
    /// S2 and S7: from a vector's raise to the pass that ran it, at most; and the longest pass.
    uint64_t longest_wait_ns = 0, longest_pass_ns = 0;

  private:
    void expect(bool kept, SoftirqRule rule) { broken[static_cast<unsigned>(rule)] += !kept; }

    std::array<uint64_t, 32> raised_ns_{};
    uint64_t pass_began_ns_ = 0;
    uint64_t deadline_jiffies_ = 0;
    unsigned passes_ = 0;
    uint32_t higher_vectors_ = 0; ///< those that may still run in this pass
    bool inside_ = false;
    bool thread_waits_ = false, too_late_ = false; ///< when the last pass ended
};

} // namespace kernel
