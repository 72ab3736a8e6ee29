// SPDX-License-Identifier: GPL-2.0-or-later
#include "tcp_peer.h"

#include "net/tcp_chargen.h"
#include "net/tcp_echo.h"

namespace net_test {

namespace {

constexpr unsigned step_ms = 4; // a tick

void start_tcp() {
    static const char* failure = [] {
        for (const auto start : {net::tcp_start, net::tcp_echo_start, net::tcp_chargen_start})
            if (const char* problem = start())
                return problem;
        return static_cast<const char*>(nullptr);
    }();
    ASSERT_EQ(failure, nullptr);
}

} // namespace

TcpTest::TcpTest() {
    start_tcp();
    make_peer_known();
    before_ = net::tcp_counters();
}

TcpTest::~TcpTest() {
    // The packets of a connection come back when it ends; none may be left to the next test.
    for (const net::TcpSocketInfo& each : connections())
        EXPECT_EQ(each.state, net::TcpState::TimeWait) << "a connection was left open";
}

harness::Tcp TcpTest::header_of(const Conversation& with, uint8_t flags) const {
    harness::Tcp header;
    header.source_port = with.own_port;
    header.destination_port = with.port;
    header.sequence = with.sequence;
    header.acknowledgment = flags & flag::ack ? with.expected : 0;
    header.flags = flags;
    header.window = with.window;
    return header;
}

void TcpTest::send(const Conversation& with, uint8_t flags, const std::string& data) {
    send(header_of(with, flags), data);
}

void TcpTest::send(const harness::Tcp& segment, const std::string& data) {
    const auto ip = header(harness::ip_protocol::tcp);
    send_raw(harness::tcp(ip, segment, bytes_of(data)));
}

void TcpTest::send_raw(const Bytes& segment) {
    receive(from_peer(header(harness::ip_protocol::tcp), segment));
    pass_ms(step_ms);
}

std::optional<Segment> TcpTest::next(uint16_t own_port, unsigned patience_ms) {
    for (unsigned waited = 0; waited <= patience_ms; waited += step_ms) {
        while (const auto frame = sent()) {
            answer_arp(*frame);
            const auto view = harness::parse_tcp(*frame);
            if (view && view->header.destination_port == own_port)
                return Segment{view->header, text_of(view->data)};
        }
        pass_ms(step_ms);
    }
    return std::nullopt;
}

/// Else the guest would not know us any more after a while.
void TcpTest::answer_arp(const Frame& frame) {
    const auto request = harness::parse_arp(frame);
    if (!request || request->operation != 1 || request->target_ip != peer_ip)
        return;
    harness::Arp reply;
    reply.operation = 2;
    reply.sender_mac = peer_mac;
    reply.sender_ip = peer_ip;
    reply.target_mac = our_mac;
    reply.target_ip = our_ip;
    receive(harness::arp(reply));
}

bool TcpTest::converse(harness::LossyClient& client, const harness::Ipv4& ip) {
    for (unsigned turn = 0; turn < 200'000; turn++) {
        if (client.done() || client.was_reset())
            return true;
        for (const Bytes& segment : client.turn())
            receive(from_peer(ip, segment));
        pass_ms(4);
        while (const auto frame = sent()) {
            answer_arp(*frame);
            client.take(*frame);
        }
    }
    return false;
}

void TcpTest::forget() {
    while (const auto frame = sent())
        answer_arp(*frame);
}

Conversation TcpTest::connect(uint16_t port, uint16_t own_port, uint16_t window, uint16_t segment_size) {
    Conversation with;
    with.window = window;
    with.port = port;
    with.own_port = own_port;
    harness::Tcp syn = header_of(with, flag::syn);
    if (segment_size != 0)
        syn.options = {2, 4, static_cast<uint8_t>(segment_size >> 8), static_cast<uint8_t>(segment_size)};
    send(syn);
    const auto answer = next(with);
    EXPECT_TRUE(answer && answer->has(flag::syn | flag::ack));
    if (!answer)
        return with;
    EXPECT_EQ(answer->header.acknowledgment, with.sequence + 1);
    with.sequence++;
    with.expected = answer->header.sequence + 1;
    send(with, flag::ack);
    return with;
}

void TcpTest::say(Conversation& with, const std::string& data) {
    send(with, flag::ack | flag::psh, data);
    with.sequence += static_cast<uint32_t>(data.size());
}

std::string TcpTest::hear(Conversation& with, std::size_t bytes) {
    std::string heard;
    while (heard.size() < bytes) {
        const auto segment = next(with);
        if (!segment) {
            ADD_FAILURE() << "only " << heard.size() << " bytes came";
            break;
        }
        if (segment->header.sequence != with.expected || segment->data.empty())
            continue; // an acknowledgment, or one that came twice
        heard += segment->data;
        with.expected += static_cast<uint32_t>(segment->data.size());
        send(with, flag::ack);
    }
    return heard;
}

void TcpTest::drop(Conversation& with) { send(with, flag::rst | flag::ack); }

int64_t TcpTest::counter(net::Tcp name) const {
    const auto index = static_cast<std::size_t>(name);
    return net::tcp_counters()[index] - before_[index];
}

std::vector<net::TcpSocketInfo> TcpTest::connections() const {
    std::vector<net::TcpSocketInfo> all(net::max_tcp_sockets);
    all.resize(net::tcp_sockets(all));
    std::erase_if(all, [](const net::TcpSocketInfo& each) { return each.state == net::TcpState::Listen; });
    return all;
}

} // namespace net_test
