// SPDX-License-Identifier: GPL-2.0-or-later
// lspci: the functions on the PCI bus; -v with their windows and interrupts, -n with numbers.
#include "arch/pci.h"
#include "driver/chip_generation.h"
#include "driver/pci.h"
#include "shell/arguments.h"

namespace shell {

namespace {

struct Name {
    uint32_t number;
    const char* text;
};

/// What QEMU's boards and people's command lines have.
constexpr Name classes[] = {
    {0x0100, "SCSI storage controller"},
    {0x0101, "IDE interface"},
    {0x0106, "SATA controller"},
    {0x0200, "Ethernet controller"},
    {0x0300, "VGA compatible controller"},
    {0x0600, "Host bridge"},
    {0x0601, "ISA bridge"},
    {0x0604, "PCI bridge"},
    {0x0680, "Bridge"},
    {0x0880, "System peripheral"},
    {0x0c03, "USB controller"},
    {0x0c05, "SMBus"},
    {0x00ff, "Unclassified device"},
};
constexpr Name vendors[] = {
    {0x1013, "Cirrus Logic"},  {0x1022, "AMD"},           {0x1234, "QEMU"},
    {0x1af4, "Red Hat, Inc."}, {0x1b36, "Red Hat, Inc."}, {0x8086, "Intel Corporation"},
};
constexpr Name devices[] = {
    {0x80861237, "440FX - 82441FX PMC [Natoma]"},
    {0x80867000, "82371SB PIIX3 ISA [Natoma/Triton II]"},
    {0x80867010, "82371SB PIIX3 IDE [Natoma/Triton II]"},
    {0x80867113, "82371AB/EB/MB PIIX4 ACPI"},
    {0x808629c0, "82G33/G31/P35/P31 Express DRAM Controller"},
    {0x80862918, "82801IB (ICH9) LPC Interface Controller"},
    {0x80862922, "82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode]"},
    {0x80862930, "82801I (ICH9 Family) SMBus Controller"},
    {0x8086100e, "82540EM Gigabit Ethernet Controller"},
    {0x80861209, "8255xER/82551IT Fast Ethernet Controller"},
    {0x80861229, "82557/8/9/0/1 Ethernet Pro 100"},
};

const char* find(std::span<const Name> names, uint32_t number) {
    for (const Name& each : names)
        if (each.number == number)
            return each.text;
    return nullptr;
}

namespace reg {
constexpr uint8_t command = 0x04, bar0 = 0x10, subsystem = 0x2c, capabilities = 0x34, interrupt = 0x3c;
}

void print_name(const Output& output, const e100::PciIdentity& identity) {
    const uint32_t class_code = identity.class_code >> 8;
    if (const char* name = find(classes, class_code))
        output.print("%s: ", name);
    else
        output.print("Class %04x: ", class_code);
    if (const char* vendor = find(vendors, identity.vendor))
        output.print("%s ", vendor);
    else
        output.print("Vendor %04x ", identity.vendor);
    if (const char* device = find(devices, uint32_t{identity.vendor} << 16 | identity.device))
        output.write(device);
    else
        output.print("Device %04x", identity.device);
}

void print_windows(const Output& output, arch::PciAddress address) {
    constexpr unsigned windows = 6;
    constexpr uint32_t io = 0x1, prefetchable = 0x8;
    for (unsigned i = 0; i < windows; i++) {
        const uint32_t bar = arch::pci_read32(address, static_cast<uint8_t>(reg::bar0 + 4 * i));
        if (bar == 0)
            continue;
        if (bar & io)
            output.print("\tI/O ports at %04x\n", bar & ~0x3u);
        else
            output.print("\tMemory at %08x (32-bit, %sprefetchable)\n", bar & ~0xfu,
                         bar & prefetchable ? "" : "non-");
    }
}

const char* driver_of(arch::PciAddress address, const kernel::NetDevice*& device) {
    Text<16> bus_info;
    bus_info.output().print("0000:%02x:%02x.%x", address.bus, address.device, address.function);
    for (kernel::NetDevice* each : kernel::net_devices()) {
        if (!each->operations->driver_info)
            continue;
        const kernel::DriverInfo info = each->operations->driver_info(*each);
        if (bus_info.view() != info.bus_info)
            continue;
        device = each;
        return info.driver;
    }
    return nullptr;
}

void print_details(const Output& output, arch::PciAddress address) {
    const uint32_t command = arch::pci_read32(address, reg::command);
    const uint32_t subsystem = arch::pci_read32(address, reg::subsystem);
    const uint32_t interrupt = arch::pci_read32(address, reg::interrupt);
    if (subsystem != 0)
        output.print("\tSubsystem: %04x:%04x\n", subsystem & 0xffff, subsystem >> 16);
    output.print("\tFlags: %s%s", command & 0x4 ? "bus master, " : "", command & 0x3 ? "" : "no access, ");
    output.print("latency %u", arch::pci_read32(address, 0x0c) >> 8 & 0xff);
    if (interrupt >> 8 & 0xff)
        output.print(", IRQ %u", interrupt & 0xff);
    output.write("\n");
    print_windows(output, address);
    const kernel::NetDevice* device = nullptr;
    if (const char* driver = driver_of(address, device))
        output.print("\tKernel driver in use: %s (%s)\n", driver, device->name);
    output.write("\n");
}

} // namespace

void lspci_command(Words words, const Output& output) {
    Arguments arguments(words);
    bool numbers = false, details = false;
    while (!arguments.empty()) {
        const std::string_view option = arguments.take();
        if (option != "-n" && option != "-v" && option != "-nv" && option != "-vn")
            return output.write("Usage: lspci [-n] [-v]\n");
        numbers |= option.find('n') != std::string_view::npos;
        details |= option.find('v') != std::string_view::npos;
    }
    e100::pci_for_each_function([&](arch::PciAddress address) {
        const e100::PciIdentity identity = e100::pci_identity(address);
        output.print("%02x:%02x.%x ", address.bus, address.device, address.function);
        if (numbers)
            output.print("%04x: %04x:%04x", identity.class_code >> 8, identity.vendor, identity.device);
        else
            print_name(output, identity);
        if (identity.revision != 0)
            output.print(" (rev %02x)", identity.revision);
        output.write("\n");
        if (details)
            print_details(output, address);
    });
}

} // namespace shell
