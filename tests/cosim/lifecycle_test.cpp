// SPDX-License-Identifier: GPL-2.0-or-later
// Probing, opening and closing: the order of things, every way in which they fail, and that nothing is left
// behind.
#include <numeric>

#include "arch/clock.h"
#include "cosim.h"
#include "driver/e100.h"
#include "i8255x/eeprom.h"
#include "i8255x/phy.h"

namespace cosim {
namespace {

using e100::Error;
using i8255x::TraceEvent;
namespace csr = i8255x::csr;

class Lifecycle : public Cosim {
  protected:
    /// The fixture checks afterwards that nothing leaked.
    Error probe() { return e100::probe(card().address()); }
    int probe_and_open() {
        EXPECT_EQ(probe(), Error::None);
        return kernel::dev_open(*kernel::net_devices().back());
    }
    void fix_checksum() {
        auto& words = card().eeprom;
        words.back() = 0;
        const auto sum = std::accumulate(words.begin(), words.end(), 0u);
        words.back() = static_cast<uint16_t>(i8255x::eeprom_checksum - sum);
        card().power_on();
    }
};

TEST_F(Lifecycle, InitFindsTheCardAndNamesIt) {
    plug();
    EXPECT_EQ(e100::init(), 1u);
    const kernel::NetDevice& device = *kernel::net_devices().back();
    EXPECT_STREQ(device.name, "eth0");
    EXPECT_EQ(device.mac, CardOptions{}.mac);
    EXPECT_EQ(device.irq, 11u);
    EXPECT_FALSE(device.up);
}

TEST_F(Lifecycle, ResetComesBeforeBusMastering) {
    plug();
    std::vector<bool> master_at_reset;
    card().on_event = [&](TraceEvent event) {
        if (event == TraceEvent::Reset)
            master_at_reset.push_back(card().bus_master());
    };
    ASSERT_EQ(probe(), Error::None);
    ASSERT_GE(master_at_reset.size(), 2u);
    EXPECT_FALSE(master_at_reset.front());
    EXPECT_FALSE(master_at_reset[1]);
    EXPECT_TRUE(card().bus_master());
    card().on_event = nullptr;
}

TEST_F(Lifecycle, TheInterruptIsUnmaskedLast) {
    plug();
    ASSERT_EQ(probe(), Error::None);
    kernel::NetDevice& device = *kernel::net_devices().back();
    bool open_while_disabled = false;
    card().on_write = [&](uint32_t offset, uint32_t value) {
        const bool unmask =
            offset == csr::interrupt_control && !(value & i8255x::interrupt_control::mask_all);
        const auto state = e100::adapter_of(device).napi.state.load();
        open_while_disabled |= unmask && state & kernel::napi_state::npsvc;
        return false;
    };
    ASSERT_EQ(kernel::dev_open(device), 0);
    settle();
    EXPECT_FALSE(open_while_disabled);
    EXPECT_GE(e100::adapter_of(device).counters.interrupts, 1u) << "the watchdog's software interrupt";
    card().on_write = nullptr;
    kernel::dev_close(device);
}

TEST_F(Lifecycle, LargeEepromIsRecognised) {
    plug({.eeprom_words = 256});
    ASSERT_EQ(probe(), Error::None);
    EXPECT_EQ(e100::adapter_of(*kernel::net_devices().back()).eeprom.words().size(), 256u);
}

TEST_F(Lifecycle, CorruptedEeprom) {
    plug();
    card().eeprom[5] ^= 1;
    card().power_on();
    EXPECT_EQ(probe(), Error::EepromCorrupted);
}

TEST_F(Lifecycle, EepromThatNeverAnswers) {
    plug();
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == csr::eeprom_control)
            value |= i8255x::eeprom_pin::dout;
    };
    EXPECT_EQ(probe(), Error::EepromUnreadable);
}

TEST_F(Lifecycle, GroupAddressInTheEeprom) {
    plug();
    card().eeprom[0] |= 1;
    fix_checksum();
    EXPECT_EQ(probe(), Error::BadMacAddress);
}

TEST_F(Lifecycle, NoAddressInTheEeprom) {
    plug();
    card().eeprom[0] = card().eeprom[1] = card().eeprom[2] = 0;
    fix_checksum();
    EXPECT_EQ(probe(), Error::BadMacAddress);
}

