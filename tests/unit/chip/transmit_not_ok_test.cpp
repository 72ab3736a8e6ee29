// SPDX-License-Identifier: GPL-2.0-or-later
// The 82557's interrupt about a transmission that ended badly.
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t tcb = 0x12400;
constexpr uint16_t done = cb_status::complete | cb_status::ok;

/// TNO: CX without the I bit (SDM 6.4.2.3 byte 6).
unsigned stat_after_bad_transmission(Generation generation, bool configured, bool link) {
    UnitBench bench(generation);
    bench.set(config::standard_tcb);
    bench.set(config::transmit_not_ok, configured);
    bench.phy.link = link;
    bench.put_transmit(tcb, cb_command::suspend, 0, make_frame(stranger, ipv4, 60));
    bench.execute(tcb);
    EXPECT_EQ(bench.status(tcb), done);
    return bench.take_stat();
}

TEST(TransmitNotOk, InterruptsOnThe82557) {
    EXPECT_EQ(stat_after_bad_transmission(Generation::I82557, true, false), stat::cx | stat::cna);
    EXPECT_EQ(stat_after_bad_transmission(Generation::I82557, true, true), stat::cna) << "it was good";
    EXPECT_EQ(stat_after_bad_transmission(Generation::I82557, false, false), stat::cna) << "not asked for";
}

TEST(TransmitNotOk, DoesNotExistOnYoungerChips) {
    EXPECT_EQ(stat_after_bad_transmission(Generation::I82558, true, false), stat::cna);
    EXPECT_EQ(stat_after_bad_transmission(Generation::I82559, true, false), stat::cna);
}

TEST(TransmitNotOk, ReportsAnUnderrunToo) {
    UnitBench bench(Generation::I82557);
    bench.set(config::transmit_not_ok);
    bench.put_transmit(tcb, cb_command::end_of_list, 0, make_frame(stranger, ipv4, 60));
    bench.host.memory.refuse(tcb + 16, 60);
    bench.execute(tcb);
    EXPECT_EQ(bench.take_stat(), stat::cx | stat::cna);
}

} // namespace
} // namespace i8255x
