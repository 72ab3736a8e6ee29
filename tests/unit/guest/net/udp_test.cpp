// SPDX-License-Identifier: GPL-2.0-or-later
// UDP input and sockets: lengths, checksums, lookup, the receive queue's arithmetic, sending.
#include "net/udp.h"

#include <array>

#include "arch/clock.h"
#include "net/udp_echo.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Endpoint;
using net::Ipv4Address;
using net::SocketError;
using net::Udp;

constexpr uint64_t ms = 1'000'000;
constexpr uint16_t port = 4000;

class UdpTest : public NetTest {
  protected:
    static constexpr std::size_t at_udp = at_payload;

    void expect_refused(const Frame& frame, DropReason reason) {
        watch = Watch();
        receive(frame);
        EXPECT_EQ(watch(reason), 1u);
        EXPECT_EQ(watch(Udp::InErrors), 1u);
        EXPECT_EQ(socket_memory(), 0u);
    }
    std::size_t socket_memory() const { return socket.info().receive_memory; }
    net::ReceivedBytes read(net::UdpSocket& from) { return from.receive_from(buffer, arch::now_ns()); }
    std::string read_text(net::UdpSocket& from) {
        const auto received = read(from);
        EXPECT_EQ(received.error, SocketError::None);
        return std::string(reinterpret_cast<const char*>(buffer.data()), received.copied);
    }

    net::UdpSocket socket;
    std::array<std::byte, 2000> buffer;
};

TEST_F(UdpTest, ADatagramReachesItsSocket) {
    ASSERT_EQ(socket.bind({Ipv4Address(), port}), SocketError::None);
    receive(udp_frame(port, "hello", 5353));
    EXPECT_EQ(watch(Udp::InDatagrams), 0u) << "counted when read";
    const auto received = read(socket);
    EXPECT_EQ(received.error, SocketError::None);
    EXPECT_EQ(received.copied, 5u);
    EXPECT_EQ(received.from, (Endpoint{Ipv4Address(peer_ip), 5353}));
    EXPECT_EQ(watch(Udp::InDatagrams), 1u);
    EXPECT_EQ(socket_memory(), 0u);
}

TEST_F(UdpTest, EmptyAndLongDatagrams) {
    socket.bind({Ipv4Address(), port});
    receive(udp_frame(port, ""));
    receive(udp_frame(port, std::string(1472, 'l')));
    EXPECT_EQ(read(socket).datagram, 0u);
    EXPECT_EQ(read_text(socket), std::string(1472, 'l'));
}

TEST_F(UdpTest, WhatDoesNotFitTheBufferIsLost) {
    socket.bind({Ipv4Address(), port});
    receive(udp_frame(port, "0123456789"));
    receive(udp_frame(port, "next"));
    const auto received = socket.receive_from(std::span(buffer).first(4), arch::now_ns());
    EXPECT_EQ(received.copied, 4u);
    EXPECT_EQ(received.datagram, 10u);
    EXPECT_EQ(read_text(socket), "next");
}

TEST_F(UdpTest, LengthsThatDoNotFit) {
    socket.bind({Ipv4Address(), port});
    for (std::size_t size = 0; size < 8; size++) {
        SCOPED_TRACE(size);
        expect_refused(from_peer(header(17), Bytes(size)), DropReason::PktTooSmall);
    }
    for (const uint16_t length : {0, 7, 14, 0xffff}) { // 13 would be right
        SCOPED_TRACE(length);
        Frame frame = udp_frame(port, "hello");
        frame[at_udp + 4] = static_cast<uint8_t>(length >> 8);
        frame[at_udp + 5] = static_cast<uint8_t>(length);
        expect_refused(frame, DropReason::PktTooSmall);
    }
}