TEST_F(Lifecycle, NoPhyAnswers) {
    plug();
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == csr::mdi_control)
            value |= i8255x::mdi::data_mask;
    };
    EXPECT_EQ(probe(), Error::NoPhy);
}

TEST_F(Lifecycle, ManagementInterfaceNeverReady) {
    plug();
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == csr::mdi_control)
            value &= ~i8255x::mdi::ready;
    };
    EXPECT_EQ(probe(), Error::NoPhy);
}

TEST_F(Lifecycle, BarIsForInputOutput) {
    plug();
    const uint32_t window = std::exchange(card().bar0, 0xc001);
    EXPECT_EQ(probe(), Error::NoMemoryBar);
    card().bar0 = window;
}

TEST_F(Lifecycle, BarWithoutAddress) {
    plug();
    card().bar0 = 0;
    EXPECT_EQ(probe(), Error::NoMemoryBar);
}

TEST_F(Lifecycle, NoMemoryForTheSharedAreas) {
    plug();
    kernel::dma_fail_when([] { return true; });
    EXPECT_EQ(probe(), Error::NoMemory);
}

TEST_F(Lifecycle, NoPlaceForAnotherInterface) {
    std::array<kernel::NetDevice, 8> others;
    for (kernel::NetDevice& other : others)
        ASSERT_TRUE(kernel::register_netdev(other));
    plug();
    EXPECT_EQ(probe(), Error::TooManyDevices);
    for (kernel::NetDevice& other : others)
        kernel::unregister_netdev(other);
}

TEST_F(Lifecycle, ProbeAfterAFailureSucceeds) {
    plug();
    kernel::dma_fail_when([] { return true; });
    EXPECT_EQ(probe(), Error::NoMemory);
    kernel::dma_fail_when(nullptr);
    EXPECT_EQ(probe(), Error::None);
}

TEST_F(Lifecycle, EveryAllocationOfOpenFailsOnce) {
    plug();
    static int until_failure;
    const auto fails = [] { return until_failure-- == 0; };
    ASSERT_EQ(probe(), Error::None);
    kernel::NetDevice& device = *kernel::net_devices().back();
    int failures = 0;
    for (int at = 0;; at++, failures++) {
        until_failure = at;
        kernel::packet_pool_fail_when(fails);
        kernel::dma_fail_when(fails);
        const int error = kernel::dev_open(device);
        kernel::packet_pool_fail_when(nullptr);
        kernel::dma_fail_when(nullptr);
        if (error == 0)
            break;
        ASSERT_EQ(error, e100::error_number(Error::NoMemory)) << at;
        ASSERT_EQ(kernel::dma_stats().maps, kernel::dma_stats().unmaps) << at;
        ASSERT_EQ(kernel::packet_pool_stats().live(), 0u) << at;
    }
    EXPECT_EQ(failures, 257) << "256 packets and the command list";
    settle();
    kernel::dev_close(device);
}

TEST_F(Lifecycle, SelfTestWithoutBus) {
    plug();
    ASSERT_EQ(probe(), Error::None);
    card().refuse_dma = true;
    EXPECT_EQ(kernel::dev_open(*kernel::net_devices().back()), e100::error_number(Error::SelfTestTimeout));
}

TEST_F(Lifecycle, SelfTestThatFails) {
    plug();
    ASSERT_EQ(probe(), Error::None);
    kernel::NetDevice& device = *kernel::net_devices().back();
    const auto area = hosted::ram(e100::adapter_of(device).shared.bus_address(), 8);
    card().on_event = [&](TraceEvent event) {
        if (event == TraceEvent::Reset)
            area[5] = std::byte{0x10}; // the general failure bit, behind the chip's back
    };
    EXPECT_EQ(kernel::dev_open(device), e100::error_number(Error::SelfTestFailed));
    card().on_event = nullptr;
}

TEST_F(Lifecycle, CommandsAreNotAccepted) {
    plug();
    ASSERT_EQ(probe(), Error::None);
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == csr::scb_command)
            value = 0x10;
    };
    EXPECT_EQ(kernel::dev_open(*kernel::net_devices().back()), e100::error_number(Error::ScbTimeout));
}

TEST_F(Lifecycle, CommandBlocksAreNotExecuted) {
    plug();
    card().command_unit_stuck = true;
    EXPECT_EQ(probe_and_open(), e100::error_number(Error::CommandTimeout));
}

