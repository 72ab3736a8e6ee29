// SPDX-License-Identifier: GPL-2.0-or-later
#include "network.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>

#include "harness/failure.h"

namespace guest_test {

using harness::operator+;

namespace {

harness::Fd udp_socket() {
    harness::Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd)
        harness::fail_with_errno("socket");
    return fd;
}

std::vector<std::string> words(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> result;
    for (std::string word; stream >> word;)
        result.push_back(word);
    return result;
}

Machine wired(const WireEnd& end, unsigned cpus, const Arguments& more) {
    Machine machine;
    machine.cpus = cpus;
    machine.command_line = "ip=10.0.0.2/24";
    machine.more = harness::plugin_arguments() + end.arguments("52:54:00:12:34:56") + more;
    return machine;
}

} // namespace

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string missing_network() {
    const std::string reason = missing(Medium::Kernel);
    return reason.empty() ? harness::missing_prerequisite() : reason;
}

Machine with_card(Machine machine, const std::string& netdev, Link link) {
    const std::string properties = "netdev=net";
    machine.more =
        machine.more + harness::plugin_arguments() + Arguments{"-netdev", netdev + ",id=net"} +
        harness::device_arguments(link == Link::Negotiated ? properties : harness::with_link(properties));
    return machine;
}

uint16_t free_udp_port() {
    const harness::Fd fd = udp_socket();
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        harness::fail_with_errno("a UDP port");
    return ntohs(address.sin_port);
}

std::optional<std::string> ask_by_udp(uint16_t port, const std::string& question) {
    const harness::Fd fd = udp_socket();
    const sockaddr_in address = loopback(port);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        send(fd.get(), question.data(), question.size(), 0) != static_cast<ssize_t>(question.size()))
        harness::fail_with_errno("sending a datagram");
    pollfd readable = {fd.get(), POLLIN, 0};
    if (poll(&readable, 1, 10'000) != 1)
        return std::nullopt;
    std::string answer(65536, '\0');
    const ssize_t length = recv(fd.get(), answer.data(), answer.size(), 0);
    if (length < 0)
        return std::nullopt;
    answer.resize(static_cast<size_t>(length));
    return answer;
}

uint64_t drops(GuestMachine& guest, const std::string& reason) {
    guest.type("drops -a");
    return std::stoull(guest.console().expect("^ *([0-9]+)  " + reason + "$").groups[0]);
}

uint64_t snmp(GuestMachine& guest, const std::string& protocol, const std::string& counter) {
    guest.type("cat /proc/net/snmp");
    const auto names = words(guest.console().expect("^" + protocol + ": [A-Z].*$").text);
    const auto values = words(guest.console().expect("^" + protocol + ": [0-9].*$").text);
    for (size_t i = 0; i < names.size() && i < values.size(); i++)
        if (names[i] == counter)
            return std::stoull(values[i]);
    throw harness::Failure("no counter " + counter + " of " + protocol);
}

uint64_t packets_in_use(GuestMachine& guest) {
    guest.type("free");
    return std::stoull(guest.console().expect("^Packets: ([0-9]+) in use").groups[0]);
}

// ---- WireEnd ----

Arguments WireEnd::arguments(const std::string& card_mac) const {
    return wire_.arguments() +
           harness::device_arguments(harness::with_link("netdev=" + wire_.id() + ",mac=" + card_mac));
}

bool WireEnd::meet(uint32_t guest_ip) {
    harness::Arp request;
    request.sender_mac = mac_;
    request.sender_ip = ip_;
    request.target_ip = guest_ip;
    send(harness::arp(request));
    const auto is_reply = [&](const Frame& frame) {
        const auto arp = harness::parse_arp(frame);
        return arp && arp->operation == 2 && arp->sender_ip == guest_ip && arp->target_mac == mac_;
    };
    return await(is_reply).has_value();
}

bool WireEnd::answer_arp(const Frame& frame) {
    const auto arp = harness::parse_arp(frame);
    if (!arp || arp->operation != 1 || arp->target_ip != ip_)
        return false;
    harness::Arp reply;
    reply.operation = 2;
    reply.sender_mac = mac_;
    reply.sender_ip = ip_;
    reply.target_mac = arp->sender_mac;
    reply.target_ip = arp->sender_ip;
    send(harness::arp(reply));
    return true;
}

std::optional<Frame> WireEnd::await(const std::function<bool(const Frame&)>& wanted,
                                    harness::Deadline deadline) {
    while (auto frame = wire_.receive(deadline))
        if (!answer_arp(*frame) && wanted(*frame))
            return frame;
    return std::nullopt;
}

// ---- WiredGuest ----

WiredGuest::WiredGuest(unsigned cpus, const Arguments& more) : guest_(wired(end_, cpus, more)) {
    console().expect_text("Type help", std::chrono::seconds(60));
    if (!end_.meet(guest_ip))
        throw harness::Failure("the guest does not answer ARP; the console says:\n" + console().transcript());
}

bool WiredGuest::echo(size_t bytes) {
    const uint16_t sequence = ++echoes_;
    Bytes data(bytes);
    for (size_t i = 0; i < bytes; i++)
        data[i] = static_cast<uint8_t>(i * 7 + sequence);
    const auto request = header(harness::ip_protocol::icmp);
    send(ethernet(harness::ipv4(request, harness::icmp_echo(8, 0x4242, sequence, data))));
    return await([&](const Frame& frame) {
               const auto reply = harness::parse_icmp_echo(frame);
               return reply && reply->type == 0 && reply->identifier == 0x4242 &&
                      reply->sequence == sequence &&
                      std::equal(reply->data.begin(), reply->data.end(), data.begin(), data.end());
           })
        .has_value();
}

harness::Ipv4 WiredGuest::header(uint8_t protocol) {
    harness::Ipv4 header;
    header.source = our_ip;
    header.destination = guest_ip;
    header.protocol = protocol;
    return header;
}

Frame WiredGuest::ethernet(const Bytes& datagram, const harness::MacAddress& destination) {
    return harness::ethernet(destination, our_mac, harness::ether_type::ipv4, datagram);
}

Frame WiredGuest::udp(uint16_t port, const std::string& text, uint16_t source_port) {
    const auto ip = header(harness::ip_protocol::udp);
    return ethernet(harness::ipv4(ip, harness::udp(ip, source_port, port, Bytes(text.begin(), text.end()))));
}

} // namespace guest_test
