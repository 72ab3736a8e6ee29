// SPDX-License-Identifier: GPL-2.0-or-later
// Large sends on a tap device, whose kernel cuts them: the frames are those that the card makes. The kernel
// forwards from the card's tap device to another one, in a network namespace of its own; there the test
// listens.
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/failure.h"
#include "ipcb.h"
#include "sleep_button.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint32_t card_ip = ip(10, 0, 1, 2), peer_ip = ip(10, 0, 2, 2);
constexpr MacAddress router_mac = {0x02, 0, 0, 0, 0, 1}, far_mac = {0x02, 0, 0, 0, 0, 2};
constexpr size_t mss = 1448, payload = 30'000, segments = (payload + mss - 1) / mss;

void must(const std::string& command) {
    if (std::system(command.c_str()) != 0)
        throw harness::Failure("'" + command + "' failed");
}

/// The far end of the network that this process is in from then on.
class FarEnd {
  public:
    FarEnd() : fd_(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
        ifreq request{};
        std::strcpy(request.ifr_name, "far");
        request.ifr_flags = IFF_TAP | IFF_NO_PI;
        if (!fd_ || ioctl(fd_.get(), TUNSETIFF, &request) != 0)
            throw harness::Failure("no tap device");
        must("echo 1 > /proc/sys/net/ipv4/ip_forward; ! cd /proc/sys/net/ipv6/conf/all 2> /dev/null || "
             "echo 1 > disable_ipv6");
        must("ip tuntap add dev card mode tap");
        must("ip link set card address " + to_string(router_mac) + " up; ip addr add 10.0.1.1/24 dev card");
        must("ip link set far address " + to_string(far_mac) + " up; ip addr add 10.0.2.1/24 dev far");
        must("ip neigh add 10.0.1.2 lladdr " + to_string(card_mac) + " nud permanent dev card");
        must("ip neigh add 10.0.2.2 lladdr " + to_string(peer_mac) + " nud permanent dev far");
    }
    ~FarEnd() { std::system("ip link del card"); }
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;

