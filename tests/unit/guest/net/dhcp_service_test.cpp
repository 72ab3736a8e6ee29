// SPDX-License-Identifier: GPL-2.0-or-later
// The whole way: the service's thread, its socket, the layers below, frames on the wire and back.
#include "net/dhcp_service.h"

#include "arch/hosted/machine.h"
#include "dhcp_server.h"

namespace {

using namespace net_test;
using net::Ipv4Address;

class DhcpService : public NetTest {
  protected:
    DhcpService() {
        net::set_interface_address(device, {});
        net::set_default_gateway({});
    }
    /// The next DHCP message on the wire.
    std::optional<DhcpRequestView> request() {
        while (const auto frame = sent())
            if (const auto udp = harness::parse_udp(*frame); udp && udp->destination_port == 67) {
                EXPECT_EQ(udp->source_port, 68);
                last_destination = udp->ip.header.destination;
                last_source = udp->ip.header.source;
                return read_dhcp_request(udp->data);
            }
        return std::nullopt;
    }
    void reply(const DhcpRequestView& to, uint8_t type) {
        DhcpReplyFields fields;
        fields.type = type;
        fields.transaction = to.transaction;
        fields.lease = 60;
        receive(dhcp_frame(dhcp_reply(fields)));
        pass_ms(10);
    }
    uint32_t last_destination = 0, last_source = 0;
};

// One test, because the service is started once on a machine.
TEST_F(DhcpService, FromNothingToALeaseThatIsRenewedAndLost) {
    ASSERT_TRUE(net::dhcp_start(device));
    pass_ms(10);
    const auto discover = request();
    ASSERT_TRUE(discover);
    EXPECT_EQ(discover->type, 1);
    EXPECT_EQ(last_destination, 0xffffffffu);
    EXPECT_EQ(last_source, 0u);
    EXPECT_FALSE(net::dhcp_lease(&device));

    reply(*discover, 2);
    const auto asked = request();
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->type, 3);
    EXPECT_EQ(asked->requested, our_ip);
    EXPECT_EQ(net::interface_address(&device), net::InterfaceAddress{}) << "an offer is not a lease";

    reply(*asked, 5);
    EXPECT_EQ(net::interface_address(&device), (net::InterfaceAddress{Ipv4Address(our_ip), 24}));
    EXPECT_EQ(net::default_gateway().address, Ipv4Address(peer_ip));
    ASSERT_TRUE(net::dhcp_lease(&device));

    make_peer_known();
    pass_ms(30'000);
    const auto renewal = request();
    ASSERT_TRUE(renewal);
    EXPECT_EQ(renewal->type, 3);
    EXPECT_EQ(renewal->client_address, our_ip);
    EXPECT_EQ(last_destination, peer_ip);
    EXPECT_EQ(last_source, our_ip);

    hosted::take_console_output();
    pass_ms(30'500);
    EXPECT_FALSE(net::dhcp_lease(&device));
    EXPECT_EQ(net::interface_address(&device), net::InterfaceAddress{});
    EXPECT_FALSE(net::default_gateway().device);
    EXPECT_NE(hosted::take_console_output().find("lease lost"), std::string::npos);
}

} // namespace
