// SPDX-License-Identifier: GPL-2.0-or-later
// The transmit command: gathers a frame from memory and gives it to the wire or back to our receiver
// (SDM 6.4.2.5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "phy_line.h"
#include "receive_unit.h"
#include "statistics.h"
#include "variants.h"

namespace i8255x {

/// Why a frame that was to be sent did not leave (second value of TraceEvent::TxDrop).
enum class NotSent : uint8_t {
    NotConfigured, ///< before the first Configure, or with CSMA disabled
    NoLink,
    TooLong,    ///< more than the transmit FIFO takes
    Empty,      ///< no data at all
    Unreadable, ///< the bus refused to read it
    BadFcs,     ///< NC: its own FCS is missing or wrong, so every receiver would discard it
};

class Transmitter {
  public:
    struct Units {
        Host& host;
        const Variant& variant;
        const Configuration& configuration;
        const AddressFilter& filter;
        Statistics& statistics;
        const PhyLine& phy;
        ReceiveUnit& receive_unit;
    };
    enum class Result : uint8_t {
        Done,     ///< completes with C and OK, whatever became of the frame (SDM 6.4.2.5.2)
        NotReady, ///< a dynamic TBD has no buffer yet: execute the block again later
    };

    /// `wire_mbps` as in ChipOptions.
    Transmitter(const Units& units, uint32_t wire_mbps);

    /// `block` stands at absolute address `address`; TBD arrays are relative to `cu_base`.
    Result execute(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);
    /// Bytes of the frame that execute() gathered last.
    std::size_t gathered() const { return length_; }
    /// How long the wire is busy with that frame; 0 if it is not.
    int64_t wire_ns() const { return wire_ns_; }

  private:
    enum class Gather : uint8_t { Continue, End, NotReady, TooLong, Unreadable };
    struct TbdList; ///< which TBDs a block has, and where

    Gather gather(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);
    Gather gather_list(const TbdList& list);
    Gather gather_buffer(const TransmitBufferDescriptor& tbd, bool dynamic);
    Gather append(uint32_t address, std::size_t bytes);

    void dispatch_with_fcs();
    void dispatch_completed();
    void dispatch(std::span<const uint8_t> frame, std::span<const uint8_t> fcs);
    void send(std::span<const uint8_t> frame);
    void drop(NotSent reason);
    void occupy_wire(std::size_t bytes);

    Host& host_;
    const Variant& variant_;
    const Configuration& configuration_;
    const AddressFilter& filter_;
    Statistics& statistics_;
    const PhyLine& phy_;
    ReceiveUnit& receive_unit_;
    std::array<uint8_t, max_transmit_bytes> frame_{};
    std::size_t length_ = 0;
    const uint32_t wire_mbps_;
    int64_t wire_ns_ = 0;
};

} // namespace i8255x
