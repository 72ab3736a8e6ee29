// SPDX-License-Identifier: GPL-2.0-or-later
// Segments that no honest peer sends, and peers that want to keep others out.
#include <random>

#include "kernel/packet_buffer.h"
#include "net/tcp_input.h"
#include "tcp_peer.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Tcp;

class HostileTcp : public TcpTest {
  protected:
    Bytes segment(const harness::Tcp& tcp, const std::string& data = "") {
        return harness::tcp(header(harness::ip_protocol::tcp), tcp, bytes_of(data));
    }
    void expect_refused(const Bytes& bytes, DropReason reason) {
        watch = Watch();
        const int64_t errors = counter(Tcp::InErrs);
        send_raw(bytes);
        EXPECT_EQ(watch(reason), 1u);
        EXPECT_EQ(counter(Tcp::InErrs), errors + 1);
        EXPECT_EQ(sent_count(), 0u) << "it was answered";
    }
    Conversation syn;
};

/// The segment's checksum made right again after a test changed it.
void fix_checksum(Bytes& bytes) {
    harness::Ipv4 ip;
    ip.source = peer_ip;
    ip.destination = our_ip;
    bytes[16] = bytes[17] = 0;
    const uint16_t sum = harness::internet_checksum(
        bytes, harness::pseudo_header_sum(ip, harness::ip_protocol::tcp, bytes.size()));
    bytes[16] = static_cast<uint8_t>(sum >> 8);
    bytes[17] = static_cast<uint8_t>(sum);
}

TEST_F(HostileTcp, WrongChecksum) {
    Bytes bytes = segment(header_of(syn, flag::syn));
    bytes[17] ^= 1;
    expect_refused(bytes, DropReason::TcpCsum);
    EXPECT_EQ(counter(Tcp::InCsumErrors), 1);
}

TEST_F(HostileTcp, ShorterThanAHeader) {
    Bytes bytes = segment(header_of(syn, flag::syn));
    bytes.resize(19);
    expect_refused(bytes, DropReason::PktTooSmall);
}

TEST_F(HostileTcp, HeaderLengthsThatCannotBe) {
    for (const uint8_t words : {0, 4, 6, 15}) {
        Bytes bytes = segment(header_of(syn, flag::syn));
        bytes[12] = static_cast<uint8_t>(words << 4);
        fix_checksum(bytes);
        expect_refused(bytes, DropReason::PktTooSmall);
    }
}

TEST_F(HostileTcp, ToABroadcastAddress) {
    auto ip = header(harness::ip_protocol::tcp);
    ip.destination = subnet_broadcast;
    receive(harness::ethernet(harness::broadcast_mac, peer_mac, harness::ether_type::ipv4,
                              harness::ipv4(ip, harness::tcp(ip, header_of(syn, flag::syn), {}))));
    pass_ms(8);
    EXPECT_EQ(sent_count(), 0u);
    EXPECT_EQ(watch(DropReason::InvalidProto), 1u);
}

TEST_F(HostileTcp, OptionsThatEndTooLate) {
    for (const Bytes& options : {Bytes{2, 4, 5, 180, 2, 40, 0, 0}, Bytes{2, 0, 0, 0}, Bytes{3, 1, 1, 1},
                                 Bytes{1, 1, 1, 2}, Bytes{2, 4, 0, 0}}) {
        auto tcp = header_of(syn, flag::syn);
        tcp.options = options;
        send(tcp);
        forget();
        tcp.flags = flag::rst;
        tcp.sequence++;
        tcp.options = {};
        send(tcp);
    }
    Conversation with = connect(echo_port, 41000);
    drop(with);
}

