// SPDX-License-Identifier: GPL-2.0-or-later
// The guest against whatever a wire may bring: each refusal is counted under its reason, nothing hurts.
#include <gtest/gtest.h>

#include <random>

#include "network.h"

namespace guest_test {
namespace {

class OnTheWire : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
};

TEST_F(OnTheWire, EchoOfAnySize) {
    WiredGuest wired;
    for (const size_t bytes : {0u, 1u, 17u, 18u, 19u, 56u, 1000u, 1471u, 1472u})
        EXPECT_TRUE(wired.echo(bytes)) << bytes;
}

TEST_F(OnTheWire, TheGuestPingsUs) {
    WiredGuest wired;
    wired.guest().type("ping -c 2 -i 0.1 10.0.0.1");
    for (uint16_t sequence = 1; sequence <= 2; sequence++) {
        const auto frame = wired.await([&](const Frame& each) {
            const auto echo = harness::parse_icmp_echo(each);
            return echo && echo->type == 8 && echo->sequence == sequence;
        });
        ASSERT_TRUE(frame);
        const auto echo = harness::parse_icmp_echo(*frame);
        const auto ip = WiredGuest::header(harness::ip_protocol::icmp);
        wired.send(WiredGuest::ethernet(
            harness::ipv4(ip, harness::icmp_echo(0, echo->identifier, echo->sequence, echo->data))));
    }
    wired.console().expect("2 packets transmitted, 2 received, 0% packet loss");
}

TEST_F(OnTheWire, WhoDoesNotAnswerArpIsUnreachable) {
    WiredGuest wired;
    wired.guest().type("ping -c 1 10.0.0.77");
    wired.console().expect("^From 10\\.0\\.0\\.2 icmp_seq=1 Destination Host Unreachable$");
    wired.console().expect("1 packets transmitted, 0 received, \\+1 errors, 100% packet loss");
}

// ---- What is wrong, and under which reason it is found ----

struct Wrong {
    const char* reason;
    Frame frame;
};

Frame changed(Frame frame, size_t offset, uint8_t value) {
    frame[offset] = value;
    return frame;
}

/// A datagram whose header says what `change` makes of it, with a right checksum.
Frame datagram(const std::function<void(harness::Ipv4&)>& change, const Bytes& payload = Bytes(26),
               const harness::MacAddress& destination = WiredGuest::guest_mac) {
    auto header = WiredGuest::header(harness::ip_protocol::udp);
    change(header);
    return WiredGuest::ethernet(harness::ipv4(header, payload), destination);
}

Frame fragment(uint16_t identification, size_t offset, size_t length, bool more) {
    return datagram(
        [&](harness::Ipv4& h) {
            h.identification = identification;
            h.fragment_offset = static_cast<uint16_t>(offset);
            h.more_fragments = more;
        },
        Bytes(length));
}

std::vector<Wrong> everything_wrong() {
    constexpr size_t at_ip = 14, at_payload = 34;
    const Frame good = WiredGuest::udp(7, "a datagram in order");
    const Frame echo = datagram([](harness::Ipv4& h) { h.protocol = harness::ip_protocol::icmp; },
                                harness::icmp_echo(8, 1, 1, Bytes(20)));
    harness::Arp arp;
    arp.sender_mac = WiredGuest::our_mac;
    arp.sender_ip = WiredGuest::our_ip;
    arp.target_ip = WiredGuest::guest_ip;
    return {
        {"IP_INHDR", changed(good, at_ip, 0x65)},
        {"IP_INHDR", changed(good, at_ip, 0x44)},
        {"IP_CSUM", changed(good, at_ip + 8, 63)},
        {"MARTIAN_SRC", datagram([](harness::Ipv4& h) { h.source = ip(127, 0, 0, 1); })},
        {"MARTIAN_SRC", datagram([](harness::Ipv4& h) { h.source = WiredGuest::guest_ip; })},
        {"MARTIAN_DST", datagram([](harness::Ipv4& h) { h.destination = ip(127, 0, 0, 1); })},
        {"IP_INADDRERRORS", datagram([](harness::Ipv4& h) { h.destination = ip(10, 0, 0, 3); })},
        {"UNICAST_IN_L2_MULTICAST", datagram([](harness::Ipv4&) {}, Bytes(26), harness::broadcast_mac)},
        {"FRAG_OVERLAP", fragment(1, 0, 64, true)},
        {"FRAG_OVERLAP", fragment(1, 56, 64, true)},
        {"IP_INHDR", fragment(2, 0, 0, true)},
        {"IP_NOPROTO", datagram([](harness::Ipv4& h) { h.protocol = 132; })},
        {"ICMP_CSUM", changed(echo, at_payload + 10, 0xff)},
        {"UDP_CSUM", changed(good, at_payload + 8, 'A')},
        {"NO_SOCKET", WiredGuest::udp(9, "nobody is there")},
        {"INVALID_PROTO", changed(harness::arp(arp), 15, 99)},
        {"UNHANDLED_PROTO", changed(changed(good, 12, 0x88), 13, 0xb5)},
    };
}

TEST_F(OnTheWire, EachWrongFrameIsCountedUnderItsReason) {
    WiredGuest wired;
    std::map<std::string, uint64_t> expected, before;
    const auto frames = everything_wrong();
    for (const Wrong& wrong : frames)
        expected[wrong.reason]++;
    for (const auto& [reason, count] : expected)
        before[reason] = drops(wired.guest(), reason);
    for (const Wrong& wrong : frames)
        wired.send(wrong.frame);
    ASSERT_TRUE(wired.echo()) << "the guest no longer answers";
    for (const auto& [reason, count] : expected)
        EXPECT_EQ(drops(wired.guest(), reason) - before[reason], count) << reason;
    EXPECT_EQ(snmp(wired.guest(), "Ip", "ReasmReqds"), 3u);
    EXPECT_EQ(snmp(wired.guest(), "Ip", "ReasmFails"), 2u);
}

TEST_F(OnTheWire, DatagramsCutShort) {
    WiredGuest wired;
    const Frame whole = WiredGuest::udp(7, std::string(200, 'x'));
    const uint64_t before = drops(wired.guest(), "PKT_TOO_SMALL");
    unsigned sent = 0;
    for (size_t length = 60; length < whole.size(); length += 13, sent++)
        wired.send(Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    ASSERT_TRUE(wired.echo());
    EXPECT_EQ(drops(wired.guest(), "PKT_TOO_SMALL") - before, sent);
}

/// Output that the host does not take fills the UART, not the receive ring.
TEST_F(OnTheWire, AConsoleThatNobodyReadsStopsNothing) {
    WiredGuest wired;
    for (int i = 0; i < 20; i++)
        wired.console().send_line("drops -a");
    for (int i = 0; i < 20; i++)
        ASSERT_TRUE(wired.echo()) << i;
}

TEST_F(OnTheWire, NoiseDoesNoHarmAndLosesNoMemory) {
    WiredGuest wired;
    ASSERT_TRUE(wired.echo());
    const uint64_t before = packets_in_use(wired.guest());
    std::mt19937 random(8255);
    for (int i = 0; i < 600; i++) {
        Frame frame(60 + random() % 200);
        for (uint8_t& byte : frame)
            byte = static_cast<uint8_t>(random());
        const auto& to = random() % 4 ? WiredGuest::guest_mac : harness::broadcast_mac;
        std::copy(to.begin(), to.end(), frame.begin());
        frame[12] = 8; // IPv4 or ARP, and the beginning often as it should be
        frame[13] = random() % 3 ? 0 : 6;
        if (random() % 2)
            frame[14] = 0x45;
        wired.send(frame);
        if (i % 50 == 49) {
            ASSERT_TRUE(wired.echo()) << i;
        }
    }
    ASSERT_TRUE(wired.echo());
    EXPECT_EQ(packets_in_use(wired.guest()), before);
}

TEST_F(OnTheWire, AFullReceiveQueueDropsAndCountsExactly) {
    WiredGuest wired;
    wired.guest().type("listen -n 5001");
    wired.console().expect("Listening on UDP port 5001, reading nothing");
    constexpr unsigned sent = 200, fit = 93; // floor(212992 / 2304) + 1
    for (unsigned i = 0; i < sent; i++) {
        wired.send(WiredGuest::udp(5001, "0123456789"));
        if (i % 50 == 49) { // not faster than the ring takes them
            ASSERT_TRUE(wired.echo());
        }
    }
    wired.console().send("\x03");
    const auto line =
        wired.console().expect("([0-9]+) datagrams read, ([0-9]+) bytes; ([0-9]+) bytes were queued, "
                               "([0-9]+) datagrams dropped");
    EXPECT_EQ(line.groups[0], std::to_string(fit));
    EXPECT_EQ(line.groups[1], std::to_string(fit * 10));
    EXPECT_EQ(line.groups[2], std::to_string(fit * 2304));
    EXPECT_EQ(line.groups[3], std::to_string(sent - fit));
    EXPECT_EQ(snmp(wired.guest(), "Udp", "RcvbufErrors"), sent - fit);
    EXPECT_EQ(snmp(wired.guest(), "Udp", "InDatagrams"), fit);
    EXPECT_EQ(drops(wired.guest(), "SOCKET_RCVBUFF"), sent - fit);
}

/// Asks the echo service and expects every answer, in order.
class Questions {
  public:
    explicit Questions(WiredGuest& wired) : wired_(wired) {}
    void ask(unsigned count) {
        for (; count > 0; count--)
            wired_.send(WiredGuest::udp(7, "question " + std::to_string(asked_++)));
    }
    void expect_answers(unsigned open) {
        for (; answered_ + open < asked_; answered_++)
            ASSERT_TRUE(wired_.await([&](const Frame& frame) { return is_answer(frame); }))
                << "answer " << answered_ << " is missing or out of order";
    }

  private:
    bool is_answer(const Frame& frame) const {
        const auto udp = harness::parse_udp(frame);
        return udp && udp->source_port == 7 && udp->destination_port == 5000 &&
               std::string(udp->data.begin(), udp->data.end()) == "question " + std::to_string(answered_);
    }
    WiredGuest& wired_;
    unsigned asked_ = 0, answered_ = 0;
};

TEST_F(OnTheWire, ManyAnswersToManyQuestions) {
    WiredGuest wired(2);
    Questions questions(wired);
    for (unsigned batch = 0; batch < 30; batch++) {
        questions.ask(10);
        ASSERT_NO_FATAL_FAILURE(questions.expect_answers(20));
    }
    ASSERT_NO_FATAL_FAILURE(questions.expect_answers(0));
}

/// The interrupt goes from CPU to CPU while frames are on their way: none is lost, none overtakes another.
TEST_F(OnTheWire, TheInterruptMovesUnderTraffic) {
    constexpr unsigned cpus = 4;
    WiredGuest wired(cpus);
    wired.guest().type("cat /proc/interrupts");
    const std::string line = wired.console().expect("^ *([0-9]+):.*eth0$").groups[0];
    Questions questions(wired);
    for (unsigned move = 1; move <= 24; move++) {
        questions.ask(10);
        wired.guest().type("echo " + std::to_string(1u << move % cpus) + " > /proc/irq/" + line +
                           "/smp_affinity");
        questions.ask(10);
        ASSERT_NO_FATAL_FAILURE(questions.expect_answers(0));
    }
    wired.guest().type("cat /proc/softirqs");
    const auto counts = wired.console().expect("^ +NET_RX: +([0-9]+) +([0-9]+) +([0-9]+) +([0-9]+)$").groups;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        EXPECT_GT(std::stoi(counts[cpu]), 0) << "CPU " << cpu;
    wired.guest().type("napi");
    wired.console().expect("contract violations 0$");
}

} // namespace
} // namespace guest_test
