// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_server.h"

namespace net_test {

namespace {

constexpr std::size_t fixed_bytes = 240;

uint32_t be32(std::span<const uint8_t> at) {
    return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
           static_cast<uint32_t>(at[2]) << 8 | at[3];
}
void put32(Bytes& into, std::size_t offset, uint32_t value) {
    for (int i = 0; i < 4; i++)
        into[offset + static_cast<std::size_t>(i)] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

Bytes fixed_part(uint32_t transaction, uint32_t address, const harness::MacAddress& mac) {
    Bytes message(fixed_bytes);
    message[0] = 2; // reply
    message[1] = 1; // Ethernet
    message[2] = 6;
    put32(message, 4, transaction);
    put32(message, 16, address);
    std::copy(mac.begin(), mac.end(), message.begin() + 28);
    put32(message, 236, 0x63825363);
    return message;
}

void add32(Bytes& message, uint8_t kind, const std::optional<uint32_t>& value) {
    if (!value)
        return;
    message.push_back(kind);
    message.push_back(4);
    message.resize(message.size() + 4);
    put32(message, message.size() - 4, *value);
}

} // namespace

std::optional<DhcpRequestView> read_dhcp_request(std::span<const uint8_t> message) {
    if (message.size() < fixed_bytes || message[0] != 1 || message[1] != 1 || message[2] != 6 ||
        be32(message.subspan(236)) != 0x63825363)
        return std::nullopt;
    DhcpRequestView view;
    view.transaction = be32(message.subspan(4));
    view.seconds = static_cast<uint16_t>(message[8] << 8 | message[9]);
    view.broadcast = message[10] & 0x80;
    view.client_address = be32(message.subspan(12));
    std::copy_n(message.begin() + 28, 6, view.mac.begin());
    for (std::size_t at = fixed_bytes; at < message.size() && message[at] != 255;) {
        if (message[at] == 0) {
            at++;
            continue;
        }
        if (at + 2 > message.size() || at + 2 + message[at + 1] > message.size())
            return std::nullopt;
        const auto value = message.subspan(at + 2, message[at + 1]);
        if (message[at] == 53)
            view.type = value[0];
        if (message[at] == 50)
            view.requested = be32(value);
        if (message[at] == 54)
            view.server = be32(value);
        at += 2 + value.size();
    }
    return view;
}

Bytes dhcp_reply(const DhcpReplyFields& fields) {
    Bytes message = fixed_part(fields.transaction, fields.address, fields.mac);
    for (const uint8_t byte : {uint8_t{53}, uint8_t{1}, fields.type})
        message.push_back(byte);
    add32(message, 54, fields.server);
    add32(message, 1, fields.mask);
    add32(message, 3, fields.router);
    add32(message, 6, fields.dns);
    add32(message, 51, fields.lease);
    add32(message, 58, fields.renewal);
    add32(message, 59, fields.rebinding);
    message.push_back(255);
    return message;
}

Bytes dhcp_message_with(const Bytes& options) {
    Bytes message = fixed_part(1, our_ip, our_mac);
    message.insert(message.end(), options.begin(), options.end());
    return message;
}

Frame dhcp_frame(const Bytes& message) {
    harness::Ipv4 ip;
    ip.source = peer_ip;
    ip.destination = 0xffffffff;
    return harness::ethernet(harness::broadcast_mac, peer_mac, harness::ether_type::ipv4,
                             harness::ipv4(ip, harness::udp(ip, 67, 68, message)));
}

} // namespace net_test
