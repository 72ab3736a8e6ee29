// SPDX-License-Identifier: GPL-2.0-or-later
// Fragments in any order become the datagram they were; those that do not fit together leave nothing behind.
#include "net/reassembly.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "kernel/context.h"
#include "net/sysctl.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Icmp;
using net::Ip;
using net::IpExt;

class Fragments : public NetTest {
  protected:
    Fragments() {
        make_peer_known();
        pass_ms(10'000); // the rate limits of earlier tests are over
        make_peer_known();
        socket.bind({net::Ipv4Address(), 5001});
        watch = Watch();
    }
    ~Fragments() override {
        net::sysctl.ipfrag_time = 30;
        net::sysctl.ipfrag_high_thresh = 4u << 20;
        net::sysctl.ipfrag_max_dist = 64;
        EXPECT_EQ(usage().memory == 0, usage().datagrams == 0);
    }
    static net::Reassembly::Usage usage() {
        kernel::BhGuard guard;
        return net::reassembly().usage();
    }
    static harness::Ipv4 fragment_header(std::size_t offset, bool more, uint16_t identification = 1) {
        auto ip = header(harness::ip_protocol::udp);
        ip.identification = identification;
        ip.fragment_offset = static_cast<uint16_t>(offset);
        ip.more_fragments = more;
        return ip;
    }
    static Frame fragment(std::size_t offset, std::size_t length, bool more, uint16_t identification = 1) {
        return from_peer(fragment_header(offset, more, identification), Bytes(length, 'f'));
    }
    /// A UDP datagram to port 5001 with `bytes` of data, cut into pieces of `step`.
    static std::vector<Frame> pieces(std::size_t bytes, std::size_t step, uint16_t identification = 1) {
        const Bytes datagram = harness::udp(header(harness::ip_protocol::udp), 5000, 5001, data(bytes));
        std::vector<Frame> result;
        for (std::size_t at = 0; at < datagram.size(); at += step) {
            const std::size_t length = std::min(step, datagram.size() - at);
            const auto begin = datagram.begin() + static_cast<std::ptrdiff_t>(at);
            result.push_back(from_peer(fragment_header(at, at + length < datagram.size(), identification),
                                       Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))));
        }
        return result;
    }
    static Bytes data(std::size_t bytes) {
        Bytes result(bytes);
        for (std::size_t i = 0; i < bytes; i++)
            result[i] = static_cast<uint8_t>(i * 7 + i / 256);
        return result;
    }
    /// What the socket has received, or nothing.
    std::optional<Bytes> received() {
        Bytes buffer(65536);
        const auto result = socket.receive_from(std::as_writable_bytes(std::span(buffer)), 0);
        if (result.error != net::SocketError::None)
            return std::nullopt;
        buffer.resize(result.copied);
        return buffer;
    }
    /// The whole datagram is gone, for this reason.
    void expect_discarded(DropReason reason, unsigned fragments) {
        EXPECT_EQ(watch(reason), fragments);
        EXPECT_EQ(watch.all_drops(), fragments);
        EXPECT_EQ(watch(Ip::ReasmFails), 1u);
        EXPECT_EQ(watch(Ip::ReasmOKs), 0u);
        EXPECT_EQ(usage().datagrams, 0u);
        EXPECT_EQ(usage().memory, 0u);
        watch = Watch();
    }
    net::UdpSocket socket;
};