    std::optional<Frame> receive() {
        pollfd entry{fd_.get(), POLLIN, 0};
        if (poll(&entry, 1, 10'000) <= 0)
            return std::nullopt;
        Frame frame(65536);
        const ssize_t bytes = read(fd_.get(), frame.data(), frame.size());
        frame.resize(static_cast<size_t>(std::max<ssize_t>(bytes, 0)));
        return frame;
    }
    std::vector<Frame> receive(size_t count) {
        std::vector<Frame> frames;
        while (frames.size() < count) {
            const auto frame = receive();
            if (!frame) {
                ADD_FAILURE() << "only " << frames.size() << " frames of " << count;
                break;
            }
            frames.push_back(*frame);
        }
        return frames;
    }
    void send(const Frame& frame) {
        ASSERT_EQ(write(fd_.get(), frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
    }
    /// How often the card's tap device was written to.
    static uint64_t writes() {
        std::ifstream devices("/proc/net/dev");
        for (std::string line; std::getline(devices, line);)
            if (line.find("card:") != std::string::npos) {
                std::istringstream numbers(line.substr(line.find(':') + 1));
                uint64_t bytes, packets;
                numbers >> bytes >> packets;
                return packets;
            }
        throw harness::Failure("/proc/net/dev knows no card");
    }

  private:
    harness::Fd fd_;
};

class Tap : public ::testing::Test {
  protected:
    void SetUp() override {
        static const bool alone = geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
        if (!alone)
            GTEST_SKIP() << "a network of its own needs root";
        far.emplace();
    }
    void start(const std::string& backend = "", const Arguments& extra = {}, bool backpressure = false) {
        e100 = std::make_unique<E100Harness>(HarnessOptions{
            .device = false,
            .extra =
                Arguments{"-netdev", "tap,id=tap,ifname=card,script=no,downscript=no" + backend} + extra});
        plug(backpressure);
    }
    void plug(bool backpressure = false) {
        e100->qmp().device_add("{\"driver\": \"e100\", \"id\": \"nic\", \"netdev\": \"tap\", \"mac\": \"" +
                               to_string(card_mac) +
                               "\", \"negotiation-ms\": 0, \"chip\": \"82550\", \"addr\": \"4\"" +
                               (backpressure ? ", \"backpressure\": true}" : "}"));
        bring_up();
    }
    void bring_up() {
        e100->enable_function();
        auto configuration = usual_configuration();
        config::standard_tcb.set(configuration, false);
        config::magic_packet_disable.set(configuration, true);
        e100->bring_up(configuration);
    }
    static Bytes data() {
        Bytes all(payload);
        for (size_t i = 0; i < payload; i++)
            all[i] = static_cast<uint8_t>(i * 7 + i / 256);
        return all;
    }
    void send_large() {
        GuestMemory& memory = e100->memory();
        const Ipv4 header{.source = card_ip, .destination = peer_ip, .protocol = ip_protocol::tcp};
        const uint32_t at = place_large_send(memory, router_mac, header, data(), mss);
        e100->command(CuCommand::Start, at);
        ASSERT_TRUE(wait_until([&] { return memory.read16(at) == done; }));
    }
    /// What came of it, and how often the tap device was written to for that.
    std::pair<std::vector<Frame>, uint64_t> large_send() {
        const uint64_t before = FarEnd::writes();
        send_large();
        std::vector<Frame> frames = far->receive(segments);
        return {frames, FarEnd::writes() - before};
    }
    static Bytes datagram_in(const Frame& frame) {
        const auto view = parse_udp(frame);
        return view ? Bytes(view->data.begin(), view->data.end()) : Bytes();
    }
    static Frame datagram(const MacAddress& to, const MacAddress& from, uint32_t source,
                          uint32_t destination) {
        const Ipv4 header{.source = source, .destination = destination};
        return padded(ethernet(to, from, ether_type::ipv4, ipv4(header, udp(header, 1000, 2000, text))));
    }
    void exchange_frames() {
        RfdRing ring(e100->memory(), 2);
        e100->start_receiving(ring);
        const Frame in = datagram(far_mac, peer_mac, peer_ip, card_ip);
        far->send(in);
        ASSERT_TRUE(ring.wait_complete(0));
        EXPECT_EQ(ring.frame(0).size(), in.size());
        EXPECT_EQ(datagram_in(ring.frame(0)), text);
        const Frame out = datagram(router_mac, card_mac, card_ip, peer_ip);
        const uint32_t buffer = e100->memory().place(out, 16, 1);
        e100->execute(Opcode::Transmit, transmit_parameters(buffer, out.size()), cb_command::flexible);
        const auto heard = far->receive();
        ASSERT_TRUE(heard);
        EXPECT_EQ(datagram_in(*heard), text);
    }
    /// Of an extended TCB with one inline TBD.
    static Bytes transmit_parameters(uint32_t buffer, size_t bytes) {
        Bytes all(24);
        const auto put32 = [&](size_t at, uint32_t value) { std::memcpy(&all[at], &value, 4); };
        put32(0, no_tbd_array);
        put32(4, 0x01e00000); // one TBD
        put32(8, buffer);
        put32(12, static_cast<uint32_t>(bytes) | tbd_end_of_list);
        return all;
    }

    static inline const Bytes text = {'t', 'h', 'e', ' ', 't', 'e', 'x', 't'};
    std::optional<FarEnd> far;
    std::unique_ptr<E100Harness> e100;
};

TEST_F(Tap, TheKernelCutsAsTheCardDoes) {
    start();
    const auto [by_card, writes_of_card] = large_send();
    EXPECT_EQ(writes_of_card, segments) << "the first one asks for it";
    Bytes stream;
    for (const Frame& frame : by_card) {
        const auto view = parse_tcp(frame);
        ASSERT_TRUE(view) << "a sum is wrong";
        EXPECT_EQ(view->header.sequence, static_cast<uint32_t>(large_send_sequence + stream.size()));
        stream.insert(stream.end(), view->data.begin(), view->data.end());
    }
    EXPECT_EQ(stream, data());
    const auto [by_kernel, writes_of_whole] = large_send();
    EXPECT_EQ(writes_of_whole, 1u);
    EXPECT_EQ(by_kernel, by_card);
    EXPECT_EQ(e100->counters()[Counter::TxGoodFrames], 2 * segments);
}

TEST_F(Tap, OtherFramesPassBesideIt) {
    start();
    exchange_frames();
    large_send();
    exchange_frames();
    EXPECT_EQ(large_send().second, 1u);
    exchange_frames();
}

TEST_F(Tap, ANewCardAtTheSameBackendKnowsOfIt) {
    start();
    large_send();
    e100->qmp().device_del("nic");
    e100->qtest().outl(0xae10, 0);
    e100->qtest().outl(0xae08, 1u << 4); // eject
    while (json_member(e100->qmp().wait_event("DEVICE_DELETED"), "device") != "nic") {
    }
    plug();
    exchange_frames();
    EXPECT_EQ(large_send().second, 1u);
}

TEST_F(Tap, FramesThatWaitMeanwhileStayAsTheyCame) {
    start("", {}, true);
    constexpr unsigned count = 3;
    RfdRing full(e100->memory(), 1);
    e100->start_receiving(full);
    for (unsigned i = 0; i < 1 + count; i++)
        far->send(datagram(far_mac, peer_mac, peer_ip, card_ip));
    ASSERT_TRUE(e100->wait_ru(RuStatus::NoResources));
    e100->settle();
    EXPECT_EQ(large_send().second, segments);
    large_send();
    RfdRing ring(e100->memory(), count + 1);
    e100->start_receiving(ring);
    for (unsigned i = 0; i < count; i++) {
        ASSERT_TRUE(ring.wait_complete(i));
        EXPECT_EQ(datagram_in(ring.frame(i)), text);
    }
    large_send(); // which may have been the first one without frames that wait
    EXPECT_EQ(large_send().second, 1u);
}

/// The filter in front of its queue sees the header, too.
TEST_F(Tap, ASleepingCardHearsFrames) {
    e100 = std::make_unique<E100Harness>(HarnessOptions{
        .machine = "q35",
        .device = false,
        .extra =
            Arguments{"-netdev", "tap,id=tap,ifname=card,script=no,downscript=no"} +
            harness::device_arguments("netdev=tap,negotiation-ms=0,chip=82550,mac=" + to_string(card_mac))});
    bring_up();
    large_send();
    EXPECT_EQ(large_send().second, 1u);
    const Le32 filter = 0xc2000000; // frames to the individual address
    e100->execute(Opcode::LoadFilter, {reinterpret_cast<const uint8_t*>(&filter), sizeof filter});
    e100->qmp().status(); // events come from now on
    constexpr uint16_t d3 = 3;
    e100->pci().write16(pmcsr, pme_status | pme_enable | d3);
    SleepButton(e100->qtest()).press();
    e100->qmp().wait_event("SUSPEND");
    far->send(datagram(far_mac, peer_mac, peer_ip, card_ip));
    e100->qmp().wait_event("WAKEUP");
    EXPECT_EQ(e100->qmp().status(), "running");
}

TEST_F(Tap, NotIfTheBackendIsToldSo) {
    start(",vnet_hdr=off");
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(large_send().second, segments);
    exchange_frames();
}

TEST_F(Tap, NotIfAFilterIsBetween) {
    start("", {"-object", "filter-buffer,id=filter,netdev=tap,interval=1000"});
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(large_send().second, segments);
    exchange_frames();
}

} // namespace
} // namespace qtest
