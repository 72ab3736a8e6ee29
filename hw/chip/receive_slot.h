// SPDX-License-Identifier: GPL-2.0-or-later
// An RFD as the receive unit has read it (SDM 6.4.3.1.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "i8255x/rfd.h"
#include "receive_unit.h"

namespace i8255x {

struct ReceiveUnit::Slot {
    uint32_t address;
    uint32_t data; ///< address of what follows the descriptor: header area, data area
    uint16_t command;
    uint32_t link;
    uint32_t rbd;
    std::size_t header; ///< bytes of the header area; 0: not a header RFD
    std::size_t size;   ///< of the data area

    bool flexible() const { return (command & rfd_command::flexible) != 0; }
    std::size_t room() const { return header + size; }
    uint32_t count_address() const {
        return address + static_cast<uint32_t>(offsetof(ReceiveFrameDescriptor, actual_count));
    }
    uint32_t report_address() const {
        return address + static_cast<uint32_t>(offsetof(ExtendedReceiveFrameDescriptor, report));
    }
};

} // namespace i8255x
