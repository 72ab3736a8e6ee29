// SPDX-License-Identifier: GPL-2.0-or-later
// From a PCI function to a registered interface, and back.
#include <memory>
#include <new>

#include "driver/adapter.h"
#include "driver/e100.h"
#include "driver/pci.h"
#include "driver/rollback.h"
#include "kernel/print.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

/// Storage only: an adapter lives from its probe to its removal.
struct Place {
    alignas(Adapter) std::byte memory[sizeof(Adapter)];
    Adapter* adapter;
};
std::array<Place, max_adapters> places;

Adapter* make_adapter() {
    for (Place& place : places)
        if (!place.adapter)
            return place.adapter = new (place.memory) Adapter;
    return nullptr;
}

void forget_adapter(Adapter& adapter) {
    for (Place& place : places)
        if (place.adapter == &adapter)
            place.adapter = nullptr;
    std::destroy_at(&adapter);
}

void disable_pci(Adapter& adapter) { pci_disable(adapter.pci); }

void identify(Adapter& adapter, arch::PciAddress address) {
    const PciIdentity identity = pci_identity(address);
    adapter.pci = address;
    adapter.device_id = identity.device;
    adapter.revision = identity.revision;
    adapter.generation = generation_of(identity.device, identity.revision);
    kernel::format(adapter.bus_info.data(), adapter.bus_info.size(), "0000:%02x:%02x.%x", address.bus,
                   address.device, address.function);
}

void name_interface(Adapter& adapter) {
    kernel::format(adapter.name.data(), adapter.name.size(), "eth%u",
                   static_cast<unsigned>(kernel::net_devices().size()));
    adapter.device.name = adapter.name.data();
    adapter.device.irq = pci_interrupt_line(adapter.pci);
    adapter.device.operations = &device_operations();
    if (has_ipcb(adapter.device_id, adapter.revision))
        adapter.device.hw_features = kernel::feature::tx_checksum_ipv4 | kernel::feature::tx_tcp_segmentation;
    kernel::dev_change_features(adapter.device, ~0u, ~0u);
    adapter.device.driver = &adapter;
}

Error map_registers(Adapter& adapter) {
    const uint32_t window = pci_memory_window(adapter.pci);
    if (!window)
        return Error::NoMemoryBar;
    adapter.registers = arch::Mmio(window);
    adapter.scb.attach(adapter.registers);
    adapter.phy.attach(adapter.registers);
    return Error::None;
}

Error find_eeprom_and_phy(Adapter& adapter) {
    if (const Error error = adapter.eeprom.load(adapter.registers); error != Error::None)
        return error;
    if (const Error error = adapter.phy.find(); error != Error::None)
        return error;
    return adapter.eeprom.mac_address(adapter.device.mac);
}

Error set_up(Adapter& adapter) {
    Rollback<Adapter> rollback(adapter);
    // SDM 4.1: registers decode, but no DMA yet. The firmware may have left the chip receiving into memory
    // that is ours now, so it is reset before it may master the bus.
    pci_enable_memory(adapter.pci);
    rollback.on_failure(disable_pci);
    if (const Error error = map_registers(adapter); error != Error::None)
        return error;
    reset_chip(adapter);
    pci_enable_bus_master(adapter.pci);

    adapter.shared = kernel::CoherentMemory::allocate(sizeof(SharedAreas));
    if (!adapter.shared)
        return Error::NoMemory;
    if (const Error error = find_eeprom_and_phy(adapter); error != Error::None)
        return error;
    kernel::netif_napi_add(adapter.device, adapter.napi, poll, static_cast<int>(options().weight));
    rollback.on_failure([](Adapter& each) { kernel::netif_napi_del(each.napi); });
    name_interface(adapter);
    if (!kernel::register_netdev(adapter.device))
        return Error::TooManyDevices;
    rollback.commit();
    return Error::None;
}

void announce(const Adapter& adapter, Error error) {
    if (error != Error::None)
        return kernel::printk("e100 %s: %s\n", adapter.bus_info.data(), error_text(error));
    const kernel::MacAddress& mac = adapter.device.mac;
    kernel::printk("e100 %s: %s is an %s rev %u, irq %u, %02x:%02x:%02x:%02x:%02x:%02x\n",
                   adapter.bus_info.data(), adapter.name.data(), generation_name(adapter.generation),
                   adapter.revision, adapter.device.irq, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

} // namespace

Error probe(arch::PciAddress address) {
    Adapter* adapter = make_adapter();
    if (!adapter)
        return Error::TooManyCards;
    kernel::trace(kernel::Event::DrvProbeBegin);
    identify(*adapter, address);
    const Error error = set_up(*adapter);
    kernel::trace(kernel::Event::DrvProbeEnd, static_cast<uint32_t>(error));
    announce(*adapter, error);
    if (error != Error::None)
        forget_adapter(*adapter);
    return error;
}

void remove(Adapter& adapter) {
    kernel::dev_close(adapter.device);
    kernel::cancel_work(adapter.reset_work);
    kernel::unregister_netdev(adapter.device);
    kernel::netif_napi_del(adapter.napi);
    reset_chip(adapter);
    disable_pci(adapter);
    forget_adapter(adapter);
}

unsigned init() {
    options_from_command_line();
    kernel::work_init();
    unsigned found = 0;
    pci_for_each_function([&](arch::PciAddress address) {
        const PciIdentity identity = pci_identity(address);
        if (is_supported(identity.vendor, identity.device, identity.class_code))
            found += probe(address) == Error::None;
    });
    return found;
}

void exit() {
    for (Place& place : places)
        if (place.adapter)
            remove(*place.adapter);
}

} // namespace e100
