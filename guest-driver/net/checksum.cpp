// SPDX-License-Identifier: GPL-2.0-or-later
// The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
#include "net/checksum.h"

namespace net {

namespace {

uint16_t fold(uint64_t sum) {
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(sum);
}

} // namespace

void Checksum::add(std::span<const std::byte> bytes) {
    const std::byte* at = bytes.data();
    const std::byte* const end = at + bytes.size();
    if (odd_ && at != end) {
        sum_ += std::to_integer<uint16_t>(*at++);
        odd_ = false;
    }
    for (; end - at >= 2; at += 2)
        sum_ +=
            static_cast<uint32_t>(std::to_integer<uint16_t>(at[0]) << 8 | std::to_integer<uint16_t>(at[1]));
    if (at != end) {
        sum_ += static_cast<uint32_t>(std::to_integer<uint16_t>(*at) << 8);
        odd_ = true;
    }
}

uint16_t Checksum::finish() const { return static_cast<uint16_t>(~fold(sum_)); }

Checksum pseudo_header_sum(Ipv4Address source, Ipv4Address destination, uint8_t protocol,
                           std::size_t length) {
    Checksum sum;
    for (const Ipv4Address address : {source, destination}) {
        sum.add16(static_cast<uint16_t>(address.value() >> 16));
        sum.add16(static_cast<uint16_t>(address.value()));
    }
    sum.add16(protocol);
    sum.add16(static_cast<uint16_t>(length));
    return sum;
}

uint16_t transport_checksum(Ipv4Address source, Ipv4Address destination, uint8_t protocol,
                            std::span<const std::byte> payload) {
    Checksum sum = pseudo_header_sum(source, destination, protocol, payload.size());
    sum.add(payload);
    return sum.finish();
}

uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word) {
    const uint64_t sum =
        uint64_t{static_cast<uint16_t>(~old_checksum)} + static_cast<uint16_t>(~old_word) + new_word;
    return static_cast<uint16_t>(~fold(sum));
}

} // namespace net
