// SPDX-License-Identifier: GPL-2.0-or-later
// TCP large send in the whole machine: the guest on an 82550, a client behind QEMU's user network, and a wire
// on which each frame is looked at.
#include <gtest/gtest.h>

#include "harness/lossy_client.h"
#include "network.h"
#include "tcp_client.h"

namespace guest_test {
namespace {

using namespace std::chrono_literals;

const Arguments with_82550 = {"-global", "e100.chip=82550"};

class LargeSend : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
};

/// Reads `bytes` from the character generator: lines of 72 of the 95 printable characters.
void expect_characters(uint16_t port, size_t bytes) {
    TcpClient client(port);
    size_t at = 0;
    while (at < bytes) {
        const auto piece = client.receive();
        ASSERT_TRUE(piece && !piece->empty()) << "it ended after " << at;
        for (const char c : *piece) {
            const size_t line = at / 74, column = at % 74;
            const char expected = column == 72   ? '\r'
                                  : column == 73 ? '\n'
                                                 : static_cast<char>(' ' + (line + column) % 95);
            ASSERT_EQ(c, expected) << at;
            at++;
        }
    }
}

/// When all is quiet: the driver counts what it has taken back.
bool chip_and_driver_agree(GuestMachine& guest) {
    const auto counter = [&](const std::string& name) {
        return std::stoull(guest.console().expect("^eth0\\." + name + "=([0-9]+)$").groups[0]);
    };
    for (unsigned attempt = 0; attempt < 20; attempt++) {
        guest.type("counters");
        const uint64_t chip = counter("tx_good_frames"), driver = counter("tx_packets");
        if (chip == driver)
            return true;
    }
    return false;
}

/// Waits until it is done, unlike a command that is only typed.
void switch_off(GuestMachine& guest, const std::string& option, const std::string& feature) {
    guest.type("ethtool -K eth0 " + option + " off");
    guest.type("ethtool -k eth0");
    guest.console().expect("^" + feature + ": off$");
}

TEST_F(LargeSend, TheStreamIsWholeEitherWay) {
    const uint16_t port = free_tcp_port();
    Machine machine;
    machine.more = with_82550;
    GuestMachine guest(with_card(machine, "user,hostfwd=tcp:127.0.0.1:" + std::to_string(port) + "-:19"));
    guest.console().expect("^TCP echo service on port 7, characters on port 19,", 60s);
    guest.type("ethtool -k eth0");
    guest.console().expect("^\ttx-tcp-segmentation: on$");
    expect_characters(port, 20'000'000);
    const uint64_t requests = snmp(guest, "Ip", "OutRequests");
    EXPECT_LT(requests, snmp(guest, "Tcp", "OutSegs") / 2) << "no large packets";
    EXPECT_LT(snmp(guest, "Tcp", "InSegs"), snmp(guest, "Tcp", "OutSegs") / 4)
        << "user networking acknowledges each segment, so it got many";
    switch_off(guest, "tso", "\ttx-tcp-segmentation");
    expect_characters(port, 2'000'000);
    switch_off(guest, "tx", "\ttx-checksum-ipv4");
    expect_characters(port, 2'000'000);
    EXPECT_TRUE(chip_and_driver_agree(guest));
    EXPECT_GE(snmp(guest, "Ip", "OutRequests") - requests, 4'000'000u / 1460);
}

/// The wire's end checks the sums of each frame.
TEST_F(LargeSend, EveryFrameOnTheWireIsRight) {
    WiredGuest wired(default_cpus(), with_82550);
    std::string data(300'000, ' ');
    for (size_t i = 0; i < data.size(); i++)
        data[i] = static_cast<char>(i * 7 + i / 251);
    const auto ip = WiredGuest::header(harness::ip_protocol::tcp);
    harness::LossyClient client(ip, 40000, 7, data,
                                {.loss_percent = 3, .repeat_percent = 3, .reorders = true});
    const harness::Deadline deadline = 240s;
    size_t frames = 0;
    while (!client.done() && !client.was_reset() && !deadline.expired()) {
        for (const Bytes& segment : client.turn())
            wired.send(WiredGuest::ethernet(harness::ipv4(ip, segment)));
        while (const auto answer = wired.await([](const Frame&) { return true; }, 10ms)) {
            ASSERT_LE(answer->size(), 1514u);
            ASSERT_TRUE(harness::parse_tcp(*answer)) << "frame " << frames << " is not right";
            frames++;
            client.take(*answer);
        }
    }
    EXPECT_TRUE(client.heard() == data);
    wired.send(WiredGuest::ethernet(harness::ipv4(ip, client.reset())));
    EXPECT_TRUE(wired.echo());
    EXPECT_LT(snmp(wired.guest(), "Ip", "OutRequests"), snmp(wired.guest(), "Tcp", "OutSegs"));
}

} // namespace
} // namespace guest_test
