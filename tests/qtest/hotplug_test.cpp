// SPDX-License-Identifier: GPL-2.0-or-later
// Plugging the card into a running machine and pulling it out again, on both PC chipsets.
#include "e100_test.h"

namespace qtest {
namespace {

/// Where the card goes on a machine, and how a guest's ACPI lets it go.
struct Place {
    const char* machine;
    Arguments extra;
    const char* bus;
    uint8_t bus_number;
    uint16_t acpi_ports;
    friend std::ostream& operator<<(std::ostream& out, const Place& place) { return out << place.machine; }
};

const Place places[] = {
    {"pc", {}, "pci.0", 0, 0xae00},
    {"q35", {"-device", "pcie-root-port,id=hotslot,chassis=1,addr=1"}, "hotslot", 1, 0x0cc0},
};
constexpr uint8_t slot_on_pc = 4;

class Hotplug : public ::testing::TestWithParam<Place> {
  protected:
    Hotplug()
        : e100({.machine = std::string(GetParam().machine) + ",pit=off",
                .device = false,
                .extra = GetParam().extra}) {
        if (GetParam().bus_number != 0)
            open_bridge();
    }
    /// What firmware does with the port in front of the slot.
    void open_bridge() {
        PciFunction port(e100.qtest(), 0, 1);
        port.write32(0x18, 0x00010100); // buses 0, 1, 1
        port.write32(0x20, 0xe010e000); // memory window
        port.write16(0x1c, 0xc0c0);     // I/O window
        port.write16(pci::command, pci::command_io | pci::command_memory | pci::command_master);
    }
    unsigned slot() const { return GetParam().bus_number == 0 ? slot_on_pc : 0; }
    void plug(const std::string& more = "") {
        e100.qmp().device_add(
            "{\"driver\": \"e100\", \"id\": \"nic\", \"netdev\": \"wire\", \"mac\": \"52:54:00:12:34:56\", "
            "\"negotiation-ms\": 0, "
            "\"bus\": " +
            json_string(GetParam().bus) + ", \"addr\": " + json_string(std::to_string(slot())) + more + "}");
        e100.enable_function(GetParam().bus_number);
    }
    /// Asks, and ejects as the guest's ACPI does.
    void unplug() {
        e100.qmp().device_del("nic");
        e100.qtest().outl(static_cast<uint16_t>(GetParam().acpi_ports + 0x10), 0);         // bus selector
        e100.qtest().outl(static_cast<uint16_t>(GetParam().acpi_ports + 8), 1u << slot()); // eject
        while (json_member(e100.qmp().wait_event("DEVICE_DELETED"), "device") != "nic") {
        }
    }
    void exchange_frames() {
        e100.bring_up();
        RfdRing ring(e100.memory(), 2);
        e100.start_receiving(ring);
        Frame in = numbered_frame(1, 200), out = numbered_frame(2, 200, peer_mac, card_mac);
        e100.wire().send(in);
        ASSERT_TRUE(ring.wait_complete(0));
        EXPECT_EQ(ring.frame(0), in);
        EXPECT_TRUE(e100.interrupt());
        e100.transmit(out);
        EXPECT_EQ(e100.wire().receive(), out);
    }

