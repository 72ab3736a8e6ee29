// SPDX-License-Identifier: GPL-2.0-or-later
// The routing table. Lookups happen per packet on every CPU, changes hardly ever: readers take no lock, they
// look again when a change came between (a sequence lock).
#include "net/route.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "kernel/spinlock.h"
#include "net/interface.h"

namespace net {

namespace {

using kernel::NetDevice;

/// A RouteEntry in words that can be read while they are written; what was read counts only if the sequence
/// number says that nothing was.
class Slot {
  public:
    bool free() const { return !device_.load(std::memory_order_relaxed); }
    RouteEntry load() const {
        const uint64_t addresses = addresses_.load(std::memory_order_relaxed);
        const uint64_t rest = rest_.load(std::memory_order_relaxed);
        return {Ipv4Address(static_cast<uint32_t>(addresses >> 32)),
                static_cast<unsigned>(rest >> 8 & 0xff),
                Ipv4Address(static_cast<uint32_t>(addresses)),
                device_.load(std::memory_order_relaxed),
                static_cast<uint32_t>(rest >> 32),
                static_cast<RouteOrigin>(rest & 0xff)};
    }
    void store(const RouteEntry& route) {
        addresses_.store(uint64_t{route.network.value()} << 32 | route.gateway.value(),
                         std::memory_order_relaxed);
        device_.store(route.device, std::memory_order_relaxed);
        rest_.store(uint64_t{route.metric} << 32 | route.prefix_length << 8 |
                        static_cast<uint64_t>(route.origin),
                    std::memory_order_relaxed);
    }

