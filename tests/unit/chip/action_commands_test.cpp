// SPDX-License-Identifier: GPL-2.0-or-later
// Action commands: what each block changes and how it completes (SDM 6.4.2).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint16_t el = cb_command::end_of_list;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint16_t failed = cb_status::complete;
constexpr uint32_t cb = 0x10000;

struct ActionCommandTest : testing::Test, UnitBench {
    uint16_t run(Opcode opcode) {
        put_block(cb, static_cast<uint16_t>(el | static_cast<unsigned>(opcode)), 0);
        EXPECT_TRUE(execute(cb));
        EXPECT_EQ(scb.cu_status(), CuStatus::Idle);
        return status(cb);
    }
};

TEST_F(ActionCommandTest, Nop) { EXPECT_EQ(run(Opcode::Nop), done); }

TEST_F(ActionCommandTest, TheManualsAddressSetupByteForByte) {
    filter.set_individual(stranger);
    put(cb, {0x00, 0x00, 0x01, 0x40, 0x40, 0x23, 0x01, 0x00, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56});
    execute(cb);
    EXPECT_EQ(host.memory.bytes(cb, 2), (Bytes{0x00, 0xa0}));
    EXPECT_EQ(filter.individual(), station);
    EXPECT_EQ(scb.cu_status(), CuStatus::Suspended);
    EXPECT_EQ(command_unit.state().low.link, 0x12340u);
}

TEST_F(ActionCommandTest, ConfigureTakesAsManyBytesAsItsCountSays) {
    Bytes all(32, 0xff);
    all[0] = 8;
    host.memory.put(cb + 8, all);
    EXPECT_EQ(run(Opcode::Configure), done);
    EXPECT_EQ(configuration.bytes()[7], 0xff);
    EXPECT_EQ(configuration.bytes()[8], linux_configuration[8]);
    all[0] = 0xe0; // the top two bits do not belong to the count
    host.memory.put(cb + 8, all);
    EXPECT_EQ(run(Opcode::Configure), done);
    EXPECT_EQ(configuration.bytes()[31], 0xff);
}

TEST_F(ActionCommandTest, ConfigureReadsNoFurtherThanItsCount) {
    put(cb + 8, {8, 8, 0, 0, 0, 0, 0x32, 0});
    host.memory.refuse(cb + 16, 1);
    set(config::standard_tcb);
    EXPECT_EQ(run(Opcode::Configure), done);
}

TEST_F(ActionCommandTest, ConfigureWithMoreThan32BytesTakes32) {
    Bytes all(64, 0x11);
    all[0] = 63;
    host.memory.put(cb + 8, all);
    host.memory.refuse(cb + 8 + 32, 1);
    EXPECT_EQ(run(Opcode::Configure), done);
    EXPECT_EQ(configuration.bytes()[31], 0x11);
}

