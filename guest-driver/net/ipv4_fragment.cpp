// SPDX-License-Identifier: GPL-2.0-or-later
// Fragmentation (RFC 791 3.2).
#include "net/ipv4.h"

#include <algorithm>
#include <cstring>

#include "net/checksum.h"
#include "net/snmp.h"

namespace net {

using kernel::PacketBuffer;

namespace {

/// Options that are for the first fragment only become no-operations, which keeps the header's length.
void blank_uncopied(std::span<std::byte> options) {
    while (!options.empty()) {
        const auto kind = std::to_integer<uint8_t>(options[0]);
        if (kind == ipv4_option::end)
            return;
        const auto length = kind == ipv4_option::no_operation ? 1 : std::to_integer<std::size_t>(options[1]);
        if (!(kind & ipv4_option::copied))
            std::fill_n(options.begin(), length, std::byte{ipv4_option::no_operation});
        options = options.subspan(length);
    }
}

/// Bytes `begin` … `begin + length - 1` of the payload of `whole` as a datagram of its own.
PacketBuffer* cut(const PacketBuffer& whole, std::size_t begin, std::size_t length, bool last) {
    PacketBuffer* packet = kernel::alloc_packet();
    if (!packet)
        return nullptr;
    const Ipv4Header& original = ip_header(whole);
    const std::size_t header_length = original.header_length();
    std::memcpy(packet->put(header_length), whole.data, header_length);
    std::memcpy(packet->put(length), whole.data + header_length + begin, length);
    packet->network_header = packet->data;
    packet->type = whole.type;
    packet->id = whole.id;
    packet->time_ns = whole.time_ns;
    if (begin > 0)
        blank_uncopied(packet->bytes().subspan(sizeof(Ipv4Header), header_length - sizeof(Ipv4Header)));
    Ipv4Header& header = ip_header(*packet);
    header.total_length = static_cast<uint16_t>(packet->length());
    // The whole may be a fragment itself.
    header.flags_offset = static_cast<uint16_t>(
        original.flags_offset + begin / 8 +
        (last || (original.flags_offset & Ipv4Header::more_fragments) ? 0 : Ipv4Header::more_fragments));
    header.checksum = 0;
    header.checksum = checksum(packet->bytes().first(header_length));
    return packet;
}

} // namespace

void ip_fragment(PacketBuffer* packet, std::size_t mtu, const Route& route,
                 void (*output)(PacketBuffer*, const Route&)) {
    const std::size_t header_length = ip_header(*packet).header_length();
    const std::size_t payload = packet->length() - header_length;
    const std::size_t step = mtu > header_length ? (mtu - header_length) & ~std::size_t{7} : 0;
    const auto fail = [&](kernel::DropReason reason) {
        count(Ip::FragFails);
        kernel::drop_packet(packet, reason);
    };
    if (step == 0 || packet->checksum_partial) // the MTU has changed since TCP looked at it
        return fail(kernel::DropReason::PktTooBig);
    for (std::size_t begin = 0; begin < payload; begin += step) {
        const std::size_t length = std::min(step, payload - begin);
        PacketBuffer* fragment = cut(*packet, begin, length, begin + length == payload);
        if (!fragment)
            return fail(kernel::DropReason::Nomem);
        output(fragment, route);
        count(Ip::FragCreates);
    }
    count(Ip::FragOKs);
    kernel::consume_packet(packet);
}

} // namespace net
