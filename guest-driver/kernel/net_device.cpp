// SPDX-License-Identifier: GPL-2.0-or-later
// Network interfaces: registration, the way up to the protocols and the way down to a driver's ring.
#include "kernel/net_device.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "kernel/backlog.h"
#include "kernel/net_rx_action.h"
#include "kernel/per_cpu.h"
#include "kernel/rps.h"
#include "kernel/softirq.h"
#include "kernel/softnet.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

constexpr unsigned max_devices = 8;
constexpr int error_no_device = -19; ///< ENODEV

std::array<NetDevice*, max_devices> devices;
unsigned device_count = 0;

PerCpu<std::atomic<uint32_t>> transmit_pending; ///< per CPU, one bit per device

PacketType classify(const NetDevice& device, const std::byte* destination) {
    static constexpr MacAddress broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (std::memcmp(destination, device.mac.data(), device.mac.size()) == 0)
        return PacketType::Host;
    if (std::memcmp(destination, broadcast.data(), broadcast.size()) == 0)
        return PacketType::Broadcast;
    return std::to_integer<unsigned>(destination[0]) & 1 ? PacketType::Multicast : PacketType::Otherhost;
}

uint16_t read_be16(const std::byte* at) {
    return static_cast<uint16_t>(std::to_integer<unsigned>(at[0]) << 8 | std::to_integer<unsigned>(at[1]));
}

uint16_t protocol_of(const PacketBuffer& packet, uint16_t type_or_length) {
    if (type_or_length >= ether_type::first)
        return type_or_length;
    const bool raw = packet.length() >= 2 && read_be16(packet.data) == 0xffff; // Novell's frames without LLC
    return raw ? ether_type::ieee802_3 : ether_type::ieee802_2;
}

/// Gives waiting packets to the driver until the queue is empty or the ring full. tx_lock is held.
void run_queue(NetDevice& device) {
    while (!device.tx_stopped) {
        PacketBuffer* packet = device.tx_queue.pop();
        if (!packet)
            return;
        const auto bytes = static_cast<uint32_t>(packet->length());
        if (device.operations->start_xmit(device, packet) == TransmitResult::Busy) {
            device.tx_queue.push_front(packet);
            device.tx_stopped = true;
            return;
        }
        trace(Event::NetXmit, bytes);
    }
}

void net_tx_action() {
    uint32_t pending = transmit_pending.local().exchange(0, std::memory_order_acq_rel);
    for (unsigned index = 0; pending; index++, pending >>= 1) {
        if (!(pending & 1) || !devices[index])
            continue;
        BhSpinGuard guard(devices[index]->tx_lock);
        run_queue(*devices[index]);
    }
}

DropReason enqueue(NetDevice& device, PacketBuffer* packet) {
    BhSpinGuard guard(device.tx_lock);
    if (!device.up)
        return DropReason::DevReady;
    if (device.tx_queue.length() >= tx_queue_limit)
        return DropReason::TxRingFull;
    device.tx_queue.push(packet);
    run_queue(device);
    return DropReason::Consumed;
}

} // namespace

bool register_netdev(NetDevice& device) {
    if (device_count == max_devices)
        return false;
    device.index = device_count;
    devices[device_count++] = &device;
    rps_device_added(device);
    return true;
}

void unregister_netdev(NetDevice& device) {
    const auto last = devices.begin() + device_count;
    const auto at = std::find(devices.begin(), last, &device);
    if (at == last)
        return;
    std::copy(at + 1, last, at);
    devices[--device_count] = nullptr;
    for (unsigned i = 0; i < device_count; i++)
        devices[i]->index = i;
    rps_device_gone(device);
}

std::span<NetDevice* const> net_devices() { return {devices.data(), device_count}; }

int dev_open(NetDevice& device) {
    if (device.up)
        return 0;
    if (!device.operations || !device.operations->open)
        return error_no_device;
    if (const int error = device.operations->open(device))
        return error;
    BhSpinGuard guard(device.tx_lock);
    device.tx_stopped = false;
    device.up = true;
    return 0;
}

void dev_close(NetDevice& device) {
    if (!device.up)
        return;
    {
        BhSpinGuard guard(device.tx_lock);
        device.up = false;
        device.tx_queue.purge(DropReason::QueuePurge);
    }
    device.operations->stop(device);
}

void dev_change_features(NetDevice& device, uint32_t changed, uint32_t on) {
    changed &= device.hw_features;
    device.wanted_features = (device.wanted_features & ~changed) | (on & changed);
    const bool checksums = device.wanted_features & feature::tx_checksum_ipv4;
    device.features = checksums ? device.wanted_features : 0;
}

uint16_t eth_type_trans(PacketBuffer& packet, NetDevice& device) {
    packet.device = &device;
    packet.mac_header = packet.data;
    packet.type = classify(device, packet.data);
    packet.network_header = packet.pull(ethernet_header_bytes);
    packet.protocol = protocol_of(packet, read_be16(packet.mac_header + 12));
    return packet.protocol;
}

void dev_queue_xmit(PacketBuffer* packet) {
    NetDevice& device = *packet->device;
    const DropReason reason = enqueue(device, packet);
    if (reason == DropReason::Consumed)
        return;
    count_drop(device.stats.tx_dropped);
    drop_packet(packet, reason);
}

void netif_stop_queue(NetDevice& device) {
    BhSpinGuard guard(device.tx_lock);
    device.tx_stopped = true;
}

void netif_wake_queue(NetDevice& device) {
    BhSpinGuard guard(device.tx_lock);
    device.tx_stopped = false;
    if (device.tx_queue.empty())
        return;
    transmit_pending.local().fetch_or(1u << device.index, std::memory_order_acq_rel);
    raise_softirq(Softirq::NetTx);
}

void net_dev_init() {
    backlogs_init();
    open_softirq(Softirq::NetTx, net_tx_action);
    open_softirq(Softirq::NetRx, net_rx_action);
}

} // namespace kernel