TEST_F(UdpTest, WhatStandsBehindTheUdpLengthIsCutOff) {
    socket.bind({Ipv4Address(), port});
    const auto ip = header(17);
    Bytes datagram = harness::udp(ip, 5000, port, bytes_of("hello"));
    datagram.insert(datagram.end(), 9, 0xee);
    receive(from_peer(ip, datagram));
    EXPECT_EQ(read_text(socket), "hello");
}

TEST_F(UdpTest, EveryByteIsUnderTheChecksum) {
    socket.bind({Ipv4Address(), port});
    const Frame good = udp_frame(port, "hello");
    for (std::size_t byte = at_udp; byte < good.size(); byte++) {
        if (byte == at_udp + 4 || byte == at_udp + 5)
            continue; // the length is looked at before
        SCOPED_TRACE(byte);
        Frame frame = good;
        frame[byte] ^= 0x20;
        expect_refused(frame, DropReason::UdpCsum);
        EXPECT_EQ(watch(Udp::InCsumErrors), 1u);
        EXPECT_EQ(watch(Udp::NoPorts), 0u);
    }
    Frame other_source = good; // the pseudo header, too
    other_source[at_ip + 15] ^= 1;
    fix_ip_checksum(other_source);
    expect_refused(other_source, DropReason::UdpCsum);
}

TEST_F(UdpTest, AChecksumOfZeroIsNone) {
    socket.bind({Ipv4Address(), port});
    Frame frame = udp_frame(port, "hello");
    frame[at_udp + 6] = frame[at_udp + 7] = 0;
    receive(frame);
    EXPECT_EQ(read_text(socket), "hello");
}

TEST_F(UdpTest, AClosedPortWithAWrongChecksumIsNotAnswered) {
    make_peer_known();
    Frame frame = udp_frame(9, "hello");
    frame.back() ^= 1;
    expect_refused(frame, DropReason::UdpCsum);
    EXPECT_FALSE(sent());
}

// ---- Which socket ----

TEST_F(UdpTest, TheBestSocketGetsIt) {
    net::UdpSocket bound, connected;
    connected.connect({Ipv4Address(peer_ip), 5000});
    ASSERT_EQ(bound.bind({Ipv4Address(our_ip), port}), SocketError::None);
    EXPECT_EQ(socket.bind({Ipv4Address(), port}), SocketError::AddressInUse);
    ASSERT_EQ(socket.bind({Ipv4Address(), port + 1}), SocketError::None);
    ASSERT_EQ(connected.bind({Ipv4Address(), port + 2}), SocketError::None);
    const Endpoint peer = {Ipv4Address(peer_ip), 5000};
    const Endpoint here = {Ipv4Address(our_ip), port};
    EXPECT_GT(bound.score(peer, here, &device), 0);
    EXPECT_EQ(bound.score(peer, {Ipv4Address(subnet_broadcast), port}, &device), 0);
    EXPECT_EQ(bound.score(peer, {Ipv4Address(our_ip), port + 1}, &device), 0);
    EXPECT_EQ(connected.score({Ipv4Address(peer_ip), 5001}, {Ipv4Address(our_ip), port + 2}, &device), 0);
    const int wildcard = socket.score(peer, {Ipv4Address(our_ip), port + 1}, &device);
    EXPECT_GT(bound.score(peer, here, &device), wildcard);
    EXPECT_GT(connected.score(peer, {Ipv4Address(our_ip), port + 2}, &device),
              bound.score(peer, here, &device));
}

TEST_F(UdpTest, ABoundDeviceIsTheOnlyOne) {
    kernel::NetDevice elsewhere;
    ASSERT_EQ(socket.bind({Ipv4Address(), port}, &elsewhere), SocketError::None);
    receive(udp_frame(port, "hello"));
    EXPECT_EQ(watch(Udp::NoPorts), 1u);
    EXPECT_EQ(socket.send_to({Ipv4Address(peer_ip), 9}, {}), SocketError::NetworkUnreachable);
}

