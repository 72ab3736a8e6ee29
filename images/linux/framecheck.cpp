// SPDX-License-Identifier: GPL-2.0-or-later
// framecheck: the guest's end of an exchange of numbered, patterned Ethernet frames with a test on the other
// end of the cable. Says what was lost, duplicated, altered or out of order; exits with 0 only if nothing
// was.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/deadline.h"
#include "linux/exchange.h"

namespace {

using namespace std::chrono_literals;
using linux_test::Exchange;
using linux_test::ExchangePlan;
using linux_test::MacAddress;

constexpr const char* usage = R"(Usage: framecheck INTERFACE --peer MAC [OPTION]...
  --send N         frames to send (0)
  --expect N       frames that the other end sends (0)
  --window N       at most N frames under way, 0 = send without waiting (64)
  --seed N         of the frames sent (1)
  --peer-seed N    of the frames expected (2)
  --group MAC      multicast group to join meanwhile
  --patience S     seconds without any frame before giving up (5)
Prints "framecheck: ready" when it listens and its findings on one line at the end.
)";

struct Options {
    std::string interface;
    ExchangePlan plan;
    std::optional<MacAddress> group;
    std::chrono::milliseconds patience = 5s;
};

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "framecheck: %s: %s\n", what, std::strerror(errno));
    std::exit(2);
}

[[noreturn]] void die_with_usage() {
    std::fputs(usage, stderr);
    std::exit(2);
}

MacAddress parse_mac(const char* text) {
    MacAddress mac;
    if (std::sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                    &mac[5]) != 6)
        die_with_usage();
    return mac;
}

Options parse(int argc, char** argv) {
    if (argc < 2 || argc % 2 != 0)
        die_with_usage();
    Options options;
    options.interface = argv[1];
    for (int i = 2; i < argc; i += 2) {
        std::string name = argv[i];
        auto number = static_cast<uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
        if (name == "--peer")
            options.plan.peer = parse_mac(argv[i + 1]);
        else if (name == "--send")
            options.plan.send = number;
        else if (name == "--expect")
            options.plan.expect = number;
        else if (name == "--window")
            options.plan.window = number;
        else if (name == "--seed")
            options.plan.seed = number;
        else if (name == "--peer-seed")
            options.plan.peer_seed = number;
        else if (name == "--group")
            options.group = parse_mac(argv[i + 1]);
        else if (name == "--patience")
            options.patience = std::chrono::seconds(number);
        else
            die_with_usage();
    }
    return options;
}

/// A raw socket that sees only frames of `type`, with room for whatever the test sends without waiting.
int open_socket(const std::string& interface, uint16_t type) {
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(type);
    address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    if (fd < 0 || address.sll_ifindex == 0)
        die(interface.c_str());
    int bytes = 48 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 ||
        bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        die("raw socket");
    return fd;
}

void join(int fd, const std::string& interface, const MacAddress& group) {
    packet_mreq request{};
    request.mr_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    request.mr_type = PACKET_MR_MULTICAST;
    request.mr_alen = group.size();
    std::memcpy(request.mr_address, group.data(), group.size());
    if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0)
        die("joining the group");
}

MacAddress own_address(int fd, const std::string& interface) {
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFHWADDR, &request) != 0)
        die("hardware address");
    MacAddress mac;
    std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
    return mac;
}

/// Takes all that waits at `fd`; returns whether anything did.
bool drain(int fd, Exchange& exchange) {
    uint8_t buffer[2048];
    bool any = false;
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) >= 0; any = true)
        exchange.arrived({buffer, static_cast<size_t>(n)});
    if (errno != EAGAIN && errno != EINTR)
        die("receiving");
    return any;
}

void send_whole(int fd, const harness::Frame& frame) {
    pollfd writable{fd, POLLOUT, 0};
    while (send(fd, frame.data(), frame.size(), 0) < 0) {
        if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
            die("sending");
        poll(&writable, 1, 10);
    }
}

void run(Exchange& exchange, int data, int acknowledgements, std::chrono::milliseconds patience) {
    pollfd readable[] = {{data, POLLIN, 0}, {acknowledgements, POLLIN, 0}};
    harness::Deadline deadline(patience);
    while (!exchange.complete() && !deadline.expired()) {
        bool came = drain(data, exchange);
        came |= drain(acknowledgements, exchange);
        if (came)
            deadline = patience;
        if (auto frame = exchange.next())
            send_whole(data, *frame);
        else if (!came && poll(readable, 2, Exchange::idle_time.count()) == 0)
            exchange.idle();
    }
}

} // namespace

int main(int argc, char** argv) {
    Options options = parse(argc, argv);
    int data = open_socket(options.interface, linux_test::data_type);
    int acknowledgements = open_socket(options.interface, linux_test::acknowledgement_type);
    options.plan.own = own_address(data, options.interface);
    if (options.group)
        join(data, options.interface, *options.group);
    Exchange exchange(options.plan);
    std::puts("framecheck: ready");
    std::fflush(stdout);
    run(exchange, data, acknowledgements, options.patience);
    std::printf("framecheck: %s\n", exchange.describe().c_str());
    return exchange.perfect() ? 0 : 1;
}
