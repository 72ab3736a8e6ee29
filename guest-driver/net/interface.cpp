// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 configuration of the network interfaces.
#include "net/interface.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "kernel/command_line.h"
#include "net/route.h"

namespace net {

namespace {

/// Address and prefix length in one word, because packets are received on other CPUs while DHCP changes them.
struct Slot {
    std::atomic<const kernel::NetDevice*> device{nullptr};
    std::atomic<uint64_t> packed{0};
};
constinit std::array<Slot, 8> slots;

constexpr uint64_t pack(InterfaceAddress address) {
    return uint64_t{address.address.value()} << 8 | address.prefix_length;
}
constexpr InterfaceAddress unpack(uint64_t packed) {
    return {Ipv4Address(static_cast<uint32_t>(packed >> 8)), static_cast<unsigned>(packed & 0xff)};
}

Slot* slot_of(const kernel::NetDevice* device) {
    for (Slot& slot : slots)
        if (slot.device.load(std::memory_order_acquire) == device)
            return &slot;
    return nullptr;
}

} // namespace

std::optional<InterfaceAddress> parse_interface_address(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto address = parse_ipv4_address(text.substr(0, slash));
    const auto length = kernel::parse_number(text.substr(slash + 1));
    if (!address || !length || *length < 1 || *length > 32 || !address->is_unicast())
        return std::nullopt;
    return InterfaceAddress{*address, *length};
}

InterfaceAddress interface_address(const kernel::NetDevice* device) {
    const Slot* slot = device ? slot_of(device) : nullptr;
    return slot ? unpack(slot->packed.load(std::memory_order_relaxed)) : InterfaceAddress{};
}

bool set_interface_address(kernel::NetDevice& device, InterfaceAddress address) {
    Slot* slot = slot_of(&device);
    if (!slot)
        slot = slot_of(nullptr);
    if (!slot)
        return false;
    slot->packed.store(pack(address), std::memory_order_relaxed);
    slot->device.store(&device, std::memory_order_release);
    return true;
}

bool is_local_address(Ipv4Address address) {
    if (address.is_any())
        return false;
    for (const Slot& slot : slots)
        if (unpack(slot.packed.load(std::memory_order_relaxed)).address == address)
            return true;
    return false;
}

bool is_broadcast_address(Ipv4Address address) {
    if (address.is_limited_broadcast())
        return true;
    return std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) {
        const InterfaceAddress own = unpack(slot.packed.load(std::memory_order_relaxed));
        return !own.address.is_any() && own.broadcast() == address;
    });
}

void interfaces_reset() {
    for (Slot& slot : slots) {
        slot.device.store(nullptr);
        slot.packed.store(0);
    }
    flush_routes(nullptr);
}

} // namespace net
