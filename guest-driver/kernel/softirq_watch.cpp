// SPDX-License-Identifier: GPL-2.0-or-later
// What ends a run is looked at when a pass ends, before the loop looks: then another CPU that changes it in
// between makes no breach of it.
#include "kernel/softirq_watch.h"

#include <algorithm>
#include <bit>

#include "arch/clock.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace kernel {

void SoftirqWatch::raised(Softirq vector) { raised_ns_[static_cast<unsigned>(vector)] = arch::now_ns(); }

void SoftirqWatch::run_begins(SoftirqOrigin origin) {
    expect(origin != SoftirqOrigin::Ksoftirqd || current_thread()->cpu == arch::cpu_id(), SoftirqRule::Cpu);
    deadline_jiffies_ = jiffies() + msecs_to_jiffies(max_softirq_ms);
    passes_ = 0;
    thread_waits_ = too_late_ = false;
}

void SoftirqWatch::pass_begins(uint32_t vectors) {
    if (softirq_policy() != SoftirqPolicy::InlineAlways) {
        expect(passes_ < max_softirq_passes && !too_late_, SoftirqRule::Limits);
        expect(!thread_waits_, SoftirqRule::Resched);
    }
    passes_++;
    higher_vectors_ = vectors;
    pass_began_ns_ = arch::now_ns();
    for (; vectors != 0; vectors &= vectors - 1)
        longest_wait_ns = std::max(longest_wait_ns, pass_began_ns_ - raised_ns_[std::countr_zero(vectors)]);
}

void SoftirqWatch::handler_begins(unsigned vector) {
    expect(arch::irqs_enabled() && !in_hardirq() && !inside_, SoftirqRule::Context);
    inside_ = true;
    const uint32_t bit = uint32_t{1} << vector;
    expect((higher_vectors_ & bit) != 0, SoftirqRule::Order);
    higher_vectors_ &= ~(bit | (bit - 1));
}

void SoftirqWatch::pass_ends() {
    longest_pass_ns = std::max(longest_pass_ns, arch::now_ns() - pass_began_ns_);
    thread_waits_ = need_resched();
    too_late_ = jiffies() >= deadline_jiffies_;
}

void SoftirqWatch::idles(bool pending, bool ksoftirqd_sleeps) {
    expect(!(pending && ksoftirqd_sleeps), SoftirqRule::Asleep);
}

} // namespace kernel
