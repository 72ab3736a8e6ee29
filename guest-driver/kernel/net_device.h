// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface as the layers above see it; a driver fills in the operations.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"

namespace kernel {

using MacAddress = std::array<uint8_t, 6>;
inline constexpr unsigned max_multicast = 16;
inline constexpr std::size_t ethernet_header_bytes = 14;

namespace ether_type {
inline constexpr uint16_t ieee802_3 = 0x0001; ///< Linux's number for raw 802.3 (never on the wire)
inline constexpr uint16_t ieee802_2 = 0x0004; ///< … and for LLC
inline constexpr uint16_t first = 0x0600;     ///< below: a length (RFC 894, RFC 1042)
} // namespace ether_type

/// Counters of /proc/net/dev and `ip -s link`, in Linux's names. Each has one writer at a time, except those
/// of packets dropped on the way, which go through count_drop().
struct NetDeviceStats {
    uint64_t rx_packets = 0, tx_packets = 0, rx_bytes = 0, tx_bytes = 0;
    uint64_t rx_errors = 0, tx_errors = 0, rx_dropped = 0, tx_dropped = 0;
    uint64_t multicast = 0, collisions = 0;
    uint64_t rx_length_errors = 0, rx_over_errors = 0, rx_crc_errors = 0, rx_frame_errors = 0;
    uint64_t rx_fifo_errors = 0, rx_missed_errors = 0;
    uint64_t tx_aborted_errors = 0, tx_carrier_errors = 0, tx_fifo_errors = 0, tx_heartbeat_errors = 0;
    uint64_t tx_window_errors = 0;
    uint64_t rx_otherhost_dropped = 0;
};

/// For the counters that any CPU may raise at any time.
inline void count_drop(uint64_t& counter) {
    std::atomic_ref(counter).fetch_add(1, std::memory_order_relaxed);
}

/// What a card does for packets that leave: bits, under the names that `ethtool -k` shows.
namespace feature {
inline constexpr uint32_t tx_checksum_ipv4 = 1u << 0;    ///< PacketBuffer::checksum_partial
inline constexpr uint32_t tx_tcp_segmentation = 1u << 1; ///< PacketBuffer::gso_size
} // namespace feature

enum class TransmitResult : uint8_t {
    Sent, ///< the driver owns the packet
    Busy, ///< no room; the caller keeps the packet
};

struct RingParameters {
    unsigned rx, rx_max, tx, tx_max;
};
/// An interrupt comes `rx_usecs` after the last frame, or with frame number `rx_frames` (0: no such limit).
struct CoalesceParameters {
    unsigned rx_usecs, rx_frames;
};
struct DriverInfo {
    const char* driver;
    const char* version;
    const char* bus_info;
};
/// One line of `ethtool -S`.
struct EthtoolStat {
    const char* name;
    uint64_t value;
};

/// Where the rings stand, for `ring`. Slots count from 0; a ring of size 0 is closed.
struct RingState {
    unsigned rx_size;
    unsigned rx_to_clean;    ///< slot the next poll looks at
    unsigned rx_to_use;      ///< slot the next refill fills
    unsigned rx_end_of_list; ///< slot that stops the receive unit
    unsigned rx_completed;   ///< slots the chip has filled and the driver has not seen
    unsigned rx_occupied;    ///< slots that hold a buffer
    const char* rx_unit;     ///< state of the receive unit as the chip says: "Ready", "No Resources", …
    unsigned tx_size;
    unsigned tx_to_clean, tx_to_use;
    const char* command_unit; ///< "Idle", "Suspended", "Active"
};

/// Where the packets of an interface's only receive queue go (rps.h). Both off: they stay where they are
/// polled.
struct RpsFlow;
struct RxSteering {
    std::atomic<uint32_t> rps_cpus{0};        ///< by their hash to one of these, bit n for CPU n
    std::atomic<uint32_t> rps_flow_cnt{0};    ///< to where the flow's reader is; flows told apart
    std::atomic<RpsFlow*> rps_flows{nullptr}; ///< set with the first count, kept until unregister_netdev()
};

struct NetDevice;
struct Napi;
struct EthtoolOperations;
/// Task context unless said otherwise. An int result is 0 or a negative errno as Linux's.
struct NetDeviceOperations {
    int (*open)(NetDevice&);
    void (*stop)(NetDevice&);
    TransmitResult (*start_xmit)(NetDevice&, PacketBuffer*); ///< softirq or bh-disabled context
    DriverInfo (*driver_info)(NetDevice&);
    std::size_t (*ethtool_stats)(NetDevice&, std::span<EthtoolStat> into); ///< returns the number filled in
    RingParameters (*ring)(NetDevice&);
    int (*set_ring)(NetDevice&, unsigned rx, unsigned tx);
    int (*coalesce)(NetDevice&, CoalesceParameters&); ///< -EOPNOTSUPP where there is none
    int (*set_coalesce)(NetDevice&, const CoalesceParameters&);
    /// What the driver counts beside the lines of `ethtool -S`: interrupts by cause and the like.
    std::size_t (*driver_stats)(NetDevice&, std::span<EthtoolStat> into);
    void (*set_rx_mode)(NetDevice&); ///< the filter members of NetDevice changed
    /// Counters the chip keeps itself, read from it now (waits for it, at most some milliseconds): totals
    /// since the interface came up. Returns the number filled in.
    std::size_t (*chip_stats)(NetDevice&, std::span<EthtoolStat> into);
    RingState (*ring_state)(NetDevice&);
    int (*set_mac_address)(NetDevice&, const MacAddress&);
    const EthtoolOperations* ethtool; ///< what only ethtool asks for (kernel/ethtool.h); may be nullptr
};

struct NetDevice {
    const char* name = "eth0";
    MacAddress mac{};
    uint16_t mtu = 1500;
    bool up = false;
    bool carrier = false;
    unsigned irq = 0;
    NetDeviceStats stats;
    RxSteering steering;
    Napi* napi = nullptr; ///< set by netif_napi_add
    // After a poll that found something, so many that find nothing leave the interrupt off, and a timer of
    // so many nanoseconds polls again; 0: the interrupt comes on at once.
    std::atomic<uint32_t> napi_defer_hard_irqs{0};
    std::atomic<uint32_t> gro_flush_timeout{0};
    bool threaded = false; ///< dev_set_threaded() changes it
    // `feature` bits. Packets that were made before a change may still be on their way.
    uint32_t hw_features = 0;          ///< what the card can
    uint32_t wanted_features = 0;      ///< … of which this is to be used
    std::atomic<uint32_t> features{0}; ///< … and is
    const NetDeviceOperations* operations = nullptr;
    void* driver = nullptr; ///< private to the driver