TEST_F(Lifecycle, StatisticsAreNotDumped) {
    plug();
    card().on_write = [](uint32_t offset, uint32_t value) {
        return offset == csr::scb_command &&
               value == static_cast<uint32_t>(i8255x::CuCommand::DumpAndResetCounters);
    };
    EXPECT_EQ(probe_and_open(), e100::error_number(Error::NoStatistics));
}

TEST_F(Lifecycle, InterruptLineIsNotToBeHad) {
    plug();
    hosted::fail_next_request_irq();
    EXPECT_EQ(probe_and_open(), e100::error_number(Error::NoInterrupt));
    settle(3000);
    EXPECT_FALSE(e100::adapter_of(*kernel::net_devices().back()).running) << "the watchdog must not run on";
}

TEST_F(Lifecycle, OpenAfterEachFailureWorks) {
    plug();
    card().command_unit_stuck = true;
    EXPECT_NE(probe_and_open(), 0);
    card().command_unit_stuck = false;
    kernel::NetDevice& device = *kernel::net_devices().back();
    EXPECT_EQ(kernel::dev_open(device), 0);
    card().receive(numbered_frame(0));
    settle();
    expect_received_all(1);
    kernel::dev_close(device);
}

TEST_F(Lifecycle, OpenAndCloseUnderFlood) {
    plug();
    ASSERT_EQ(probe(), Error::None);
    kernel::NetDevice& device = *kernel::net_devices().back();
    bool flooding = true;
    std::function<void()> next = [&] {
        card().receive(numbered_frame(0));
        if (flooding)
            hosted::at(arch::now_ns() + 10'000, next);
    };
    next();
    service_ns = 3'000;
    for (unsigned round = 0; round < 100; round++) {
        ASSERT_EQ(kernel::dev_open(device), 0) << round;
        settle(1 + round % 7);
        kernel::dev_close(device); // dies if a mapping is left (N11: or a poll still runs)
        ASSERT_EQ(kernel::packet_pool_stats().live(), 0u) << round;
        const uint64_t polls = e100::adapter_of(device).napi.stats.polls;
        hosted::advance_ns(1'000'000);
        ASSERT_EQ(e100::adapter_of(device).napi.stats.polls, polls) << "N11: polled while closed";
    }
    flooding = false;
    settle();
    EXPECT_GT(received.size(), 1000u);
    EXPECT_EQ(e100::adapter_of(device).napi.stats.contract_violations, 0u);
    EXPECT_EQ(card().dma_outside_ram, 0u);
    expect_invariants_in_trace();
}

TEST_F(Lifecycle, ClosedCardTouchesNoMemory) {
    open();
    burst(10);
    settle();
    close();
    uint64_t completed = card().count(TraceEvent::RfdComplete);
    burst(10);
    settle();
    EXPECT_EQ(card().count(TraceEvent::RfdComplete), completed);
}

TEST_F(Lifecycle, RingSizesAreClampedAndChangedWhileRunning) {
    open();
    ASSERT_EQ(device().operations->set_ring(device(), 4, 1000), 0);
    const kernel::RingParameters ring = device().operations->ring(device());
    EXPECT_EQ(ring.rx, 16u);
    EXPECT_EQ(ring.tx, 256u);
    settle();
    burst(14);
    settle();
    expect_received_all(14);
    EXPECT_EQ(device().operations->set_ring(device(), 0, 64), -22);
}

TEST_F(Lifecycle, CarrierFollowsTheLinkWithinSeconds) {
    open();
    EXPECT_TRUE(device().carrier);
    card().chip().link_changed(false);
    settle(2800); // two seconds, the first time rounded to a full one
    EXPECT_FALSE(device().carrier);
    card().chip().link_changed(true);
    settle(2100);
    EXPECT_TRUE(device().carrier);
    const std::string text = hosted::take_console_output();
    EXPECT_NE(text.find("eth0 NIC Link is Up 100 Mbps Full Duplex"), std::string::npos) << text;
    EXPECT_NE(text.find("eth0 NIC Link is Down"), std::string::npos) << text;
}

TEST_F(Lifecycle, LinkLostBetweenTwoLooksIsStillUp) {
    open();
    card().chip().link_changed(false);
    card().chip().link_changed(true);
    settle(2800);
    EXPECT_TRUE(device().carrier) << "link is latched low: the second look counts";
}

} // namespace
} // namespace cosim