TEST_F(ActionCommandTest, ConfigureWithFewerThan8BytesFails) {
    put(cb + 8, {7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    EXPECT_EQ(run(Opcode::Configure), failed);
    EXPECT_EQ(configuration.bytes()[1], linux_configuration[1]);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(ActionCommandTest, ConfigureTakesEffectAtOnce) {
    configuration.reset();
    put_block(cb, 2, cb + 0x100);
    host.memory.put(cb + 8, linux_configuration);
    put_transmit(cb + 0x100, el, 0, Bytes{}); // extended from here on: the frame is in the first inline TBD
    host.memory.write16(cb + 0x100 + 12, 0);
    host.memory.write16(cb + 0x100 + 14, 0x01e0);
    host.memory.write32(cb + 0x100 + 16, 0x20000);
    host.memory.write32(cb + 0x100 + 20, 60);
    execute(cb);
    EXPECT_TRUE(configuration.configured());
    EXPECT_EQ(host.sent.size(), 1u);
}

TEST_F(ActionCommandTest, ConfigureTellsWhatIsNotModelled) {
    UnitBench bench(Generation::I82550);
    auto configure = [&](uint8_t byte7, uint8_t byte22) {
        Bytes all(linux_configuration.begin(), linux_configuration.end());
        all.resize(32);
        all[0] = 32;
        all[7] = byte7;
        all[22] = byte22;
        bench.host.forget();
        bench.put_block(cb, el | 2, 0);
        bench.host.memory.put(cb + 8, all);
        bench.execute(cb);
        EXPECT_EQ(bench.status(cb), done);
        return bench.host.guest_errors.size();
    };
    EXPECT_EQ(configure(0x07, 0x01), 0u);
    EXPECT_EQ(configure(0x27, 0x01), 1u) << "extended RFDs";
    EXPECT_EQ(configure(0x07, 0x03), 1u) << "VLAN stripping";
}

TEST_F(ActionCommandTest, TheManualsMulticastSetupByteForByte) {
    put(cb, {0x00, 0x00, 0x03, 0x40, 0, 0, 0, 0, 0x06, 0x00, 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01});
    execute(cb);
    EXPECT_EQ(status(cb), done);
    EXPECT_EQ(filter.state().hash[4], 1 << 6) << "index 38";
    EXPECT_TRUE(filter.match(some_multicast, configuration).accepted);
}

TEST_F(ActionCommandTest, MulticastSetupReplacesTheTable) {
    filter.add_multicast(MacAddress{0x33, 0x33, 0, 0, 0, 1});
    put(cb + 8, {13, 0, 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01, 0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb, 0x01});
    EXPECT_EQ(run(Opcode::MulticastSetup), done);
    unsigned set = 0;
    for (uint8_t byte : filter.state().hash)
        set += static_cast<unsigned>(std::popcount(byte));
    EXPECT_EQ(set, 2u) << "two whole addresses; the part of a third is ignored";
    put(cb + 8, {0, 0});
    EXPECT_EQ(run(Opcode::MulticastSetup), done);
    EXPECT_EQ(filter.state().hash, (std::array<uint8_t, 8>{}));
}

TEST_F(ActionCommandTest, TheMulticastCountHas14Bits) {
    put(cb + 8, {6, 0xc0, 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01});
    EXPECT_EQ(run(Opcode::MulticastSetup), done);
    put(cb + 8, {0xff, 0xff});
    host.forget();
    EXPECT_EQ(run(Opcode::MulticastSetup), done);
    EXPECT_LT(host.dma.size(), 0x4000u / 6 + 5);
}

TEST_F(ActionCommandTest, ParametersOffTheBusFail) {
    set(config::standard_tcb);
    put(cb + 8, {0x16, 0x00});
    host.memory.refuse(cb + 16, 0x1000);
    EXPECT_EQ(run(Opcode::Configure), failed);
    EXPECT_EQ(configuration.bytes()[1], linux_configuration[1]);
    EXPECT_EQ(run(Opcode::MulticastSetup), failed);
    EXPECT_EQ(host.guest_errors.size(), 2u);
}

TEST_F(ActionCommandTest, DiagnosePasses) { EXPECT_EQ(run(Opcode::Diagnose), 0xa000); }

TEST_F(ActionCommandTest, LoadFilterIsAccepted) { EXPECT_EQ(run(Opcode::LoadFilter), done); }

TEST(ActionCommands82558, HaveNoLoadFilter) {
    UnitBench bench(Generation::I82558);
    bench.put_block(cb, el | 8, 0);
    bench.execute(cb);
    EXPECT_EQ(bench.status(cb), failed);
    EXPECT_EQ(bench.host.guest_errors.size(), 1u);
}

TEST_F(ActionCommandTest, OffloadedTransmitFailsOnAnOlderChip) {
    EXPECT_EQ(run(Opcode::Ipcb), failed);
    EXPECT_TRUE(host.sent.empty());
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(ActionCommandTest, TheFlexibleBitMeansNothingElsewhere) {
    host.memory.put(cb + 8, stranger);
    put_block(cb, el | 8 | 7, 0);
    execute(cb);
    EXPECT_EQ(status(cb), done) << "Diagnose";
    put_block(cb, el | 8 | 2, 0);
    put(cb + 8, {8, 8, 0, 1, 0, 0, 0x26, 7});
    execute(cb);
    EXPECT_EQ(status(cb), done) << "Configure";
}

struct DumpTest : ActionCommandTest {
    static constexpr uint32_t area = 0x40000;
    Bytes dump() {
        host.memory.write32(cb + 8, area);
        EXPECT_EQ(run(Opcode::Dump), done);
        return host.memory.bytes(area, dump_area_bytes);
    }
};

TEST_F(DumpTest, IsRelativeToTheBaseAndHas596Bytes) {
    cu(CuCommand::LoadBase, 0x100000);
    host.memory.fill(0x140000, 600, 0x55);
    put_block(0x100000 + cb, el | 6, 0);
    host.memory.write32(0x100000 + cb + 8, area);
    execute(cb);
    EXPECT_EQ(host.memory.bytes(0x140000, 1)[0], 0);
    EXPECT_EQ(host.memory.bytes(0x140000 + 595, 2), (Bytes{0x00, 0x55}));
}

TEST_F(DumpTest, ShowsConfigurationAndAddresses) {
    filter.add_multicast(some_multicast); // index 38
    const Bytes image = dump();
    EXPECT_TRUE(std::equal(linux_configuration.begin() + 8, linux_configuration.end(), image.begin() + 24));
    EXPECT_TRUE(std::ranges::equal(station, std::span(image).subspan(39, 6)));
    EXPECT_EQ(image[63 + 4], 1 << 6);
    EXPECT_EQ(image[74], 0xfc);
}

TEST_F(DumpTest, ShowsTheFirst16CountersBackwards) {
    for (unsigned i = 0; i < counter_count; i++)
        for (unsigned n = 0; n <= i; n++)
            statistics.count(static_cast<Counter>(i));
    dump();
    for (unsigned i = 0; i < 16; i++)
        EXPECT_EQ(host.memory.read32(area + 4 * (53 - i)), i + 1) << i;
    EXPECT_EQ(host.memory.read32(area + 4 * 37), 0u);
    EXPECT_EQ(host.memory.read32(area + 4 * 54), 0u);
}

TEST_F(DumpTest, ShowsTheScb) {
    put_rfd(0x30000, 0, 0, 1522);
    ru(RuCommand::Start, 0x30000);
    scb.raise(stat::swi);
    scb.write_interrupt_control(interrupt_control::mask_all);
    dump();
    EXPECT_EQ(host.memory.read32(area + 4 * 67), cb) << "the general pointer started the list";
    EXPECT_EQ(host.memory.read32(area + 4 * 68), 0x01000490u) << "CU active, RU ready, SWI, M";
    EXPECT_EQ(host.memory.read32(area + 4 * 69), 0x01000490u);
}

TEST_F(DumpTest, IsInMemoryBeforeItsStatus) {
    dump();
    EXPECT_EQ(host.writes(), (std::vector<std::pair<uint32_t, std::size_t>>{{area, 596}, {0, 0}, {cb, 2}}));
}

TEST_F(DumpTest, ToNowhereFails) {
    host.memory.write32(cb + 8, area);
    host.memory.refuse(area + 595, 1);
    EXPECT_EQ(run(Opcode::Dump), failed);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

} // namespace
} // namespace i8255x
