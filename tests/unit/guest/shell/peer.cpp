// SPDX-License-Identifier: GPL-2.0-or-later
#include "peer.h"

#include "dhcp_server.h"
#include "kernel/thread.h"

namespace shell_test {

using namespace net_test;

PeerTest::PeerTest() { kernel::thread_create("peer", 0, answer, this); }

PeerTest::~PeerTest() {
    stop_ = true;
    while (!stopped_)
        pass_ms(5);
}

void PeerTest::answer(void* argument) {
    auto& self = *static_cast<PeerTest*>(argument);
    while (!self.stop_) {
        while (const auto frame = self.sent())
            self.serve(*frame);
        kernel::sleep_ns(4'000'000);
    }
    self.stopped_ = true;
}

void PeerTest::serve(const Frame& frame) {
    if (const auto arp = harness::parse_arp(frame); arp && arp->operation == 1 && arp->target_ip == peer_ip) {
        harness::Arp reply;
        reply.operation = 2;
        reply.sender_mac = peer_mac;
        reply.sender_ip = peer_ip;
        reply.target_mac = arp->sender_mac;
        reply.target_ip = arp->sender_ip;
        receive(harness::arp(reply));
    }
    if (const auto udp = harness::parse_udp(frame); udp && udp->destination_port == 67 && answers_dhcp)
        serve_dhcp(*udp);
    const auto echo = harness::parse_icmp_echo(frame);
    if (!echo || echo->type != 8 || echo->ip.header.destination != peer_ip)
        return;
    echoes++;
    if (!answers_echo || echoes_not_answered.count(echo->sequence))
        return;
    for (unsigned i = 0; i < echo_copies; i++)
        receive(from_peer(header(1), harness::icmp_echo(0, echo->identifier, echo->sequence, echo->data)));
}

void PeerTest::serve_dhcp(const harness::UdpView& udp) {
    const auto request = read_dhcp_request(udp.data);
    ASSERT_TRUE(request);
    DhcpReplyFields fields;
    fields.type = request->type == 1 ? 2 : 5;
    fields.transaction = request->transaction;
    receive(dhcp_frame(dhcp_reply(fields)));
}

} // namespace shell_test
