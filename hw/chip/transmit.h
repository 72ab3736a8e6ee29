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

    explicit Transmitter(const Units& units);

    /// `block` stands at absolute address `address`; TBD arrays are relative to `cu_base`.
    Result execute(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);
    /// Bytes of the frame that execute() gathered last.
    std::size_t gathered() const { return length_; }

  private:
    enum class Gather : uint8_t { Continue, End, NotReady, Failed };

    Gather gather(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base);
    Gather gather_immediate(uint32_t address, std::size_t bytes);
    Gather gather_array(const TransmitCb& block, uint32_t cu_base, unsigned first);
    Gather gather_buffer(const TransmitBufferDescriptor& tbd, bool dynamic);
    Gather append(uint32_t address, std::size_t bytes);

    void finish(bool fcs_supplied);
    void pad();
    void insert_source();
    bool take_supplied_fcs();
    void dispatch(bool fcs_supplied);
    void send();

    Host& host_;
    const Variant& variant_;
    const Configuration& configuration_;
    const AddressFilter& filter_;
    Statistics& statistics_;
    const PhyLine& phy_;
    ReceiveUnit& receive_unit_;
    std::array<uint8_t, max_transmit_bytes> frame_{};
    std::size_t length_ = 0;
};

} // namespace i8255x