  private:
    std::atomic<uint64_t> addresses_{0};
    std::atomic<NetDevice*> device_{nullptr};
    std::atomic<uint64_t> rest_{0};
};

class Table {
  public:
    /// `look` is given every route; what it found is to be forgotten when it is called anew with `begin`.
    template <typename Begin, typename Look> void read(Begin begin, Look look) const {
        for (;;) {
            const uint32_t before = sequence_.load(std::memory_order_acquire);
            begin();
            for (const Slot& slot : slots_)
                if (!slot.free())
                    look(slot.load());
            std::atomic_thread_fence(std::memory_order_acquire);
            if (!(before & 1) && sequence_.load(std::memory_order_relaxed) == before)
                return;
            arch::relax();
        }
    }
    /// `change` may alter the routes it is given; one without device is a free slot. True: it is done.
    template <typename Change> bool write(Change change) {
        kernel::BhSpinGuard guard(writers_);
        const uint32_t before = sequence_.load(std::memory_order_relaxed);
        sequence_.store(before + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        const bool done = std::any_of(slots_.begin(), slots_.end(), [&](Slot& slot) {
            RouteEntry route = slot.load();
            const bool result = change(route);
            slot.store(route);
            return result;
        });
        sequence_.store(before + 2, std::memory_order_release);
        return done;
    }

  private:
    std::array<Slot, max_added_routes> slots_;
    std::atomic<uint32_t> sequence_{0}; ///< odd: being written
    kernel::SpinLock writers_;
};
constinit Table table;

/// The network that an interface is connected to.
RouteEntry connected_route(NetDevice& device) {
    const InterfaceAddress own = interface_address(&device);
    return {own.network(),      own.prefix_length, {}, own.address.is_any() ? nullptr : &device, 0,
            RouteOrigin::Kernel};
}

/// Longest prefix, then smallest metric, then who was seen first.
bool better(const RouteEntry& route, const RouteEntry& best) {
    if (!best.device || route.prefix_length != best.prefix_length)
        return !best.device || route.prefix_length > best.prefix_length;
    return route.metric < best.metric;
}

RouteEntry best_route(Ipv4Address destination, const NetDevice* only) {
    RouteEntry connected, best;
    const auto consider = [&](RouteEntry& so_far, const RouteEntry& route) {
        if (route.device && route.device->up && (!only || route.device == only) &&
            route.covers(destination) && better(route, so_far))
            so_far = route;
    };
    for (NetDevice* device : kernel::net_devices())
        consider(connected, connected_route(*device));
    table.read([&] { best = connected; }, [&](const RouteEntry& route) { consider(best, route); });
    return best;
}

/// An interface without an address speaks with another one's.
Ipv4Address source_for(const NetDevice* device) {
    if (const Ipv4Address own = interface_address(device).address; !own.is_any())
        return own;
    for (const NetDevice* other : kernel::net_devices())
        if (const Ipv4Address address = interface_address(other).address; other->up && !address.is_any())
            return address;
    return {};
}

RouteError check(RouteEntry& route) {
    if ((route.network.value() & ~prefix_mask(route.prefix_length).value()) != 0)
        return RouteError::InvalidPrefix;
    if (!route.gateway.is_any()) {
        const RouteEntry way = best_route(route.gateway, route.device);
        if (!way.device || !way.gateway.is_any() || !route.gateway.is_unicast() ||
            is_local_address(route.gateway) || is_broadcast_address(route.gateway))
            return RouteError::InvalidGateway;
        route.device = way.device;
    }
    return route.device && route.device->up ? RouteError::None : RouteError::DeviceDown;
}

} // namespace

RouteError add_route(RouteEntry route) {
    if (const RouteError error = check(route); error != RouteError::None)
        return error;
    bool exists = false;
    table.read([&] { exists = false; }, [&](const RouteEntry& other) { exists |= other.same_target(route); });
    if (exists)
        return RouteError::Exists;
    const bool stored = table.write([&](RouteEntry& slot) {
        if (slot.device)
            return false;
        slot = route;
        return true;
    });
    return stored ? RouteError::None : RouteError::TableFull;
}

RouteError delete_route(const RouteEntry& route) {
    const bool found = table.write([&](RouteEntry& slot) {
        if (!slot.device || slot.network != route.network || slot.prefix_length != route.prefix_length ||
            (route.device && slot.device != route.device) ||
            (!route.gateway.is_any() && slot.gateway != route.gateway) ||
            (route.metric && slot.metric != route.metric))
            return false;
        slot = {};
        return true;
    });
    return found ? RouteError::None : RouteError::NotFound;
}

void flush_routes(const NetDevice* device, std::optional<RouteOrigin> origin) {
    table.write([&](RouteEntry& slot) {
        if ((!device || slot.device == device) && (!origin || slot.origin == *origin))
            slot = {};
        return false;
    });
}

std::size_t list_routes(std::span<RouteEntry> into) {
    std::size_t count = 0;
    const auto append = [&](const RouteEntry& route) {
        if (route.device && route.device->up && count < into.size())
            into[count++] = route;
    };
    table.read([&] { count = 0; }, append);
    for (NetDevice* device : kernel::net_devices())
        append(connected_route(*device));
    std::sort(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(count),
              [](const RouteEntry& a, const RouteEntry& b) {
                  if (a.network != b.network)
                      return a.network < b.network;
                  return a.prefix_length != b.prefix_length ? a.prefix_length < b.prefix_length
                                                            : a.metric < b.metric;
              });
    return count;
}

Gateway default_gateway() {
    RouteEntry best;
    table.read([&] { best = {}; },
               [&](const RouteEntry& route) {
                   if (route.prefix_length == 0 && !route.gateway.is_any() && better(route, best))
                       best = route;
               });
    return {best.device, best.gateway};
}

void set_default_gateway(Gateway gateway, RouteOrigin origin) {
    table.write([&](RouteEntry& slot) {
        if (slot.prefix_length == 0)
            slot = {};
        return false;
    });
    if (!gateway.device)
        return;
    table.write([&](RouteEntry& slot) {
        if (slot.device)
            return false;
        slot = {{}, 0, gateway.address, gateway.device, 0, origin};
        return true;
    });
}

std::optional<Route> find_route(Ipv4Address destination, NetDevice* device) {
    if (destination.is_this_network())
        return std::nullopt;
    if (destination.is_limited_broadcast() || destination.is_loopback()) {
        for (NetDevice* first : kernel::net_devices())
            if (first->up && (!device || first == device))
                return Route{first, destination,
                             destination.is_loopback() ? destination : interface_address(first).address};
        return std::nullopt;
    }
    const RouteEntry best = best_route(destination, device);
    // A default route does not say on which wire the members of a group are.
    if (!best.device || (destination.is_multicast() && best.prefix_length == 0))
        return std::nullopt;
    return Route{best.device, best.gateway.is_any() ? destination : best.gateway, source_for(best.device)};
}

} // namespace net
