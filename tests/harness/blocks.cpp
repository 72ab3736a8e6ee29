// SPDX-License-Identifier: GPL-2.0-or-later
// Builders of command blocks, transmit blocks and RFD rings.
#include "blocks.h"

#include <algorithm>
#include <iterator>

#include "firmware/bundling_image.h"

namespace harness {

using namespace i8255x;

namespace {

template <typename T> void append(Bytes& bytes, const T& value) {
    auto raw = reinterpret_cast<const uint8_t*>(&value);
    std::copy(raw, raw + sizeof value, std::back_inserter(bytes));
}

Bytes transmit_block(uint16_t flags, uint32_t link, uint32_t tbd_array, size_t immediate,
                     uint8_t tbd_number) {
    TransmitCb block{};
    block.header.command = static_cast<uint16_t>(static_cast<unsigned>(Opcode::Transmit) | flags);
    block.header.link = link;
    block.tbd_array = tbd_array;
    block.byte_count = static_cast<uint16_t>(immediate);
    block.threshold = 0xe0;
    block.tbd_number = tbd_number;
    Bytes bytes;
    append(bytes, block);
    return bytes;
}

} // namespace

Bytes command_block(Opcode opcode, uint16_t flags, uint32_t link, std::span<const uint8_t> parameters) {
    CommandBlock header{};
    header.command = static_cast<uint16_t>(static_cast<unsigned>(opcode) | flags);
    header.link = link;
    Bytes bytes;
    append(bytes, header);
    std::ranges::copy(parameters, std::back_inserter(bytes));
    return bytes;
}

Bytes configure_parameters(const ConfigurationBytes& bytes, uint8_t count) {
    Bytes parameters(bytes.begin(), bytes.begin() + std::min<size_t>(count, bytes.size()));
    parameters[0] = count;
    return parameters;
}

Bytes multicast_parameters(const std::vector<MacAddress>& addresses) {
    Bytes parameters;
    append(parameters, Le16(static_cast<uint16_t>(6 * addresses.size())));
    for (const auto& address : addresses)
        std::ranges::copy(address, std::back_inserter(parameters));
    return parameters;
}

Bytes bundling_microcode(const BundlingParameters& parameters) {
    Bytes image;
    for (const uint32_t word : firmware::bundling_image(parameters))
        append(image, Le32(word));
    return image;
}

ConfigurationBytes usual_configuration() {
    ConfigurationBytes bytes = configuration_defaults;
    config::mii_mode.set(bytes, true);
    bytes[15] = 0x48; // no CRS/CDT on a MII
    config::full_duplex_pin.set(bytes, true);
    return bytes;
}

Bytes simplified_tcb(uint16_t flags, uint32_t link, std::span<const uint8_t> frame) {
    Bytes bytes = transmit_block(flags, link, no_tbd_array, frame.size() | tcb_eof, 0);
    std::ranges::copy(frame, std::back_inserter(bytes));
    return bytes;
}

Bytes flexible_tcb(uint16_t flags, uint32_t link, uint32_t tbd_array, uint8_t tbd_count,
                   std::span<const uint8_t> immediate) {
    Bytes bytes = transmit_block(flags | cb_command::flexible, link, tbd_array, immediate.size(), tbd_count);
    std::ranges::copy(immediate, std::back_inserter(bytes));
    return bytes;
}

Bytes extended_tcb(uint16_t flags, uint32_t link, std::span<const TransmitBufferDescriptor> inline_tbds,
                   uint8_t tbd_count, uint32_t tbd_array) {
    Bytes bytes = transmit_block(flags | cb_command::flexible, link, tbd_array, 0, tbd_count);
    for (size_t i = 0; i < 2; i++)
        append(bytes, i < inline_tbds.size() ? inline_tbds[i] : TransmitBufferDescriptor{});
    return bytes;
}

TransmitBufferDescriptor tbd(uint32_t address, size_t bytes, uint32_t flags) {
    TransmitBufferDescriptor descriptor;
    descriptor.address = address;
    descriptor.size = static_cast<uint32_t>(bytes) | flags;
    return descriptor;
}

RfdRing::RfdRing(GuestMemory& memory, unsigned count, const Options& options) : memory_(memory) {
    for (unsigned i = 0; i < count; i++)
        addresses_.push_back(memory.allocate(header_size + options.data_size, 16, options.address_offset));
    for (unsigned i = 0; i < count; i++) {
        ReceiveFrameDescriptor descriptor{};
        bool last = i + 1 == count;
        descriptor.command = last && options.end_of_list ? rfd_command::end_of_list : uint16_t(0);
        descriptor.link = addresses_[(i + 1) % count];
        descriptor.rbd = no_rbd;
        descriptor.size = options.data_size;
        memory.store(addresses_[i], descriptor);
    }
}

Bytes RfdRing::frame(unsigned index) {
    uint16_t bytes = header(index).actual_count & rfd_count::mask;
    return data(index, bytes);
}

void RfdRing::recycle(unsigned index) {
    memory_.write16(address(index), 0);
    memory_.write16(address(index) + 12, 0);
}

} // namespace harness
