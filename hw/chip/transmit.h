// SPDX-License-Identifier: GPL-2.0-or-later
// The transmit commands: what becomes of a frame between memory and the wire, or our own receiver
// (SDM 6.4.2.5, appendix B).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "offload.h"
#include "phy_line.h"
#include "receive_unit.h"
#include "statistics.h"
#include "transmit_frame.h"
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
    NotTcp,     ///< a large send of something that cannot be cut
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
    enum class Progress : uint8_t {
        Done,       ///< the block is complete, whatever became of the frame (SDM 6.4.2.5.2)
        NotReady,   ///< a dynamic TBD has no buffer yet: execute the block again later
        Unfinished, ///< more segments of a large send are left: execute the block again soon
    };
    struct Outcome {
        Progress progress = Progress::Done;
        uint16_t status = cb_status::complete | cb_status::ok; ///< of a block that is done
        bool failed = false; ///< a transmission ended badly (SDM 6.4.2.3 byte 6, TNO)
        unsigned frames = 1; ///< work that was done
        std::size_t bytes = 0;
        int64_t wire_ns = 0; ///< how long the wire is busy with it
    };
    /// One execute() sends no more segments than this; on a wire with a speed, one.
    static constexpr uint32_t segments_per_call = 64;

    /// `wire_mbps` as in ChipOptions.
    Transmitter(const Units& units, uint32_t wire_mbps);

    /// This chip's opcodes of transmit commands.
    bool executes(Opcode opcode) const;
    /// `block` stands at absolute address `address`; TBD arrays are relative to `cu_base`. `segments_sent` of
    /// a large send are left out, and it is moved on; 0 for a block that begins, and after one that is done.
    Outcome execute(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base,
                    uint32_t& segments_sent);

  private:
    void execute_ipcb(const ExtendedTransmitCb& block, uint32_t address, uint32_t& segments_sent);
    void send_segments(const OffloadRequest& request, const PacketLayout& layout, uint32_t& segments_sent);
    bool send_whole(LargeSend& large);
    bool can_be_cut(const OffloadRequest& request, const PacketLayout& layout, uint32_t address);
    std::span<uint8_t> tagged(std::span<uint8_t> frame, const OffloadRequest& request) const;

    void dispatch(std::span<uint8_t> frame, uint16_t command);
    void dispatch_with_fcs(std::span<const uint8_t> frame);
    void dispatch_completed(std::span<uint8_t> frame);
    void put_on_the_line(std::span<const uint8_t> frame, std::span<const uint8_t> fcs);
    bool transmits() const;
    bool loops_back() const { return configuration_.loops_back() || phy_.loops_back(); }
    void insert_source(std::span<uint8_t> frame) const;
    void lose_carrier(std::size_t bytes);
    void send(std::span<const uint8_t> frame);
    void occupy_wire(std::size_t bytes);
    void drop(NotSent reason, std::size_t bytes);
    void fail(NotSent reason, std::size_t bytes);

    Host& host_;
    const Variant& variant_;
    const Configuration& configuration_;
    const AddressFilter& filter_;
    Statistics& statistics_;
    const PhyLine& phy_;
    ReceiveUnit& receive_unit_;
    TransmitFrame frame_;
    Outcome outcome_; ///< of the block in work
    const uint32_t wire_mbps_;
};

} // namespace i8255x
