// SPDX-License-Identifier: GPL-2.0-or-later
// ip neigh.
#include <array>
#include <optional>

#include "kernel/context.h"
#include "kernel/timer.h"
#include "net/neighbour.h"
#include "shell/ip_objects.h"

namespace shell {

std::optional<kernel::MacAddress> parse_mac(std::string_view text) {
    constexpr std::size_t text_length = 17; // "52:54:00:12:34:56"
    kernel::MacAddress mac{};
    if (text.size() != text_length)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9'                     ? c - '0'
                          : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                   : -1;
        if (i % 3 == 2 ? c != ':' : digit < 0)
            return std::nullopt;
        if (i % 3 != 2)
            mac[i / 3] = static_cast<uint8_t>(mac[i / 3] << 4 | digit);
    }
    return mac;
}

void show_neighbours(const IpRequest& request, const Output& output) {
    std::array<net::Neighbour, net::neighbour_limits::entries> entries;
    const std::size_t count = net::neighbours().list(entries);
    for (const net::Neighbour& entry : std::span(entries).first(count)) {
        if (!request.wants(entry.device))
            continue;
        output.print("%s dev %s ", net::to_text(entry.address).text, entry.device->name);
        if (entry.has_mac())
            output.print("lladdr %02x:%02x:%02x:%02x:%02x:%02x ", entry.mac[0], entry.mac[1], entry.mac[2],
                         entry.mac[3], entry.mac[4], entry.mac[5]);
        output.print("%s \n", net::neighbour_state_name(entry.state));
    }
}

void flush_neighbours(Arguments& arguments, const Output& output) {
    const kernel::NetDevice* device = arguments.take_if("dev") ? find_device(arguments.take()) : nullptr;
    if (!device && !arguments.take_if("all"))
        return output.write("Flush requires arguments.\n");
    kernel::BhGuard guard;
    net::neighbours().flush(device, /*permanent_too=*/false);
}

void change_neighbour(Arguments& arguments, const Output& output, std::string_view what) {
    const auto address = net::parse_ipv4_address(arguments.take());
    std::optional<net::MacAddress> mac;
    kernel::NetDevice* device = nullptr;
    bool understood = address.has_value();
    while (understood && !arguments.empty()) {
        const std::string_view key = arguments.take(), value = arguments.take();
        if (key == "lladdr")
            understood = (mac = parse_mac(value)).has_value();
        else if (key == "dev")
            understood = (device = find_device(value)) != nullptr;
        else
            understood = key == "nud" && value == "permanent";
    }
    if (!understood || !device || (what != "del" && !mac))
        return output.write("Usage: ip neigh add|replace|del ADDRESS [lladdr MAC] dev DEVICE\n");
    kernel::BhGuard guard;
    if (what == "del") {
        if (!net::neighbours().remove(*device, *address))
            output.write("RTNETLINK answers: No such file or directory\n");
    } else if (!net::neighbours().set(*device, *address, *mac, net::NeighbourState::Permanent,
                                      kernel::jiffies())) {
        output.write("RTNETLINK answers: No buffer space available\n");
    }
}

} // namespace shell
