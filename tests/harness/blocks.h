// SPDX-License-Identifier: GPL-2.0-or-later
// Builds the chip's shared-memory structures as drivers build them: command blocks, transmit blocks, rings of
// RFDs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "guest_memory.h"
#include "i8255x/command_block.h"
#include "i8255x/configuration.h"
#include "i8255x/microcode.h"
#include "i8255x/rfd.h"
#include "ipv4.h"

namespace harness {

/// Header and parameters of one command block. `flags` are bits of i8255x::cb_command.
Bytes command_block(i8255x::Opcode opcode, uint16_t flags, uint32_t link,
                    std::span<const uint8_t> parameters = {});

/// Parameters of Configure: the first `count` bytes of `bytes`; byte 0 says `count`.
Bytes configure_parameters(const i8255x::ConfigurationBytes& bytes, uint8_t count = 22);
/// Parameters of Multicast Setup.
Bytes multicast_parameters(const std::vector<MacAddress>& addresses);
/// Parameters of Load Microcode: our own image.
Bytes bundling_microcode(const i8255x::BundlingParameters& parameters);

/// A configuration for ordinary traffic: power-on defaults with MII mode and full-sized frames.
i8255x::ConfigurationBytes usual_configuration();

/// Simplified mode: the frame follows the block (standard TCB).
Bytes simplified_tcb(uint16_t flags, uint32_t link, std::span<const uint8_t> frame);
/// Flexible mode: `tbd_array` holds `tbd_count` descriptors; `immediate` bytes follow the block.
Bytes flexible_tcb(uint16_t flags, uint32_t link, uint32_t tbd_array, uint8_t tbd_count,
                   std::span<const uint8_t> immediate = {});
/// Extended mode: two inline TBDs behind the block, further ones (from the third on) at `tbd_array`.
Bytes extended_tcb(uint16_t flags, uint32_t link,
                   std::span<const i8255x::TransmitBufferDescriptor> inline_tbds, uint8_t tbd_count,
                   uint32_t tbd_array = i8255x::no_tbd_array);
i8255x::TransmitBufferDescriptor tbd(uint32_t address, size_t bytes, uint32_t flags = 0);

/// A ring or chain of simplified RFDs.
class RfdRing {
  public:
    struct Options {
        uint16_t data_size = 1522;
        bool end_of_list = true;     ///< EL in the last RFD; otherwise the ring has no end
        uint32_t address_offset = 0; ///< 2: RFDs at addresses that are 2 modulo 4, as Linux has them
    };
    RfdRing(GuestMemory& memory, unsigned count, const Options& options);
    RfdRing(GuestMemory& memory, unsigned count) : RfdRing(memory, count, Options()) {}

    unsigned count() const { return static_cast<unsigned>(addresses_.size()); }
    uint32_t address(unsigned index) const { return addresses_.at(index); }
    i8255x::ReceiveFrameDescriptor header(unsigned index) {
        return memory_.load<i8255x::ReceiveFrameDescriptor>(address(index));
    }
    uint16_t status(unsigned index) { return memory_.read16(address(index)); }
    bool complete(unsigned index) { return (status(index) & i8255x::rfd_status::complete) != 0; }
    /// Waits for C; false when the deadline passed.
    bool wait_complete(unsigned index, Deadline deadline = patience) {
        return wait_until([&] { return complete(index); }, deadline);
    }
    /// As many bytes of the data area as the actual count says.
    Bytes frame(unsigned index);
    /// The data area whatever the count says.
    Bytes data(unsigned index, size_t bytes) { return memory_.read(address(index) + header_size, bytes); }

    void set_command(unsigned index, uint16_t command) { memory_.write16(address(index) + 2, command); }
    void set_link(unsigned index, uint32_t link) { memory_.write32(address(index) + 4, link); }
    void set_size(unsigned index, uint16_t size) { memory_.write16(address(index) + 14, size); }
    /// Makes the RFD empty again: status and count zero.
    void recycle(unsigned index);

    static constexpr uint32_t header_size = sizeof(i8255x::ReceiveFrameDescriptor);

  private:
    GuestMemory& memory_;
    std::vector<uint32_t> addresses_;
};

} // namespace harness