    E100Harness e100;
};

TEST_P(Hotplug, PluggedCardWorks) {
    plug();
    exchange_frames();
}

TEST_P(Hotplug, UnplugThenResetLeavesTheMachineAlive) {
    plug();
    exchange_frames();
    unplug();
    e100.qmp().system_reset();
    EXPECT_EQ(e100.qmp().status(), "running");
    EXPECT_TRUE(e100.qemu().running());
}

TEST_P(Hotplug, UnplugInTheMiddleOfWork) {
    plug();
    e100.bring_up();
    uint32_t block = e100.memory().place(
        simplified_tcb(cb_command::cid_mask, 0, numbered_frame(0, 100, peer_mac, card_mac)));
    e100.memory().write32(block + 4, block);
    RfdRing ring(e100.memory(), 4, {.end_of_list = false});
    e100.start_receiving(ring);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(e100.wire().receive());
    unplug();
    e100.memory().write16(block, 0);
    for (uint32_t n = 0; n < 5; n++)
        e100.wire().try_send(numbered_frame(n, 100));
    e100.qmp().system_reset();
    EXPECT_EQ(e100.memory().read16(block), 0); // nobody works on it any more
    EXPECT_EQ(e100.qmp().status(), "running");
}

TEST_P(Hotplug, AgainAndAgainWithEveryKindOfChip) {
    for (const char* chip : {"82557b", "82558b", "82559c", "82551"}) {
        plug(std::string(", \"chip\": ") + json_string(chip));
        if (GetParam().bus_number == 0)
            exchange_frames();
        unplug();
    }
    e100.qmp().system_reset();
    EXPECT_EQ(e100.qmp().status(), "running");
}

TEST_P(Hotplug, UnknownChipIsRefusedAndNothingRemains) {
    std::string error = e100.qmp().execute_refused(
        "device_add",
        "{\"driver\": \"e100\", \"id\": \"nic\", \"netdev\": \"wire\", \"chip\": \"82599\", \"bus\": " +
            json_string(GetParam().bus) + "}");
    EXPECT_NE(error.find("82599"), std::string::npos) << error;
    plug();
    exchange_frames();
}

TEST_P(Hotplug, NetdevCanBeUsedAgain) {
    plug();
    e100.bring_up();
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    unplug();
    e100.wire().try_send(numbered_frame(7, 100));
    plug();
    exchange_frames();
}

INSTANTIATE_TEST_SUITE_P(Machines, Hotplug, ::testing::ValuesIn(places),
                         [](const auto& info) { return std::string(info.param.machine); });

/// On the chipset whose configuration space is memory.
class UnplugByDma : public Hotplug {
  protected:
    /// Where writing 2 bytes switches off the slot's power, for the CPU and for whoever else reaches memory.
    uint32_t open_slot_control() {
        constexpr uint32_t pciexbar = 0x60, window = 0xb0000000, enable = 1, device_bytes = 8 << 12;
        constexpr uint8_t capabilities = 0x34, pci_express = 0x10, slot_control = 0x18;
        constexpr uint16_t power_on = 0x01c0; // and its indicator
        PciFunction(e100.qtest(), 0, 0).write32(pciexbar, window | enable);
        PciFunction port(e100.qtest(), 0, 1);
        uint8_t at = port.read8(capabilities);
        while (port.read8(at) != pci_express)
            at = port.read8(at + 1u);
        port.write16(at + slot_control, power_on);
        return window + device_bytes + at + slot_control;
    }
};

TEST_P(UnplugByDma, TheCardMayEndInTheMiddleOfItsOwnWrite) {
    constexpr uint8_t power_off_indicator_off[] = {0xc0, 0x07};
    const uint32_t slot_control = open_slot_control();
    plug();
    ConfigurationBytes configuration = usual_configuration();
    config::promiscuous.set(configuration, true);
    e100.bring_up(configuration);
    ReceiveBufferDescriptor buffer{};
    buffer.address = slot_control;
    buffer.size = static_cast<uint16_t>(sizeof power_off_indicator_off | rbd_end_of_list);
    const uint32_t rbd = e100.memory().allocate(sizeof buffer);
    e100.memory().store(rbd, buffer);
    ReceiveFrameDescriptor header{};
    header.command = rfd_command::flexible;
    header.rbd = rbd;
    const uint32_t rfd = e100.memory().allocate(sizeof header);
    e100.memory().store(rfd, header);
    e100.command(RuCommand::Start, rfd);
    Frame frame = numbered_frame(1, 100);
    std::ranges::copy(power_off_indicator_off, frame.begin());
    e100.wire().send(frame);
    while (json_member(e100.qmp().wait_event("DEVICE_DELETED"), "device") != "nic") {
    }
    e100.qmp().system_reset();
    EXPECT_EQ(e100.qmp().status(), "running");
}

const Place without_acpi = {"q35",
                            {"-device", "pcie-root-port,id=hotslot,chassis=1,addr=1", "-global",
                             "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"},
                            "hotslot",
                            1,
                            0};
INSTANTIATE_TEST_SUITE_P(Machines, UnplugByDma, ::testing::Values(without_acpi),
                         [](const auto& info) { return std::string(info.param.machine); });

TEST(OnQ35, CardWorksOnTheRootBus) {
    E100Harness e100({.machine = "q35,pit=off"});
    e100.bring_up();
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    Frame in = numbered_frame(1, 200);
    e100.wire().send(in);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), in);
    EXPECT_TRUE(e100.interrupt());
    e100.acknowledge(0xff);
    EXPECT_FALSE(e100.interrupt());
}

} // namespace
} // namespace qtest
