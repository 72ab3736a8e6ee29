// SPDX-License-Identifier: GPL-2.0-or-later
// DHCP messages. The reader trusts no length in them.
#include "net/dhcp_message.h"

#include <cstring>

namespace net {

namespace {

using Bytes = std::span<const std::byte>;

// ---- Writing ----

class OptionWriter {
  public:
    explicit OptionWriter(std::span<std::byte> into) : into_(into) {}
    void add(uint8_t kind, Bytes value) {
        put(kind);
        put(static_cast<uint8_t>(value.size()));
        for (std::byte byte : value)
            put(std::to_integer<uint8_t>(byte));
    }
    void add(uint8_t kind, Ipv4Address address) {
        const WireAddress wire = address;
        add(kind, std::as_bytes(std::span(&wire, 1)));
    }
    void end() { put(dhcp_option::end); }

  private:
    void put(uint8_t byte) { into_[at_++] = static_cast<std::byte>(byte); }
    std::span<std::byte> into_;
    std::size_t at_ = 0;
};

void write_options(OptionWriter& options, const DhcpRequest& request) {
    const auto type = static_cast<std::byte>(request.type);
    options.add(dhcp_option::message_type, {&type, 1});
    std::array<std::byte, 7> identifier = {std::byte{arp_hardware::ethernet}};
    std::memcpy(&identifier[1], request.mac.data(), request.mac.size());
    options.add(dhcp_option::client_identifier, identifier);
    if (request.requested)
        options.add(dhcp_option::requested_address, *request.requested);
    if (request.server)
        options.add(dhcp_option::server_identifier, *request.server);
    if (request.type == DhcpType::Discover || request.type == DhcpType::Request) {
        static constexpr uint8_t wanted[] = {dhcp_option::subnet_mask,  dhcp_option::router,
                                             dhcp_option::dns,          dhcp_option::lease_time,
                                             dhcp_option::renewal_time, dhcp_option::rebinding_time};
        options.add(dhcp_option::parameter_list, std::as_bytes(std::span<const uint8_t>(wanted)));
    }
    options.end();
}

// ---- Reading ----

/// One field of options: kind, length, value; calls `found(kind, value)`. Stops at what does not fit.
template <typename Found> void for_each_option(Bytes field, Found found) {
    while (!field.empty()) {
        const auto kind = std::to_integer<uint8_t>(field[0]);
        if (kind == dhcp_option::end)
            return;
        if (kind == dhcp_option::pad) {
            field = field.subspan(1);
            continue;
        }
        if (field.size() < 2 || field.size() - 2 < std::to_integer<std::size_t>(field[1]))
            return;
        const auto length = std::to_integer<std::size_t>(field[1]);
        found(kind, field.subspan(2, length));
        field = field.subspan(2 + length);
    }
}

uint32_t read_be32(Bytes value) { return *reinterpret_cast<const Be32*>(value.data()); }

void take_address(std::optional<Ipv4Address>& into, Bytes value, bool list) {
    if (value.size() == 4 || (list && value.size() > 4 && value.size() % 4 == 0))
        into = Ipv4Address(read_be32(value));
}

void take_seconds(std::optional<uint32_t>& into, Bytes value) {
    if (value.size() == 4)
        into = read_be32(value);
}

/// Everything the options say, before it is known whether a type is among them.
struct Options {
    std::optional<uint8_t> type, overload;
    DhcpReply reply{};

    void take(uint8_t kind, Bytes value) {
        switch (kind) {
        case dhcp_option::message_type:
            take_byte(type, value);
            break;
        case dhcp_option::overload:
            take_byte(overload, value);
            break;
        case dhcp_option::subnet_mask:
            take_address(reply.subnet_mask, value, /*list=*/false);
            break;
        case dhcp_option::server_identifier:
            take_address(reply.server, value, /*list=*/false);
            break;
        case dhcp_option::router:
            take_address(reply.router, value, /*list=*/true);
            break;
        case dhcp_option::dns:
            take_address(reply.dns, value, /*list=*/true);
            break;
        case dhcp_option::lease_time:
            take_seconds(reply.lease_seconds, value);
            break;
        case dhcp_option::renewal_time:
            take_seconds(reply.renewal_seconds, value);
            break;
        case dhcp_option::rebinding_time:
            take_seconds(reply.rebinding_seconds, value);
            break;
        default:
            break;
        }
    }
    void take_byte(std::optional<uint8_t>& into, Bytes value) {
        if (value.size() == 1)
            into = std::to_integer<uint8_t>(value[0]);
    }
    void read(Bytes field) {
        for_each_option(field, [this](uint8_t kind, Bytes value) { take(kind, value); });
    }
};

bool is_server_type(uint8_t type) {
    return type == static_cast<uint8_t>(DhcpType::Offer) || type == static_cast<uint8_t>(DhcpType::Ack) ||
           type == static_cast<uint8_t>(DhcpType::Nak);
}

} // namespace

std::array<std::byte, dhcp_request_bytes> write_dhcp_request(const DhcpRequest& request) {
    std::array<std::byte, dhcp_request_bytes> message{};
    DhcpHeader header{};
    header.op = 1;
    header.hardware_type = arp_hardware::ethernet;
    header.hardware_length = sizeof(MacAddress);
    header.transaction = request.transaction;
    header.seconds = request.seconds;
    // Without an address nothing sent to us alone would be taken in.
    header.flags = request.client_address.is_any() ? DhcpHeader::broadcast_flag : uint16_t{0};
    header.client_address = request.client_address;
    header.client_mac = request.mac;
    header.magic_cookie = DhcpHeader::magic;
    std::memcpy(message.data(), &header, sizeof header);
    const std::span<std::byte> whole = message;
    OptionWriter options(whole.subspan(sizeof header));
    write_options(options, request);
    return message;
}

std::optional<DhcpReply> parse_dhcp_reply(Bytes message) {
    if (message.size() < sizeof(DhcpHeader))
        return std::nullopt;
    const auto& header = *reinterpret_cast<const DhcpHeader*>(message.data());
    if (header.op != 2 || header.hardware_type != arp_hardware::ethernet ||
        header.hardware_length != sizeof(MacAddress) || header.magic_cookie != DhcpHeader::magic)
        return std::nullopt;
    Options options;
    options.read(message.subspan(sizeof(DhcpHeader)));
    const uint8_t overload =
        options.overload.value_or(0); // RFC 2131 4.1: bit 0 the file field, bit 1 the server name
    if (overload & 1)
        options.read(header.boot_file);
    if (overload & 2)
        options.read(header.server_name);
    if (!options.type || !is_server_type(*options.type))
        return std::nullopt;
    DhcpReply reply = options.reply;
    reply.type = static_cast<DhcpType>(*options.type);
    reply.transaction = header.transaction;
    reply.mac = header.client_mac;
    reply.address = header.your_address;
    return reply;
}

} // namespace net