TEST_F(Fragments, InEveryOrder) {
    auto frames = pieces(900, 240); // four
    ASSERT_EQ(frames.size(), 4u);
    std::vector<unsigned> order(frames.size());
    std::iota(order.begin(), order.end(), 0u);
    unsigned datagrams = 0;
    do {
        SCOPED_TRACE(testing::PrintToString(order));
        for (const unsigned i : order) {
            EXPECT_FALSE(received());
            receive(frames[i]);
        }
        EXPECT_EQ(received(), data(900));
        datagrams++;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(datagrams, 24u);
    EXPECT_EQ(watch(Ip::ReasmReqds), 96u);
    EXPECT_EQ(watch(Ip::ReasmOKs), 24u);
    EXPECT_EQ(watch(Ip::ReasmFails), 0u);
    EXPECT_EQ(watch(Ip::InReceives), 96u);
    EXPECT_EQ(watch(Ip::InDelivers), 24u);
    EXPECT_EQ(watch.all_drops(), 0u);
}

TEST_F(Fragments, OfTheLargestDatagramShuffled) {
    std::mt19937 random(791);
    for (int round = 0; round < 5; round++) {
        auto frames = pieces(65507, 1480);
        std::shuffle(frames.begin(), frames.end(), random);
        for (const Frame& frame : frames)
            receive(frame);
        EXPECT_EQ(received(), data(65507));
    }
}

TEST_F(Fragments, OfSeveralDatagramsMixed) {
    const auto a = pieces(2000, 400, 1), b = pieces(1999, 400, 2);
    auto other = fragment_header(0, true, 1);
    other.source = other_ip;
    receive(from_peer(other, Bytes(400, 'x'))); // the same identification, and none of these
    for (std::size_t i = 0; i < a.size(); i++) {
        receive(a[i]);
        receive(b[b.size() - 1 - i]);
    }
    EXPECT_EQ(received(), data(2000));
    EXPECT_EQ(received(), data(1999));
    EXPECT_EQ(usage().datagrams, 1u);
}

TEST_F(Fragments, AFragmentedEchoIsAnsweredInFragments) {
    const auto ip = header(harness::ip_protocol::icmp);
    const Bytes request = harness::icmp_echo(8, 7, 9, data(3000));
    for (std::size_t at = 0; at < request.size(); at += 1480) {
        auto part = ip;
        part.identification = 9;
        part.fragment_offset = static_cast<uint16_t>(at);
        part.more_fragments = at + 1480 < request.size();
        const auto begin = request.begin() + static_cast<std::ptrdiff_t>(at);
        receive(from_peer(part, Bytes(begin, part.more_fragments ? begin + 1480 : request.end())));
    }
    Bytes answer;
    while (const auto frame = sent()) {
        const auto packet = harness::parse_ipv4(*frame);
        ASSERT_TRUE(packet);
        EXPECT_EQ(packet->header.fragment_offset, answer.size());
        answer.insert(answer.end(), packet->payload.begin(), packet->payload.end());
    }
    EXPECT_EQ(answer, harness::icmp_echo(0, 7, 9, data(3000)));
}

TEST_F(Fragments, ADuplicateIsDroppedAlone) {
    const auto frames = pieces(900, 240);
    receive(frames[0]);
    receive(frames[0]);
    receive(frames[2]);
    receive(frames[2]);
    receive(fragment(8, 16, true)); // a part of the first
    EXPECT_EQ(watch(DropReason::DupFrag), 3u);
    receive(frames[1]);
    receive(fragment(232, 16, true)); // over the seam of two that are there
    EXPECT_EQ(watch(DropReason::DupFrag), 4u);
    EXPECT_EQ(watch(Ip::ReasmFails), 0u);
    receive(frames[3]);
    EXPECT_EQ(received(), data(900));
}

TEST_F(Fragments, AnOverlapDiscardsTheDatagram) {
    struct Case {
        const char* name;
        std::size_t offset, length;
    };
    for (const Case& each :
         {Case{"the end of the first", 80, 24}, Case{"the beginning of the second", 192, 16},
          Case{"all of the second", 192, 200}, Case{"both", 80, 160}}) {
        SCOPED_TRACE(each.name);
        receive(fragment(0, 88, true));
        receive(fragment(200, 80, true));
        receive(fragment(each.offset, each.length, true));
        EXPECT_EQ(watch(IpExt::ReasmOverlaps), 1u);
        expect_discarded(DropReason::FragOverlap, 3);
    }
    receive(fragment(88, 120, false)); // what would have completed it begins anew
    EXPECT_EQ(usage().datagrams, 1u);
    EXPECT_FALSE(received());
}

TEST_F(Fragments, ContradictionsDiscardTheDatagram) {
    receive(fragment(80, 8, false));
    receive(fragment(80, 16, true)); // data behind the end
    expect_discarded(DropReason::IpInhdr, 2);
    receive(fragment(80, 8, false));
    receive(fragment(96, 8, false)); // another end
    expect_discarded(DropReason::IpInhdr, 2);
    receive(fragment(160, 8, true));
    receive(fragment(80, 8, false)); // an end before data that was seen
    expect_discarded(DropReason::IpInhdr, 2);
    receive(fragment(80, 8, true));
    receive(fragment(0, 0, true)); // nothing
    expect_discarded(DropReason::IpInhdr, 2);
    receive(fragment(0, 7, true)); // nothing, once cut to a multiple of eight
    expect_discarded(DropReason::IpInhdr, 1);
    receive(fragment(65528, 8, false)); // behind the largest datagram's end
    expect_discarded(DropReason::IpInhdr, 1);
}

TEST_F(Fragments, AHeaderWithOptionsMustFitToo) {
    // 65512 bytes of payload are right with a header of 20 bytes, and too many with one of 24.
    Frame first = fragment(0, 1000, true);
    first.insert(first.begin() + at_payload, {1, 1, 1, 1});
    first[at_ip] = 0x46;
    first[at_ip + 2] = static_cast<uint8_t>((first.size() - at_ip) >> 8);
    first[at_ip + 3] = static_cast<uint8_t>(first.size() - at_ip);
    fix_ip_checksum(first);
    for (const std::size_t end : {65511u, 65512u}) {
        watch = Watch();
        for (std::size_t at = 1000; at < end; at += 1480)
            receive(fragment(at, std::min<std::size_t>(1480, end - at), at + 1480 < end));
        receive(first);
        EXPECT_EQ(watch(Ip::ReasmOKs), end == 65511u ? 1u : 0u);
        EXPECT_EQ(watch(Ip::ReasmFails), end == 65511u ? 0u : 1u);
        EXPECT_EQ(usage().memory, 0u);
    }
}

TEST_F(Fragments, NonLastOnesAreCutToEight) {
    Bytes datagram = harness::udp(header(harness::ip_protocol::udp), 5000, 5001, data(92)); // 100 in all
    Bytes first(datagram.begin(), datagram.begin() + 80), rest(datagram.begin() + 80, datagram.end());
    first.resize(85, 0xee);
    receive(from_peer(fragment_header(0, true), first));
    receive(from_peer(fragment_header(80, false), rest));
    EXPECT_EQ(received(), data(92));
}

TEST_F(Fragments, TimeExceededIsSaidIfTheFirstIsThere) {
    receive(fragment(0, 80, true, 1));
    receive(fragment(160, 80, true, 1));
    receive(fragment(80, 80, true, 2)); // without a first one
    pass_ms(29'500);
    EXPECT_EQ(usage().datagrams, 2u);
    EXPECT_EQ(watch(Ip::ReasmTimeout), 0u);
    make_peer_known();
    pass_ms(1'000);
    EXPECT_EQ(usage().datagrams, 0u);
    EXPECT_EQ(usage().memory, 0u);
    EXPECT_EQ(watch(Ip::ReasmTimeout), 2u);
    EXPECT_EQ(watch(Ip::ReasmFails), 2u);
    EXPECT_EQ(watch(DropReason::FragReasmTimeout), 3u);
    EXPECT_EQ(watch(Icmp::OutTimeExcds), 1u);
    std::optional<harness::Ipv4View> packet;
    std::optional<Frame> frame;
    while (!packet && (frame = sent())) // whatever ARP says
        packet = harness::parse_ipv4(*frame);
    ASSERT_TRUE(packet);
    ASSERT_GE(packet->payload.size(), 8u + 28);
    EXPECT_EQ(packet->payload[0], 11);
    EXPECT_EQ(packet->payload[1], 1);
    EXPECT_EQ(packet->payload[8 + 5], 1) << "the identification of the first datagram";
    EXPECT_FALSE(sent());
}

TEST_F(Fragments, TheTimeOfADatagramIsThatOfItsFirstArrival) {
    net::sysctl.ipfrag_time = 5;
    receive(fragment(0, 80, true));
    pass_ms(4'000);
    receive(fragment(80, 80, true));
    pass_ms(2'000);
    EXPECT_EQ(usage().datagrams, 0u);
}

TEST_F(Fragments, MemoryIsBounded) {
    constexpr std::size_t truesize = kernel::PacketBuffer::packet_truesize;
    net::sysctl.ipfrag_high_thresh = 10 * truesize;
    for (uint16_t id = 0; id < 50; id++)
        receive(fragment(0, 80, true, id));
    EXPECT_EQ(usage().memory, 11 * truesize) << "the last one goes over the limit";
    EXPECT_EQ(usage().datagrams, 11u);
    EXPECT_EQ(watch(DropReason::Nomem), 39u);
    EXPECT_EQ(watch(Ip::ReasmFails), 39u);
    pass_ms(31'000);
    EXPECT_EQ(usage().memory, 0u);
    for (const Frame& frame : pieces(900, 240))
        receive(frame);
    EXPECT_EQ(received(), data(900)) << "afterwards all is well";
}

TEST_F(Fragments, DatagramsAreBounded) {
    for (unsigned id = 0; id < net::reassembly_limits::datagrams + 10; id++)
        receive(fragment(0, 80, true, static_cast<uint16_t>(id)));
    EXPECT_EQ(usage().datagrams, net::reassembly_limits::datagrams);
    EXPECT_EQ(watch(DropReason::Nomem), 10u);
}

TEST_F(Fragments, FragmentsOfADatagramAreBounded) {
    constexpr unsigned limit = net::reassembly_limits::fragments;
    for (unsigned i = 0; i < limit; i++)
        receive(fragment(16 * i, 8, true));
    EXPECT_EQ(usage().datagrams, 1u);
    receive(fragment(16 * limit, 8, true));
    expect_discarded(DropReason::Nomem, limit + 1);
}

TEST_F(Fragments, ThoseOfAnotherTimeAreNotMixed) {
    receive(fragment(0, 80, true));
    for (uint16_t id = 100; id < 100 + 64; id++)
        receive(fragment(0, 80, true, id));
    receive(fragment(80, 80, false)); // 65 later
    EXPECT_EQ(watch(DropReason::FragTooFar), 1u);
    EXPECT_EQ(watch(Ip::ReasmFails), 1u);
    EXPECT_EQ(watch(Ip::ReasmOKs), 0u);
    net::sysctl.ipfrag_max_dist = 0;
    for (uint16_t id = 200; id < 200 + 90; id++)
        receive(fragment(0, 80, true, id));
    receive(fragment(0, 80, true));
    EXPECT_EQ(watch(Ip::ReasmOKs), 1u);
}

TEST_F(Fragments, CongestionIsKeptAndALieIsFound) {
    const auto echo_with_ecn = [&](uint8_t first, uint8_t last) {
        const Bytes request = harness::icmp_echo(8, 7, 9, data(152));
        auto ip = header(harness::ip_protocol::icmp);
        ip.identification = 7;
        ip.tos = first;
        ip.more_fragments = true;
        receive(from_peer(ip, Bytes(request.begin(), request.begin() + 80)));
        ip.tos = last;
        ip.more_fragments = false;
        ip.fragment_offset = 80;
        receive(from_peer(ip, Bytes(request.begin() + 80, request.end())));
        const auto frame = sent();
        return frame ? int{harness::parse_ipv4(*frame)->header.tos} : -1; // the answer's is the request's
    };
    EXPECT_EQ(echo_with_ecn(2, 2), 2);
    EXPECT_EQ(echo_with_ecn(2, 3), 3);
    EXPECT_EQ(echo_with_ecn(3, 1), 3);
    EXPECT_EQ(echo_with_ecn(0, 0), 0);
    EXPECT_EQ(watch(Ip::ReasmFails), 0u);
    EXPECT_EQ(echo_with_ecn(0, 3), -1);
    EXPECT_EQ(watch(Ip::ReasmFails), 1u);
    EXPECT_EQ(usage().memory, 0u);
}

TEST_F(Fragments, WithoutMemoryForTheWholeAllIsDropped) {
    const auto frames = pieces(900, 480);
    receive(frames[0]);
    static unsigned allocations;
    allocations = 0;
    kernel::packet_pool_fail_when([] { return allocations++ > 0; }); // the frame's own is the first
    receive(frames[1]);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_EQ(watch(Ip::ReasmFails), 1u);
    EXPECT_EQ(watch(DropReason::Nomem), 2u);
    EXPECT_EQ(usage().memory, 0u);
}

TEST_F(Fragments, NoiseLeavesNothingBehind) {
    std::mt19937 random(815);
    for (int i = 0; i < 20'000; i++) {
        const auto offset = random() % 64 * 8, length = random() % 200;
        receive(fragment(offset, length, random() % 2, static_cast<uint16_t>(random() % 16)));
        while (sent())
            ;
    }
    pass_ms(31'000);
    EXPECT_EQ(usage().datagrams, 0u);
    EXPECT_EQ(usage().memory, 0u);
}

} // namespace
