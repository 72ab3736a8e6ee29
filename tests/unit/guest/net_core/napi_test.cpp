// SPDX-License-Identifier: GPL-2.0-or-later
// The NAPI state machine: who may poll, and what happens to attempts that come too early.
#include "kernel/napi.h"

#include <gtest/gtest.h>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "kernel/print.h"
#include "kernel/thread.h"
#include "scripted_napi.h"

namespace {

using guest_test::let_others_run;
using guest_test::ScriptedNapi;
namespace napi_state = kernel::napi_state;

TEST(Napi, IsBornDisabled) {
    kernel::NetDevice device;
    kernel::Napi napi;
    kernel::netif_napi_add(device, napi, nullptr, 16);
    EXPECT_EQ(device.napi, &napi);
    EXPECT_EQ(napi.state, napi_state::sched | napi_state::npsvc | napi_state::listed);
    EXPECT_FALSE(kernel::napi_schedule_prep(napi));
}

TEST(Napi, CanBeClaimedOnce) {
    ScriptedNapi scripted;
    EXPECT_TRUE(kernel::napi_schedule_prep(scripted.napi));
    EXPECT_EQ(scripted.napi.state & (napi_state::sched | napi_state::missed), napi_state::sched);
    EXPECT_FALSE(kernel::napi_schedule_prep(scripted.napi));
    EXPECT_EQ(scripted.napi.state & (napi_state::sched | napi_state::missed),
              napi_state::sched | napi_state::missed);
    arch::IrqGuard guard;
    EXPECT_FALSE(kernel::napi_complete_done(scripted.napi, 0)) << "somebody asked meanwhile";
    // Now it is on the poll list and will be polled when interrupts are on again.
}

TEST(Napi, CompleteWithoutMissedGivesUp) {
    ScriptedNapi scripted;
    ASSERT_TRUE(kernel::napi_schedule_prep(scripted.napi));
    EXPECT_TRUE(kernel::napi_complete_done(scripted.napi, 1));
    EXPECT_FALSE(scripted.napi.state & napi_state::sched);
    EXPECT_TRUE(kernel::napi_schedule_prep(scripted.napi));
    EXPECT_TRUE(kernel::napi_complete_done(scripted.napi, 0));
}

TEST(Napi, MissedIsPolledOnceMore) {
    ScriptedNapi scripted;
    bool first = true;
    scripted.in_poll = [&] {
        if (std::exchange(first, false))
            scripted.interrupt_handler(); // another CPU's, or another device's on the same line
    };
    scripted.packets = 3;
    scripted.interrupt();
    EXPECT_EQ(scripted.napi.stats.polls, 2u);
    EXPECT_EQ(scripted.rearmed, 1u) << "the first complete must not unmask";
    EXPECT_EQ(scripted.napi.stats.missed, 1u);
    EXPECT_EQ(scripted.napi.stats.schedules, scripted.napi.stats.completes);
}

TEST(Napi, ScheduledOutsideInterruptsIsPolledByKsoftirqd) {
    ScriptedNapi scripted;
    std::string poller;
    scripted.in_poll = [&] { poller = kernel::current_thread()->name; };
    {
        arch::IrqGuard guard;
        scripted.interrupt_handler();
    }
    let_others_run();
    EXPECT_EQ(scripted.napi.stats.polls, 1u);
    EXPECT_EQ(poller, "ksoftirqd/0");
}

TEST(Napi, WhileDisabledClaimsFail) {
    ScriptedNapi scripted;
    kernel::napi_disable(scripted.napi);
    scripted.interrupt();
    scripted.interrupt();
    let_others_run();
    EXPECT_EQ(scripted.napi.stats.polls, 0u);
    kernel::napi_enable(scripted.napi);
    EXPECT_FALSE(scripted.napi.state & napi_state::sched);
    scripted.interrupt();
    EXPECT_EQ(scripted.napi.stats.polls, 2u) << "once more for the attempts before, as Linux does";
    EXPECT_EQ(scripted.rearmed, 1u);
}

TEST(Napi, DisableWaitsForARunningSession) {
    ScriptedNapi scripted;
    scripted.packets = 1000; // ksoftirqd has to help, and it shares the CPU with us
    scripted.in_poll = [] { hosted::advance_ns(1'000'000); };
    scripted.interrupt();
    EXPECT_GT(scripted.packets, 0);
    kernel::napi_disable(scripted.napi);
    const uint64_t polls = scripted.napi.stats.polls;
    let_others_run();
    EXPECT_EQ(scripted.napi.stats.polls, polls);
    EXPECT_FALSE(scripted.napi.linked());
}

TEST(Napi, DisablingTwiceIsReportedAndDoesNotHang) {
    ScriptedNapi scripted;
    kernel::napi_disable(scripted.napi);
    hosted::take_console_output();
    kernel::napi_disable(scripted.napi);
    EXPECT_EQ(scripted.napi.stats.contract_violations, 1u);
    EXPECT_NE(hosted::take_console_output().find("disabled twice"), std::string::npos);
}

TEST(Napi, EnablingTwiceIsReported) {
    ScriptedNapi scripted;
    kernel::napi_enable(scripted.napi);
    EXPECT_EQ(scripted.napi.stats.contract_violations, 1u);
}

TEST(Napi, CompleteOfADisabledInstanceChangesNothing) {
    ScriptedNapi scripted;
    kernel::napi_disable(scripted.napi);
    EXPECT_FALSE(kernel::napi_complete_done(scripted.napi, 0));
    EXPECT_TRUE(scripted.napi.state & napi_state::npsvc);
}

struct Breach {
    const char* name;
    int (*poll)(ScriptedNapi&, int budget);
    const char* report;
};

class NapiContract : public testing::TestWithParam<Breach> {};

TEST_P(NapiContract, BreachIsCountedAndReportedOnce) {
    ScriptedNapi scripted;
    scripted.poll_instead = [&](int budget) { return GetParam().poll(scripted, budget); };
    hosted::take_console_output();
    scripted.interrupt();
    EXPECT_EQ(scripted.napi.stats.contract_violations, 1u);
    const std::string text = hosted::take_console_output();
    EXPECT_NE(text.find(GetParam().report), std::string::npos) << text;
    scripted.poll_instead = nullptr;
    // An instance that was neither completed nor used its weight up is lost, as in Linux.
    if (scripted.napi.state & napi_state::sched)
        kernel::napi_complete_done(scripted.napi, 0);
}

INSTANTIATE_TEST_SUITE_P(Breaches, NapiContract,
                         testing::Values(Breach{"MoreThanWeight",
                                                [](ScriptedNapi& scripted, int budget) {
                                                    kernel::napi_complete_done(scripted.napi, budget);
                                                    return budget + 1;
                                                },
                                                "more packets than its weight"},
                                         Breach{"WeightAfterComplete",
                                                [](ScriptedNapi& scripted, int budget) {
                                                    kernel::napi_complete_done(scripted.napi, budget);
                                                    return budget;
                                                },
                                                "completed and still returned its weight"},
                                         Breach{"LessWithoutComplete",
                                                [](ScriptedNapi&, int budget) { return budget - 1; },
                                                "without completing"}),
                         [](const auto& info) { return info.param.name; });

} // namespace