    // What the hardware lets in beside its own address and broadcast.
    bool promiscuous = false;
    bool all_multicast = false;
    std::array<MacAddress, max_multicast> multicast{};
    unsigned multicast_count = 0;

    // The queue in front of the driver's ring; only net_device.cpp touches it.
    unsigned index = 0; ///< in net_devices()
    SpinLock tx_lock;
    PacketQueue tx_queue;
    bool tx_stopped = false;
};
inline constexpr std::size_t tx_queue_limit = 1000;

/// At most 8 interfaces; false when there is no room.
bool register_netdev(NetDevice& device);
/// It must be down. Its packets in the CPUs' backlogs have been through their protocols at the return.
void unregister_netdev(NetDevice& device);
std::span<NetDevice* const> net_devices();

/// Up and down, as `ip link set` does it: the driver's open and stop, and the queue in front of it. Task
/// context. dev_open returns 0, also if the device was up, or a negative errno.
int dev_open(NetDevice& device);
void dev_close(NetDevice& device); ///< packets that wait are dropped

/// The bits of `changed` are wanted as in `on`. Segmentation without checksums waits until both are wanted.
void dev_change_features(NetDevice& device, uint32_t changed, uint32_t on);

/// Protocol and packet type from the Ethernet header; pulls it. The packet is at least 14 bytes long.
uint16_t eth_type_trans(PacketBuffer& packet, NetDevice& device);
/// A received packet goes up, here or, if it is steered there, on another CPU. Softirq context or bottom
/// halves off. Takes the packet.
void netif_receive_skb(PacketBuffer* packet);
/// A packet with a complete Ethernet header leaves. Takes the packet; when the ring is full it waits in a
/// queue of the device (at most 1000 packets, then dropped).
void dev_queue_xmit(PacketBuffer* packet);
/// The driver has room again.
void netif_wake_queue(NetDevice& device);
/// Packets wait until the driver wakes the queue.
void netif_stop_queue(NetDevice& device);

/// Handler of one EtherType; takes the packet.
using ProtocolHandler = void (*)(PacketBuffer*);
void dev_add_pack(uint16_t ethertype, ProtocolHandler handler);
void dev_remove_pack(uint16_t ethertype);
/// Sees every received packet first, from the Ethernet header on (`mac_header`), and leaves it alone;
/// nullptr: nobody.
void dev_set_tap(void (*tap)(const PacketBuffer&));
void net_dev_init(); ///< softnet data of every CPU, NET_RX and NET_TX handlers

} // namespace kernel
