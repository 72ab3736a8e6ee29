// SPDX-License-Identifier: GPL-2.0-or-later
// A packet on its way through the layers (Linux's skb): one block of memory, with room in front for headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kernel {

struct NetDevice;

/// Why an undelivered packet was freed; names as in Linux without the prefix. Every free says exactly one.
#define KERNEL_DROP_REASONS(X)                                                                               \
    X(Consumed, "CONSUMED") /* not a drop */                                                                 \
    X(NoSocket, "NO_SOCKET")                                                                                 \
    X(SocketRcvbuff, "SOCKET_RCVBUFF")                                                                       \
    X(SocketBacklog, "SOCKET_BACKLOG")                                                                       \
    X(PktTooSmall, "PKT_TOO_SMALL")                                                                          \
    X(PktTooBig, "PKT_TOO_BIG")                                                                              \
    X(UdpCsum, "UDP_CSUM")                                                                                   \
    X(TcpCsum, "TCP_CSUM")                                                                                   \
    X(TcpInvalidSequence, "TCP_INVALID_SEQUENCE")                                                            \
    X(IcmpCsum, "ICMP_CSUM")                                                                                 \
    X(IpCsum, "IP_CSUM")                                                                                     \
    X(IpInhdr, "IP_INHDR")                                                                                   \
    X(IpNoproto, "IP_NOPROTO")                                                                               \
    X(IpInaddrerrors, "IP_INADDRERRORS")                                                                     \
    X(IpInnoroutes, "IP_INNOROUTES")                                                                         \
    X(IpOutnoroutes, "IP_OUTNOROUTES")                                                                       \
    X(IpRpfilter, "IP_RPFILTER")                                                                             \
    X(MartianSrc, "MARTIAN_SRC")                                                                             \
    X(MartianDst, "MARTIAN_DST")                                                                             \
    X(Otherhost, "OTHERHOST")                                                                                \
    X(UnicastInL2Multicast, "UNICAST_IN_L2_MULTICAST")                                                       \
    X(UnhandledProto, "UNHANDLED_PROTO")                                                                     \
    X(CpuBacklog, "CPU_BACKLOG")                                                                             \
    X(DevReady, "DEV_READY")                                                                                 \
    X(DupFrag, "DUP_FRAG")                                                                                   \
    X(FragReasmTimeout, "FRAG_REASM_TIMEOUT")                                                                \
    X(FragTooFar, "FRAG_TOO_FAR")                                                                            \
    X(FragOverlap, "FRAG_OVERLAP")                                                                           \
    X(Nomem, "NOMEM")                                                                                        \
    X(InvalidProto, "INVALID_PROTO")                                                                         \
    X(NeighCreatefail, "NEIGH_CREATEFAIL")                                                                   \
    X(NeighFailed, "NEIGH_FAILED")                                                                           \
    X(NeighQueuefull, "NEIGH_QUEUEFULL")                                                                     \
    X(QueuePurge, "QUEUE_PURGE")                                                                             \
    X(RxError, "RX_ERROR")                                                                                   \
    X(RxOverLength, "RX_OVER_LENGTH")                                                                        \
    X(TxRingFull, "TX_RING_FULL")

enum class DropReason : uint8_t {
#define KERNEL_DROP_ENUM(enumerator, name) enumerator,
    KERNEL_DROP_REASONS(KERNEL_DROP_ENUM)
#undef KERNEL_DROP_ENUM
        Count
};
const char* drop_reason_name(DropReason reason);
uint64_t drop_count(DropReason reason);

enum class PacketType : uint8_t { Host, Broadcast, Multicast, Otherhost, Outgoing };

/// Fixed size; comes from a pool, goes back to it. head <= data <= tail <= end.
struct PacketBuffer {
    PacketBuffer* next = nullptr; ///< in a PacketQueue
    NetDevice* device = nullptr;  ///< received on, or leaving by
    std::byte* head = nullptr;
    std::byte* data = nullptr;
    std::byte* tail = nullptr;
    std::byte* end = nullptr;
    std::byte* mac_header = nullptr;     ///< set by eth_type_trans
    std::byte* network_header = nullptr; ///< set by the layer below
    std::byte* transport_header = nullptr;
    uint64_t time_ns = 0;  ///< when the driver took it off the ring
    uint16_t protocol = 0; ///< EtherType, host order
    PacketType type = PacketType::Host;
    uint32_t id = 0;   ///< counts received packets; for the trace
    uint32_t hash = 0; ///< of its flow; 0: not computed

