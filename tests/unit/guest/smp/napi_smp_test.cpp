// SPDX-License-Identifier: GPL-2.0-or-later
// Polls, timers and softirqs where the one who asks and the one who works are on different CPUs.
#include <gtest/gtest.h>

#include "../net_core/scripted_napi.h"
#include "arch/clock.h"
#include "kernel/context.h"
#include "kernel/hrtimer.h"
#include "kernel/softirq.h"
#include "kernel/timer.h"
#include "smp_bench.h"

namespace {

using guest_test::ScriptedNapi;
using guest_test::ThreadOn;
using guest_test::wait_for;

class NapiSmp : public testing::Test {
  protected:
    NapiSmp() {
        scripted.in_poll = [this] { polled_on[arch::cpu_id()]++; };
    }
    /// Keeps claiming from `cpu` while it adds packets.
    std::unique_ptr<ThreadOn> traffic(unsigned cpu, unsigned packets) {
        return std::make_unique<ThreadOn>(cpu, [this, packets] {
            for (unsigned i = 0; i < packets; i++) {
                scripted.packets++;
                {
                    arch::IrqGuard as_on_an_interrupt;
                    kernel::irq_enter();
                    scripted.interrupt_handler();
                    kernel::irq_exit();
                }
                arch::busy_wait_us(3);
                arch::relax(); // the other CPUs' turn
            }
        });
    }
    void expect_all_polled() {
        wait_for([this] { return !(scripted.napi.state & kernel::napi_state::sched); });
        EXPECT_EQ(scripted.packets, 0);
        EXPECT_EQ(scripted.napi.stats.schedules, scripted.napi.stats.completes);
        EXPECT_EQ(scripted.napi.stats.contract_violations, 0u) << "N2, N3";
    }
    ScriptedNapi scripted;
    std::array<unsigned, arch::max_cpus> polled_on{};
};

TEST_F(NapiSmp, ClaimsFromAllCpusPollOnOneAtATime) {
    std::vector<std::unique_ptr<ThreadOn>> sources;
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++)
        sources.push_back(traffic(cpu, 300));
    sources.clear(); // joined
    expect_all_polled();
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++)
        EXPECT_GT(polled_on[cpu], 0u) << cpu;
}

TEST_F(NapiSmp, AThreadPollsOnItsCpuWhoeverWasInterrupted) {
    ASSERT_TRUE(kernel::dev_set_threaded(scripted.device, true));
    std::vector<std::unique_ptr<ThreadOn>> sources;
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++)
        sources.push_back(traffic(cpu, 300));
    sources.clear();
    expect_all_polled();
    EXPECT_EQ(std::count_if(polled_on.begin(), polled_on.end(), [](unsigned polls) { return polls > 0; }), 1);
    EXPECT_EQ(scripted.napi.stats.threaded_polls, scripted.napi.stats.polls);
    kernel::napi_disable(scripted.napi);
    kernel::netif_napi_del(scripted.napi);
}

TEST_F(NapiSmp, AReaderPollsOnItsCpuWhileInterruptsComeToAnother) {
    ASSERT_TRUE(kernel::register_netdev(scripted.device));
    auto source = traffic(1, 500);
    bool stop = false;
    {
        ThreadOn reader(2, [&] {
            kernel::napi_busy_loop(
                scripted.napi.id, [](void* over) { return *static_cast<bool*>(over); }, &stop, ~uint64_t{0});
        });
        source.reset();
        wait_for([&] { return scripted.packets == 0; });
        stop = true;
    }
    expect_all_polled();
    EXPECT_GT(polled_on[2], 100u);
    EXPECT_GT(scripted.napi.stats.busy_polls, 100u);
    kernel::unregister_netdev(scripted.device);
}

TEST_F(NapiSmp, DeferralOverAllCpus) {
    scripted.device.napi_defer_hard_irqs = 2;
    scripted.device.gro_flush_timeout = 10'000;
    std::vector<std::unique_ptr<ThreadOn>> sources;
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++)
        sources.push_back(traffic(cpu, 300));
    sources.clear();
    const unsigned rearmed = scripted.rearmed;
    wait_for([&] { return scripted.rearmed > rearmed; });
    expect_all_polled();
    EXPECT_GE(scripted.napi.stats.timer_schedules, 1u);
}

TEST(HrTimerSmp, RingsOnTheCpuThatArmedIt) {
    static std::atomic<unsigned> rang_on;
    static kernel::HrTimer timer;
    timer.function = [](void*) { rang_on = arch::cpu_id(); };
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++) {
        rang_on = ~0u;
        ThreadOn armer(cpu, [] { kernel::hrtimer_arm(timer, arch::now_ns() + 50'000); });
        wait_for([] { return rang_on != ~0u; });
        EXPECT_EQ(rang_on, cpu);
    }
}

TEST(HrTimerSmp, ManyCpusMayArmAndCancelOneTimer) {
    static std::atomic<unsigned> rings;
    rings = 0;
    static kernel::HrTimer timer;
    timer.function = [](void*) { rings++; };
    std::vector<std::unique_ptr<ThreadOn>> users;
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++)
        users.push_back(std::make_unique<ThreadOn>(cpu, [cpu] {
            for (unsigned i = 0; i < 300; i++) {
                kernel::hrtimer_arm(timer, arch::now_ns() + 500 + 100 * cpu);
                arch::relax();
                if (i % 7 == cpu)
                    kernel::hrtimer_cancel(timer);
                arch::busy_wait_us(1);
            }
        }));
    users.clear();
    kernel::hrtimer_cancel(timer);
    const unsigned so_far = rings;
    EXPECT_GT(so_far, 10u);
    kernel::sleep_ns(2 * kernel::ns_per_jiffy);
    EXPECT_EQ(rings, so_far) << "cancelled";
    EXPECT_FALSE(timer.linked());
}

TEST(SoftirqPolicySmp, ThreadedMeansTheKsoftirqdOfTheCpu) { // S5
    static std::array<std::atomic<unsigned>, arch::max_cpus> runs;
    static std::atomic<unsigned> wrong;
    wrong = 0;
    for (auto& each : runs)
        each = 0;
    kernel::open_softirq(kernel::Softirq::Tasklet, [] {
        const std::string own = "ksoftirqd/" + std::to_string(arch::cpu_id());
        runs[arch::cpu_id()]++;
        wrong += own != kernel::current_thread()->name;
    });
    kernel::set_softirq_policy(kernel::SoftirqPolicy::Threaded);
    for (unsigned cpu = 0; cpu < guest_test::cpus; cpu++) {
        ThreadOn raiser(cpu, [] { kernel::raise_softirq(kernel::Softirq::Tasklet); });
        wait_for([cpu] { return runs[cpu] > 0; });
    }
    kernel::set_softirq_policy(kernel::SoftirqPolicy::Linux);
    EXPECT_EQ(wrong, 0u);
}

} // namespace
