// SPDX-License-Identifier: GPL-2.0-or-later
// The command blocks that are not transmissions (SDM 6.4.2.1 to 6.4.2.8).
#pragma once

#include <cstddef>
#include <cstdint>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "receive_bundling.h"
#include "scb.h"
#include "statistics.h"
#include "variants.h"
#include "wake_filters.h"

namespace i8255x {

class ActionCommands {
  public:
    struct Units {
        Host& host;
        const Variant& variant;
        const Scb& scb;
        Configuration& configuration;
        AddressFilter& filter;
        const Statistics& statistics;
        WakeFilters& wake_filters;
        ReceiveBundling& bundling;
    };

    explicit ActionCommands(const Units& units);

    /// Executes `opcode` for the block at absolute address `address`; returns the status word.
    uint16_t execute(Opcode opcode, uint32_t address, uint32_t cu_base);
    /// Length of the list that execute() worked through last; 0 if there was none.
    std::size_t list_bytes() const { return list_bytes_; }

  private:
    bool set_individual_address(uint32_t parameters);
    bool configure(uint32_t parameters);
    bool set_multicast(uint32_t parameters);
    bool dump(uint32_t parameters, uint32_t cu_base);
    bool load_filters(uint32_t parameters);
    bool load_microcode(uint32_t parameters);
    bool unreadable(uint32_t address);
    void report_unsupported();

    Host& host_;
    const Variant& variant_;
    const Scb& scb_;
    Configuration& configuration_;
    AddressFilter& filter_;
    const Statistics& statistics_;
    WakeFilters& wake_filters_;
    ReceiveBundling& bundling_;
    std::size_t list_bytes_ = 0;
};

} // namespace i8255x
