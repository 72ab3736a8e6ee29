// SPDX-License-Identifier: GPL-2.0-or-later
// The frame in the transmit FIFO, gathered from memory as a command block says (SDM 6.4.2.5, appendix B).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "configuration.h"
#include "ethernet.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "packet.h"
#include "receive_frame.h"

namespace i8255x {

/// A large send: the payload's length has 16 bits.
inline constexpr std::size_t max_large_send_bytes = max_packet_header_bytes + 0xffff;

class TransmitFrame {
  public:
    enum class Gathered : uint8_t {
        Whole,
        NotReady, ///< a dynamic TBD has no buffer yet
        TooLong,
        Unreadable,
    };

    TransmitFrame(Host& host, const Configuration& configuration)
        : host_(host), configuration_(configuration) {}

    /// `block` stands at absolute address `address`; TBD arrays are relative to `cu_base`.
    Gathered gather(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);

    /// What was gathered last. A VLAN tag's worth of bytes in front of it may be written, too.
    std::span<uint8_t> bytes() { return std::span(buffer_).subspan(vlan_tag_bytes, length_); }

  private:
    enum class Step : uint8_t { Continue, End, NotReady, TooLong, Unreadable };
    struct TbdList; ///< which TBDs a block has, and where

    TbdList list_of(const ExtendedTransmitCb& block, uint32_t cu_base) const;
    Step gather_block(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);
    Step gather_list(const TbdList& list);
    Step gather_buffer(const TransmitBufferDescriptor& tbd, const TbdList& list);
    Step append(uint32_t address, std::size_t bytes);

    Host& host_;
    const Configuration& configuration_;
    std::array<uint8_t, vlan_tag_bytes + max_large_send_bytes> buffer_{};
    std::size_t length_ = 0;
    std::size_t limit_ = 0;
};

} // namespace i8255x