    // What is left to the card (Linux's CHECKSUM_PARTIAL, and GSO). Of a packet to be cut into segments, IPv4
    // total length and pseudo-header sum are those of the first segment.
    bool checksum_partial = false; ///< the TCP checksum's field has the sum of the pseudo-header
    uint16_t gso_size = 0;         ///< most TCP payload of a segment; 0: it is not to be cut
    uint16_t gso_payload = 0;      ///< TCP payload of all segments

    std::size_t length() const { return static_cast<std::size_t>(tail - data); }
    std::size_t headroom() const { return static_cast<std::size_t>(data - head); }
    std::size_t tailroom() const { return static_cast<std::size_t>(end - tail); }
    std::span<std::byte> bytes() const { return {data, length()}; }
    /// Packets on the wire.
    unsigned gso_segs() const { return gso_size ? (gso_payload + gso_size - 1u) / gso_size : 1; }
    /// Of the longest of them.
    std::size_t segment_length() const { return length() - gso_payload + gso_size; }
    /// Of all of them.
    std::size_t wire_length() const { return length() + (gso_segs() - 1) * (length() - gso_payload); }
    /// Removes `count` bytes at the front, which must be there; returns the new front.
    std::byte* pull(std::size_t count) { return data += count; }
    /// Adds `count` bytes at the front, for which there must be headroom; returns the new front.
    std::byte* push(std::size_t count) { return data -= count; }
    /// Adds `count` bytes at the end, for which there must be tailroom; returns where they begin.
    std::byte* put(std::size_t count) {
        std::byte* old = tail;
        tail += count;
        return old;
    }
    void trim(std::size_t new_length) { tail = data + new_length; }
    void reserve(std::size_t headroom) { data = tail = head + headroom; } ///< empty buffers only
    /// What a socket is charged for it: the whole block and the descriptor, not the payload.
    std::size_t truesize() const { return memory; }

    static constexpr std::size_t packet_truesize = 2304;
    uint32_t memory = packet_truesize; ///< more: not of the pool, but pages of its own
};
inline constexpr std::size_t packet_block_bytes = 2048; ///< head to end
inline constexpr std::size_t packet_headroom = 64;      ///< of a fresh buffer for transmission
/// What fits behind packet_headroom in 64 KiB, which the page allocator has in one piece.
inline constexpr std::size_t packet_max_bytes =
    65536 - (PacketBuffer::packet_truesize - packet_block_bytes) - packet_headroom;

void packet_pool_init(); ///< after page_alloc_init
/// Empty buffer with `headroom` bytes in front; nullptr when memory is short. Any context.
PacketBuffer* alloc_packet(std::size_t headroom = packet_headroom);
/// The same with room for `bytes` behind packet_headroom: from the pool if that suffices, else from the page
/// allocator.
PacketBuffer* alloc_packet_for(std::size_t bytes);
/// The packet reached its destination.
void consume_packet(PacketBuffer* packet);
/// The packet did not; counted and traced under `reason`.
void drop_packet(PacketBuffer* packet, DropReason reason);
/// The same, but the buffer stays the caller's.
void note_drop(DropReason reason);

struct PacketPoolStats {
    uint64_t allocated, freed, failed;
    uint64_t live() const { return allocated - freed; }
};
PacketPoolStats packet_pool_stats();
/// Test hook: the next allocations fail while the function returns true.
void packet_pool_fail_when(bool (*fails)());

/// First in, first out. Not locked.
class PacketQueue {
  public:
    bool empty() const { return !head_; }
    std::size_t length() const { return length_; }
    PacketBuffer* last() const { return tail_; } ///< nullptr when empty
    void push(PacketBuffer* packet);
    void push_front(PacketBuffer* packet);
    PacketBuffer* pop();                  ///< nullptr when empty
    void splice_back(PacketQueue& other); ///< all of `other`, behind the last one here
    void purge(DropReason reason);

  private:
    PacketBuffer* head_ = nullptr;
    PacketBuffer* tail_ = nullptr;
    std::size_t length_ = 0;
};

} // namespace kernel
