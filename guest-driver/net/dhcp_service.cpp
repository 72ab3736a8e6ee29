// SPDX-License-Identifier: GPL-2.0-or-later
// Joins the DHCP client's states with a socket, the clock and the interface.
#include "net/dhcp_service.h"

#include <array>

#include "arch/clock.h"
#include "kernel/print.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"
#include "net/neighbour.h"
#include "net/random.h"
#include "net/route.h"
#include "net/socket.h"

namespace net {

namespace {

struct Service {
    kernel::NetDevice* device = nullptr;
    kernel::SpinLock lock; // the copy that others read
    std::optional<DhcpLease> lease;
};
Service service;

void publish(const std::optional<DhcpLease>& lease) {
    kernel::BhSpinGuard guard(service.lock);
    service.lease = lease;
}

void configure(const DhcpLease& lease) {
    set_interface_address(*service.device, lease.address);
    flush_routes(service.device, RouteOrigin::Dhcp);
    if (lease.gateway)
        set_default_gateway({service.device, *lease.gateway}, RouteOrigin::Dhcp);
}

void deconfigure() {
    flush_routes(service.device, RouteOrigin::Dhcp);
    set_interface_address(*service.device, {});
    kernel::BhGuard guard;
    neighbours().flush(service.device);
}

void act(DhcpOutcome outcome, const DhcpClient& client) {
    switch (outcome) {
    case DhcpOutcome::Nothing:
        return;
    case DhcpOutcome::Bound:
    case DhcpOutcome::Renewed:
        configure(*client.lease());
        break;
    case DhcpOutcome::Lost:
        deconfigure();
        kernel::printk("%s: DHCP lease lost\n", service.device->name);
        break;
    }
    publish(client.lease());
}

void transmit(UdpSocket& socket, const DhcpClient& client, const DhcpClient::Transmit& what) {
    const auto message = write_dhcp_request(what.request);
    const Ipv4Address to = what.broadcast ? Ipv4Address(0xffffffff) : client.lease()->server;
    socket.send_to({to, dhcp_server_port}, message); // if it fails the client repeats it
}

void run(void*) {
    UdpSocket socket;
    if (socket.bind({Ipv4Address(), dhcp_client_port}, service.device) != SocketError::None) {
        kernel::printk("%s: DHCP: port %u is taken\n", service.device->name, dhcp_client_port);
        return;
    }
    DhcpClient client(service.device->mac, random_u32);
    client.start(arch::now_ns());
    std::array<std::byte, 1500> buffer;
    for (;;) {
        act(client.expire(arch::now_ns()), client);
        while (const auto what = client.due(arch::now_ns()))
            transmit(socket, client, *what);
        const ReceivedBytes received = socket.receive_from(buffer, client.deadline_ns());
        if (received.error != SocketError::None || received.from.port != dhcp_server_port)
            continue;
        if (const auto reply = parse_dhcp_reply(std::span(buffer).first(received.copied)))
            act(client.receive(*reply, arch::now_ns()), client);
    }
}

} // namespace

bool dhcp_start(kernel::NetDevice& device) {
    service.device = &device;
    return kernel::thread_create("dhclient", kernel::any_cpu, run, nullptr) != nullptr;
}

std::optional<DhcpLease> dhcp_lease(const kernel::NetDevice* device) {
    kernel::BhSpinGuard guard(service.lock);
    return device == service.device ? service.lease : std::nullopt;
}

} // namespace net
