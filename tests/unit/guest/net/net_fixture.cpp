// SPDX-License-Identifier: GPL-2.0-or-later
#include "net_fixture.h"

#include <cstring>
#include <deque>
#include <map>

#include "arch/hosted/machine.h"
#include "kernel/context.h"
#include "kernel/init.h"
#include "kernel/thread.h"
#include "net/neighbour.h"
#include "net/network.h"
#include "net/reassembly.h"

namespace net_test {

namespace {

std::deque<kernel::NetDevice> devices;
std::map<const kernel::NetDevice*, std::deque<Frame>> wires;

int open(kernel::NetDevice&) { return 0; }
void stop(kernel::NetDevice&) {}

kernel::TransmitResult start_xmit(kernel::NetDevice& device, kernel::PacketBuffer* packet) {
    const auto* data = reinterpret_cast<const uint8_t*>(packet->data);
    wires[&device].emplace_back(data, data + packet->length());
    kernel::consume_packet(packet);
    return kernel::TransmitResult::Sent;
}

kernel::NetDeviceOperations make_operations() {
    kernel::NetDeviceOperations operations{};
    operations.open = open;
    operations.stop = stop;
    operations.start_xmit = start_xmit;
    return operations;
}
const kernel::NetDeviceOperations operations = make_operations();

template <typename Name> std::vector<uint64_t> values(const net::Counters<Name>& counters) {
    std::vector<uint64_t> result;
    for (std::size_t i = 0; i < counters.count; i++)
        result.push_back(counters.get(static_cast<Name>(i)));
    return result;
}

std::vector<uint64_t> drop_values() {
    std::vector<uint64_t> result;
    for (unsigned i = 0; i < static_cast<unsigned>(kernel::DropReason::Count); i++)
        result.push_back(kernel::drop_count(static_cast<kernel::DropReason>(i)));
    return result;
}

} // namespace

Watch::Watch()
    : ip_(values(net::ip_counters)), ipext_(values(net::ipext_counters)),
      tcpext_(values(net::tcpext_counters)), icmp_(values(net::icmp_counters)),
      udp_(values(net::udp_counters)), drops_(drop_values()) {}

uint64_t Watch::operator()(net::Ip name) const {
    return net::ip_counters.get(name) - ip_[static_cast<std::size_t>(name)];
}
uint64_t Watch::operator()(net::IpExt name) const {
    return net::ipext_counters.get(name) - ipext_[static_cast<std::size_t>(name)];
}
uint64_t Watch::operator()(net::TcpExt name) const {
    return net::tcpext_counters.get(name) - tcpext_[static_cast<std::size_t>(name)];
}
uint64_t Watch::operator()(net::Icmp name) const {
    return net::icmp_counters.get(name) - icmp_[static_cast<std::size_t>(name)];
}
uint64_t Watch::operator()(net::Udp name) const {
    return net::udp_counters.get(name) - udp_[static_cast<std::size_t>(name)];
}
uint64_t Watch::operator()(kernel::DropReason reason) const {
    return kernel::drop_count(reason) - drops_[static_cast<std::size_t>(reason)];
}
uint64_t Watch::all_drops() const {
    uint64_t sum = 0;
    const auto now = drop_values();
    for (std::size_t i = 1; i < now.size(); i++)
        sum += now[i] - drops_[i];
    return sum;
}

NetTest::NetTest() : device(devices.emplace_back()), live_before_(kernel::packet_pool_stats().live()) {
    plug(device, "eth0", our_mac);
    net::set_interface_address(device, {net::Ipv4Address(our_ip), 24});
    net::set_default_gateway({&device, net::Ipv4Address(peer_ip)});
}

NetTest::~NetTest() {
    {
        kernel::BhGuard guard;
        net::neighbours().flush(nullptr);
        net::reassembly().flush();
    }
    unplug(device);
    net::interfaces_reset();
    EXPECT_EQ(kernel::packet_pool_stats().live(), live_before_) << "a packet was lost or freed twice";
}

void NetTest::plug(kernel::NetDevice& another, const char* name, const kernel::MacAddress& mac) {
    another.name = name;
    another.mac = mac;
    another.operations = &operations;
    another.carrier = true;
    kernel::register_netdev(another);
    kernel::dev_open(another);
    wires[&another].clear();
}

void NetTest::unplug(kernel::NetDevice& another) {
    {
        kernel::BhGuard guard;
        net::neighbours().flush(&another);
    }
    kernel::dev_close(another);
    kernel::unregister_netdev(another);
}

void NetTest::receive(const Frame& frame) { receive_on(device, frame); }

void NetTest::receive_on(kernel::NetDevice& interface, const Frame& frame) {
    kernel::BhGuard guard;
    kernel::PacketBuffer* packet = kernel::alloc_packet();
    ASSERT_LE(frame.size(), packet->tailroom());
    std::memcpy(packet->put(frame.size()), frame.data(), frame.size());
    kernel::eth_type_trans(*packet, interface);
    kernel::netif_receive_skb(packet);
}

std::optional<Frame> NetTest::sent() { return sent_by(device); }

std::optional<Frame> NetTest::sent_by(const kernel::NetDevice& interface) {
    std::deque<Frame>& wire = wires[&interface];
    if (wire.empty())
        return std::nullopt;
    Frame frame = wire.front();
    wire.pop_front();
    return frame;
}

std::size_t NetTest::sent_count() const { return wires[&device].size(); }

void NetTest::make_peer_known() {
    harness::Arp request;
    request.sender_mac = peer_mac;
    request.sender_ip = peer_ip;
    request.target_ip = our_ip;
    receive(harness::arp(request));
    ASSERT_TRUE(sent()) << "the peer's ARP request was not answered";
}

void NetTest::pass_ms(uint64_t ms) { kernel::sleep_ns(ms * 1'000'000); }

harness::Ipv4 NetTest::header(uint8_t protocol) {
    harness::Ipv4 header;
    header.source = peer_ip;
    header.destination = our_ip;
    header.protocol = protocol;
    return header;
}

Frame NetTest::from_peer(const harness::Ipv4& header, const Bytes& payload) {
    return harness::ethernet(our_mac, peer_mac, harness::ether_type::ipv4, harness::ipv4(header, payload));
}

Frame NetTest::udp_frame(uint16_t port, const std::string& text, uint16_t source_port) {
    const auto ip = header(harness::ip_protocol::udp);
    return from_peer(ip, harness::udp(ip, source_port, port, bytes_of(text)));
}

Frame NetTest::echo_frame(const std::string& text, uint16_t identifier, uint16_t sequence) {
    return from_peer(header(harness::ip_protocol::icmp),
                     harness::icmp_echo(8, identifier, sequence, bytes_of(text)));
}

void fix_ip_checksum(Frame& frame) {
    const std::size_t length = (frame[at_ip] & 0xf) * 4;
    frame[at_ip + 10] = frame[at_ip + 11] = 0;
    const uint16_t sum = harness::internet_checksum(std::span(frame).subspan(at_ip, length));
    frame[at_ip + 10] = static_cast<uint8_t>(sum >> 8);
    frame[at_ip + 11] = static_cast<uint8_t>(sum);
}

Bytes icmp_message(uint8_t type, uint8_t code, const Bytes& rest) {
    Bytes message(4 + rest.size());
    message[0] = type;
    message[1] = code;
    std::copy(rest.begin(), rest.end(), message.begin() + 4);
    const uint16_t sum = harness::internet_checksum(message);
    message[2] = static_cast<uint8_t>(sum >> 8);
    message[3] = static_cast<uint8_t>(sum);
    return message;
}

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string text_of(std::span<const uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); }

} // namespace net_test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    kernel::kernel_init("test");
    net::init();
    return RUN_ALL_TESTS();
}
