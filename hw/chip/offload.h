// SPDX-License-Identifier: GPL-2.0-or-later
// What the 82550 and 82551 do to a packet on its way out: checksums, VLAN tag, cutting a large send into
// segments (SDM appendix B). Works on bytes in the transmit FIFO only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "host.h"
#include "i8255x/command_block.h"
#include "packet.h"

namespace i8255x {

/// What an IPCB asks for.
struct OffloadRequest {
    explicit OffloadRequest(const Ipcb& block);

    bool ip_checksum, l4_checksum, large_send, insert_vlan;
    bool scheduled; ///< to be sent at a given time
    bool parse;     ///< else the three fields below are to be believed
    bool tcp;
    uint8_t ip_offset, l4_offset;
    std::array<uint8_t, 2> vlan_tag; ///< in the order of the wire
    std::size_t max_segment;         ///< TCP payload per segment
    std::size_t payload;             ///< TCP payload of all segments
};

PacketLayout find_headers(std::span<const uint8_t> frame, const OffloadRequest& request);

/// The checksums that are asked for. The TCP or UDP field holds the sum of the pseudo header beforehand; the
/// IP field counts as zero. False if a checksum has no place in the packet, which then is as it was in that
/// part.
bool insert_checksums(std::span<uint8_t> frame, const PacketLayout& layout, const OffloadRequest& request);

/// `frame` has 4 writable bytes in front of it: the tag goes behind the addresses, which move there.
/// Returns the frame with its tag; unchanged if it is shorter than two addresses.
std::span<uint8_t> insert_vlan_tag(std::span<uint8_t> frame, std::span<const uint8_t, 2> tag);

/// A TCP packet that is cut in place: each segment's headers are written in front of its payload, over what
/// was sent before. So segments are made in ascending order, each once; some of the first may be left out.
class LargeSend {
  public:
    /// `frame` holds headers and payload; `layout` is that of a TCP packet as the frame says of itself,
    /// `request.max_segment` not 0.
    LargeSend(std::span<uint8_t> frame, const PacketLayout& layout, const OffloadRequest& request);

    uint32_t segments() const; ///< at least 1
    std::size_t longest_segment_bytes() const;
    /// The payload in memory is not what the block says; the shorter of both is sent.
    bool payload_mismatch() const {
        return payload_ != request_.payload || layout_.payload + payload_ != frame_.size();
    }
    std::span<uint8_t> segment(uint32_t index);
    /// A cutter that knows TCP makes the same segments of it as we do.
    bool can_leave_whole() const;
    /// With headers for that. Segments can still be made.
    std::span<uint8_t> whole(LargePackets form);
    Segmentation segmentation() const { return {layout_.l4, layout_.payload, request_.max_segment}; }

  private:
    void adapt_headers(std::span<uint8_t> segment, uint32_t index, std::size_t payload) const;
    void shorten(std::span<uint8_t> segment, std::size_t missing) const;

    std::span<uint8_t> frame_;
    const PacketLayout layout_;
    const OffloadRequest& request_;
    const std::size_t payload_;
    std::array<uint8_t, max_packet_header_bytes> headers_{};
};

} // namespace i8255x