TEST_F(UdpTest, AClosedSocketReceivesNoMoreAndGivesItsPacketsBack) {
    {
        net::UdpSocket shortly;
        ASSERT_EQ(shortly.bind({Ipv4Address(), port}), SocketError::None);
        receive(udp_frame(port, "unread"));
    }
    EXPECT_EQ(watch(DropReason::QueuePurge), 1u);
    receive(udp_frame(port, "too late"));
    EXPECT_EQ(watch(Udp::NoPorts), 1u);
    EXPECT_EQ(socket.bind({Ipv4Address(), port}), SocketError::None) << "the port is free again";
}

TEST_F(UdpTest, EphemeralPortsDiffer) {
    net::UdpSocket first, second;
    ASSERT_EQ(first.bind({}), SocketError::None);
    ASSERT_EQ(second.bind({}), SocketError::None);
    EXPECT_NE(first.local().port, second.local().port);
    EXPECT_GE(first.local().port, 32768);
    EXPECT_LE(first.local().port, 60999);
}

// ---- The receive queue ----

TEST_F(UdpTest, TheQueueHoldsOnePacketMoreThanFits) {
    socket.bind({Ipv4Address(), port});
    constexpr std::size_t truesize = kernel::PacketBuffer::packet_truesize;
    constexpr std::size_t expected = net::default_receive_buffer / truesize + 1;
    for (int i = 0; i < 200; i++)
        receive(udp_frame(port, "x"));
    EXPECT_EQ(socket_memory(), expected * truesize);
    EXPECT_EQ(socket.info().drops, 200 - expected);
    EXPECT_EQ(watch(Udp::RcvbufErrors), 200 - expected);
    EXPECT_EQ(watch(Udp::InErrors), 200 - expected);
    EXPECT_EQ(watch(DropReason::SocketRcvbuff), 200 - expected);
    EXPECT_EQ(watch(Udp::InDatagrams), 0u);
    std::size_t queued = 0;
    while (read(socket).error == SocketError::None)
        queued++;
    EXPECT_EQ(queued, expected);
    EXPECT_EQ(socket_memory(), 0u);
    EXPECT_EQ(watch(Udp::InDatagrams), expected);
}

TEST_F(UdpTest, OnePacketAlwaysFits) {
    socket.bind({Ipv4Address(), port});
    socket.set_receive_buffer(1);
    receive(udp_frame(port, "first"));
    receive(udp_frame(port, "second"));
    EXPECT_EQ(read_text(socket), "first");
    EXPECT_EQ(read(socket).error, SocketError::TimedOut);
    receive(udp_frame(port, "third"));
    EXPECT_EQ(read_text(socket), "third");
    EXPECT_EQ(socket.info().drops, 1u);
}

TEST_F(UdpTest, AFullBufferExactlyAtTheLimitTakesOneMore) {
    constexpr std::size_t truesize = kernel::PacketBuffer::packet_truesize;
    socket.bind({Ipv4Address(), port});
    socket.set_receive_buffer(2 * truesize);
    for (int i = 0; i < 5; i++)
        receive(udp_frame(port, "x"));
    EXPECT_EQ(socket_memory(), 3 * truesize) << "at the limit is not above it";
}

TEST_F(UdpTest, ReceiveWaits) {
    socket.bind({Ipv4Address(), port});
    const uint64_t begin = arch::now_ns();
    EXPECT_EQ(socket.receive_from(buffer, begin + 50 * ms).error, SocketError::TimedOut);
    EXPECT_GE(arch::now_ns(), begin + 50 * ms);
    EXPECT_LT(arch::now_ns(), begin + 60 * ms);
}

// ---- Sending ----

