// SPDX-License-Identifier: GPL-2.0-or-later
// PORT commands other than what the resets clear: self-test, dumps, hostile addresses (SDM 6.3.3).
#include "chip_bench.h"

namespace i8255x {
namespace {

struct PortTest : testing::Test, ChipBench {
    PortTest() {
        bring_up();
        host.forget();
    }
};

TEST_F(PortTest, SelfTestWritesResultThenSignature) {
    host.memory.write32(area, 0);
    host.memory.write32(area + 4, 0xffffffff);
    host.memory.write32(area + 8, 0x11223344);
    command(CuCommand::LoadBase, 0x10000); // the address is absolute all the same
    host.forget();
    port(PortCommand::SelfTest, area);
    EXPECT_NE(host.memory.read32(area), 0u);
    EXPECT_EQ(host.memory.read32(area + 4), 0u);
    EXPECT_EQ(host.memory.read32(area + 8), 0x11223344u);
    EXPECT_EQ(host.writes(),
              (std::vector<std::pair<uint32_t, std::size_t>>{{area + 4, 4}, {0, 0}, {area, 4}}));
    EXPECT_FALSE(host.interrupt);
}

TEST_F(PortTest, SelfTestWithoutBusMasteringLeavesTheSignature) {
    host.memory.write32(area, 0);
    host.bus_master = false;
    port(PortCommand::SelfTest, area);
    EXPECT_EQ(host.memory.read32(area), 0u);
    EXPECT_TRUE(host.traced(TraceEvent::Reset));
}

TEST_F(PortTest, DumpWritesTheImageOfTheDumpCommand) {
    start_receiving();
    host.memory.fill(area, dump_area_bytes + 16, 0xa5);
    port(PortCommand::Dump, area);
    EXPECT_EQ(host.memory.read32(area + 592), 0xa006u);
    EXPECT_EQ(host.memory.bytes(area + dump_area_bytes, 16), Bytes(16, 0xa5));
    EXPECT_EQ(host.memory.bytes(area + 39, 6), Bytes(mac.begin(), mac.end()));
    EXPECT_EQ(host.memory.bytes(area + 24, 14),
              (Bytes{0x01, 0x00, 0x2e, 0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05}));
    EXPECT_EQ(ru(), RuStatus::Ready) << "nothing is reset";
    EXPECT_EQ(stat(), 0);
    const auto writes = host.writes();
    EXPECT_EQ(writes.back(), (std::pair<uint32_t, std::size_t>{area + 592, 4}));
    EXPECT_EQ(writes[writes.size() - 2].second, 0u) << "a barrier stands in front";
}

TEST_F(PortTest, DumpOfAWakeUpPacketTellsThatThereIsNone) {
    start_receiving();
    host.memory.fill(area, 16, 0xa5);
    port(PortCommand::DumpWakeUp, area);
    EXPECT_EQ(host.memory.read32(area), 0xa000u);
    EXPECT_EQ(host.memory.read32(area + 4), 0u);
    EXPECT_EQ(host.memory.read32(area + 8), 0xa5a5a5a5u);
    EXPECT_EQ(ru(), RuStatus::Idle) << "implies a selective reset";
}

TEST(PortOf82558, HasNoWakeUpDump) {
    ChipBench e100("82558b");
    e100.port(PortCommand::DumpWakeUp, ChipBench::area);
    EXPECT_TRUE(e100.host.dma.empty());
    EXPECT_EQ(e100.host.guest_errors.size(), 1u);
}

TEST_F(PortTest, UndefinedSelectorsDoNothing) {
    start_receiving();
    host.forget();
    for (uint32_t selector : {4u, 5u, 6u, 8u, 9u, 15u}) {
        set_csr32(csr::port, area | selector);
        EXPECT_EQ(ru(), RuStatus::Ready) << selector;
    }
    EXPECT_TRUE(host.dma.empty());
    EXPECT_EQ(host.guest_errors.size(), 6u);
}

TEST_F(PortTest, AddressesTheBusRefusesAreReported) {
    host.memory.refuse(area, 0x1000);
    for (PortCommand what : {PortCommand::SelfTest, PortCommand::Dump, PortCommand::DumpWakeUp}) {
        host.forget();
        port(what, area + 0x100);
        EXPECT_EQ(host.guest_errors.size(), 1u);
        EXPECT_EQ(host.writes().size(), 1u) << "no completion after a failed result";
    }
}

TEST_F(PortTest, ResultsAtTheTopOfMemoryWrapAround) {
    port(PortCommand::Dump, 0xfffffff0);
    EXPECT_EQ(host.memory.read32(592 - 16), 0xa006u);
}

TEST_F(PortTest, CommandsAreTraced) {
    port(PortCommand::Dump, area);
    EXPECT_EQ(host.count_traced(TraceEvent::Port), 1u);
    for (const auto& step : host.trace_record)
        if (step.event == TraceEvent::Port) {
            EXPECT_EQ(step, (FakeHost::Trace{TraceEvent::Port, 3, area}));
        }
}

} // namespace
} // namespace i8255x