TEST_F(HostileTcp, HalfOpenOnesDoNotKeepOthersOut) {
    for (uint16_t i = 0; i < 300; i++) {
        Conversation one;
        one.own_port = static_cast<uint16_t>(20000 + i);
        send(one, flag::syn);
    }
    EXPECT_LE(connections().size(), 48u);
    forget();
    Conversation with = connect();
    say(with, "me");
    EXPECT_EQ(hear(with, 2), "me");
    drop(with);
    pass_ms(60'000); // lwIP gives the rest up
    EXPECT_TRUE(connections().empty());
    EXPECT_EQ(counter(Tcp::PassiveOpens), 301);
    EXPECT_EQ(counter(Tcp::AttemptFails), 300);
}

TEST_F(HostileTcp, OneByteSegmentsOutOfOrderHoldLittleMemory) {
    Conversation with = connect();
    const uint64_t before = kernel::packet_pool_stats().live();
    for (unsigned i = 1; i < 2000; i++) {
        harness::Tcp tcp = header_of(with, flag::ack);
        tcp.sequence += 2 * i;
        send(tcp, "x");
        if (i % 100 == 0)
            forget();
    }
    EXPECT_LT(kernel::packet_pool_stats().live() - before, 200u);
    forget();
    drop(with);
}

TEST_F(HostileTcp, ManyConnectionsThatOnlyWait) {
    std::vector<Conversation> all;
    for (uint16_t i = 0; i < 40; i++) {
        all.push_back(connect(echo_port, static_cast<uint16_t>(30000 + i)));
        forget();
    }
    EXPECT_EQ(counter(Tcp::CurrEstab), 32) << "more than the service takes";
    for (Conversation& each : all)
        drop(each);
    EXPECT_TRUE(connections().empty());
}

TEST_F(HostileTcp, TheBacklogIsBounded) {
    {
        kernel::BhGuard guard; // the thread does not run meanwhile
        for (unsigned i = 0; i < net::TcpBacklog::limit + 10; i++)
            receive(from_peer(header(harness::ip_protocol::tcp), segment(header_of(syn, flag::rst))));
    }
    EXPECT_EQ(watch(DropReason::SocketBacklog), 10u);
    EXPECT_EQ(watch(net::TcpExt::TCPBacklogDrop), 10u);
    pass_ms(8);
}

TEST_F(HostileTcp, NumbersHalfTheNumberSpaceAway) {
    Conversation with = connect();
    forget();
    watch = Watch();
    harness::Tcp tcp = header_of(with, flag::ack);
    tcp.sequence += 0x8000'0000;
    send(tcp, "x");
    const auto answer = next(with);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.acknowledgment, with.sequence);
    tcp = header_of(with, flag::ack);
    tcp.acknowledgment += 0x8000'0000;
    send(tcp);
    tcp.flags |= flag::rst;
    send(tcp);
    EXPECT_EQ(watch(DropReason::TcpInvalidSequence), 3u);
    say(with, "fine");
    EXPECT_EQ(hear(with, 4), "fine");
    drop(with);
}

TEST_F(HostileTcp, DataOutOfOrderBeyondTheWindow) {
    Conversation with = connect();
    constexpr uint32_t window = 32 * 1460;
    harness::Tcp tcp = header_of(with, flag::ack | flag::fin);
    tcp.sequence += window - 100;
    send(tcp, std::string(1000, 'b'));
    for (uint32_t at = 0; at < window - 100; at += 1000)
        say(with, std::string(std::min(1000u, window - 100 - at), 'a'));
    EXPECT_EQ(hear(with, window), std::string(window - 100, 'a') + std::string(100, 'b'));
    with.sequence += 100;
    say(with, "on");
    EXPECT_EQ(hear(with, 2), "on") << "the FIN was beyond the window";
    drop(with);
}

TEST_F(HostileTcp, RandomSegments) {
    std::mt19937 random(1);
    const auto pick = [&](auto... values) {
        const uint32_t all[] = {static_cast<uint32_t>(values)...};
        return all[random() % std::size(all)];
    };
    for (unsigned round = 0; round < 40; round++) {
        Conversation with = connect(echo_port, static_cast<uint16_t>(50000 + round));
        for (unsigned i = 0; i < 100; i++) {
            harness::Tcp tcp = header_of(with, static_cast<uint8_t>(random() & 0x3f));
            if (random() % 4)
                tcp.flags &= static_cast<uint8_t>(~(flag::rst | flag::syn));
            tcp.sequence += pick(0, 1, 5, -1, 3000, 46720, 46719, 0x80000000u, random());
            tcp.acknowledgment += pick(0, 0, 1, -1, 1000, 0x7fffffff, random());
            tcp.window = static_cast<uint16_t>(pick(0, 1, 60000, random()));
            tcp.urgent = static_cast<uint16_t>(pick(0, 1, 0xffff));
            if (random() % 4 == 0)
                tcp.options = Bytes{static_cast<uint8_t>(random()), static_cast<uint8_t>(random() % 9),
                                    static_cast<uint8_t>(random()), static_cast<uint8_t>(random())};
            send(tcp, std::string(pick(0, 0, 1, 5, 1000, 1400), 'r'));
            forget();
        }
        drop(with);
        pass_ms(1000);
    }
    pass_ms(200'000);
    forget();
    EXPECT_TRUE(connections().empty());
    Conversation with = connect(echo_port, 60000);
    say(with, "alive");
    EXPECT_EQ(hear(with, 5), "alive");
    drop(with);
}

} // namespace