TEST_F(UdpTest, TheDatagramThatLeaves) {
    make_peer_known();
    socket.bind({Ipv4Address(), port});
    const std::string text = "question";
    ASSERT_EQ(socket.send_to({Ipv4Address(peer_ip), 53}, std::as_bytes(std::span(text))), SocketError::None);
    const auto udp = harness::parse_udp(*sent());
    ASSERT_TRUE(udp);
    EXPECT_TRUE(udp->has_checksum);
    EXPECT_EQ(udp->source_port, port);
    EXPECT_EQ(udp->destination_port, 53);
    EXPECT_EQ(text_of(udp->data), text);
    EXPECT_EQ(watch(Udp::OutDatagrams), 1u);
}

TEST_F(UdpTest, AComputedChecksumOfZeroIsSentAsOnes) {
    make_peer_known();
    socket.bind({Ipv4Address(), port});
    // Two bytes that make the sum come out as zero.
    std::array<std::byte, 2> data{};
    socket.send_to({Ipv4Address(peer_ip), 53}, data);
    const Frame first = *sent();
    data = {static_cast<std::byte>(first[at_udp + 6]), static_cast<std::byte>(first[at_udp + 7])};
    socket.send_to({Ipv4Address(peer_ip), 53}, data);
    const Frame second = *sent();
    EXPECT_EQ(second[at_udp + 6], 0xff);
    EXPECT_EQ(second[at_udp + 7], 0xff);
    EXPECT_TRUE(harness::parse_udp(second));
}

TEST_F(UdpTest, SendingWhatCannotBeSent) {
    const std::vector<std::byte> too_long(65508);
    EXPECT_EQ(socket.send_to({Ipv4Address(peer_ip), 53}, too_long), SocketError::MessageTooLong);
    net::set_default_gateway({});
    EXPECT_EQ(socket.send_to({Ipv4Address(far_ip), 53}, {}), SocketError::NetworkUnreachable);
    EXPECT_EQ(watch(net::Ip::OutNoRoutes), 1u);
    EXPECT_EQ(watch(Udp::OutDatagrams), 0u);
    kernel::packet_pool_fail_when([] { return true; });
    EXPECT_EQ(socket.send_to({Ipv4Address(peer_ip), 53}, {}), SocketError::NoBuffers);
    kernel::packet_pool_fail_when(nullptr);
}

// ---- The echo service ----

class UdpEcho : public UdpTest {
  protected:
    UdpEcho() {
        make_peer_known();
        EXPECT_EQ(socket.bind({Ipv4Address(), net::echo_port}), SocketError::None);
    }
    bool serve() { return net::udp_echo_one(socket, arch::now_ns()); }
};

TEST_F(UdpEcho, SendsBackWhatItGot) {
    for (const std::string& text : {std::string(), std::string("hello"), std::string(1472, 'e')}) {
        receive(udp_frame(net::echo_port, text, 5353));
        ASSERT_TRUE(serve());
        const auto reply = sent(); // `udp` points into it
        const auto udp = harness::parse_udp(*reply);
        ASSERT_TRUE(udp);
        EXPECT_EQ(udp->source_port, net::echo_port);
        EXPECT_EQ(udp->destination_port, 5353);
        EXPECT_EQ(udp->ip.header.destination, peer_ip);
        EXPECT_EQ(text_of(udp->data), text);
    }
}

TEST_F(UdpEcho, DoesNotAnswerOtherServices) {
    for (const uint16_t source : {0, 7, 19, 1023}) {
        receive(udp_frame(net::echo_port, "loop", source));
        EXPECT_FALSE(serve()) << source;
    }
    EXPECT_FALSE(sent());
}

TEST_F(UdpEcho, DoesNotAnswerWhatWentToEverybody) {
    auto ip = header(17);
    ip.destination = subnet_broadcast;
    receive(harness::ethernet(harness::broadcast_mac, peer_mac, harness::ether_type::ipv4,
                              harness::ipv4(ip, harness::udp(ip, 5000, net::echo_port, bytes_of("x")))));
    EXPECT_FALSE(serve());
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(Udp::InDatagrams), 1u);
}

} // namespace
