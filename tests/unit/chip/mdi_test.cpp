// SPDX-License-Identifier: GPL-2.0-or-later
// MDI control register (SDM 6.3.5).
#include "chip/mdi.h"

#include "fake_host.h"
#include "fake_link_watcher.h"

namespace i8255x {
namespace {

constexpr uint32_t all_lanes = 0xffffffff;

struct MdiTest : testing::Test {
    FakeHost host;
    Scb scb{host, true};
    FakeLinkWatcher watcher;
    Phy phy{host, watcher, phy_model::in_82559, 0};
    Mdi mdi{host, scb, phy};

    uint32_t cycle(uint32_t control) {
        mdi.write_control(control, all_lanes);
        return mdi.control();
    }
};

TEST_F(MdiTest, ReadyFromTheStart) { EXPECT_EQ(mdi.control(), 0x10200000u); }

TEST_F(MdiTest, CyclesAsLinuxWritesThem) {
    EXPECT_EQ(cycle(0x08200000) & 0xffff, 0x3000u); // BMCR of PHY 1
    EXPECT_EQ(cycle(0x08210000) & 0xffff, 0x782du);
    EXPECT_EQ(cycle(0x08220000) & 0xffff, 0x02a8u);
    EXPECT_EQ(cycle(0x08230000) & 0xffff, 0x0154u);
    cycle(0x04200000 | 0x2100);
    EXPECT_EQ(phy.read(mii::bmcr), 0x2100);
    EXPECT_EQ(cycle(0x08200000), 0x18202100u) << "the fields read back, ready is set";
}

TEST_F(MdiTest, AbsentPhysReadAllOnesAndIgnoreWrites) {
    for (uint32_t address = 0; address < 32; address++) {
        if (address == 1)
            continue;
        cycle(0x04000400 | address << 21);
        EXPECT_EQ(cycle(0x08000000 | address << 21) & 0xffff, 0xffffu) << address;
    }
    EXPECT_EQ(phy.read(mii::bmcr), 0x3000);
}

TEST_F(MdiTest, InterruptOnlyWhenAskedFor) {
    cycle(0x08210000);
    cycle(0x04200000 | 0x3000);
    EXPECT_EQ(scb.stat(), 0);
    EXPECT_EQ(cycle(0x28210000) & 0xf0000000, 0x30000000u);
    EXPECT_EQ(scb.stat(), stat::mdi);
    scb.acknowledge(stat::mdi);
    cycle(0x24200000 | 0x3000);
    EXPECT_EQ(scb.stat(), stat::mdi);
}

TEST_F(MdiTest, ReservedOpcodesStartNoCycle) {
    for (uint32_t opcode : {0u, 3u << 26}) {
        EXPECT_EQ(cycle(mdi::interrupt_enable | opcode | 0x00200000 | 0x8000),
                  (mdi::interrupt_enable | opcode | 0x10208000));
        EXPECT_EQ(scb.stat(), 0);
    }
    EXPECT_EQ(phy.read(mii::bmcr), 0x3000);
    EXPECT_EQ(host.guest_errors.size(), 2u);
}

TEST_F(MdiTest, StartsWithTheHighestByte) {
    mdi.write_control(0x0000abcd, 0x0000ffff);
    mdi.write_control(0x00220000, 0x00ff0000);
    EXPECT_EQ(mdi.control(), 0x1022abcdu) << "nothing was read yet";
    mdi.write_control(0x08000000, 0xff000000);
    EXPECT_EQ(mdi.control() & 0xffff, 0x02a8u);
}

TEST_F(MdiTest, ReservedBitsReadZero) {
    EXPECT_EQ(cycle(0xc8220000) & 0xc0000000, 0u);
    mdi.restore(0xffffffff);
    EXPECT_EQ(mdi.control(), 0x3fffffffu);
    mdi.restore(0);
    EXPECT_EQ(mdi.control(), 0x10000000u);
}

TEST_F(MdiTest, ReadingClearsThePhysLatches) {
    phy.set_wire(false);
    phy.set_wire(true);
    EXPECT_EQ(cycle(0x08210000) & bmsr::link, 0u);
    EXPECT_NE(cycle(0x08210000) & bmsr::link, 0u);
}

TEST_F(MdiTest, ResetReadsAsNew) {
    cycle(0x28230000);
    mdi.reset();
    EXPECT_EQ(mdi.control(), 0x10200000u);
}

} // namespace
} // namespace i8255x
