// SPDX-License-Identifier: GPL-2.0-or-later
// Packet steering in the stock QEMU: the CPU that processes a packet is the one that its hash, or its reader,
// says.
#include <algorithm>
#include <gtest/gtest.h>
#include <tuple>

#include "network.h"

namespace guest_test {
namespace {

using Counts = std::vector<uint64_t>; ///< one per CPU

/// Toeplitz by its definition: each set bit of the input adds the 32 bits of the key that begin there.
uint32_t toeplitz(const Bytes& input) {
    static constexpr char digits[] =
        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa";
    const auto key_bit = [](size_t bit) {
        const char digit = digits[bit / 4];
        return static_cast<uint32_t>((digit <= '9' ? digit - '0' : digit - 'a' + 10) >> (3 - bit % 4) & 1);
    };
    uint32_t hash = 0;
    for (size_t bit = 0; bit < input.size() * 8; bit++)
        for (size_t i = 0; i < 32 && input[bit / 8] >> (7 - bit % 8) & 1; i++)
            hash ^= key_bit(bit + i) << (31 - i);
    return hash;
}

/// From us to the guest; 0: no ports.
uint32_t flow_hash(uint16_t source_port, uint16_t port) {
    Bytes input = {10, 0, 0, 1, 10, 0, 0, 2}; // sorted already
    if (port != 0)
        for (const uint16_t each : {std::min(source_port, port), std::max(source_port, port)}) {
            input.push_back(static_cast<uint8_t>(each >> 8));
            input.push_back(static_cast<uint8_t>(each));
        }
    return toeplitz(input);
}

unsigned predicted(const std::vector<unsigned>& of, uint32_t hash) {
    return of[static_cast<size_t>(uint64_t{hash} * of.size() >> 32)];
}

enum class Clocking { Host, Instructions };

class Rps : public testing::TestWithParam<std::tuple<unsigned, Clocking>> {
  protected:
    static constexpr uint16_t nobodys_port = 5999;
    Rps() {
        if (const std::string reason = missing_network(); reason.empty())
            wired_.emplace(cpus(), std::get<1>(GetParam()) == Clocking::Host
                                       ? Arguments{}
                                       : Arguments{"-icount", "shift=4,sleep=off"});
    }
    void SetUp() override {
        if (!wired_)
            GTEST_SKIP() << missing_network();
    }
    static unsigned cpus() { return std::get<0>(GetParam()); }
    GuestMachine& guest() { return wired_->guest(); }
    void store(const std::string& text, const std::string& file) {
        guest().type("echo " + text + " > " + file);
        guest().type("cat " + file);
        guest().console().expect("^" + text + "$");
    }

    /// A column of /proc/net/softnet_stat, from 1 as in its documentation.
    Counts softnet(unsigned column) {
        guest().type("cat /proc/net/softnet_stat");
        Counts counts;
        for (unsigned cpu = 0; cpu < cpus(); cpu++) {
            const std::string line = guest().console().expect("^([0-9a-f]{8} ){14}[0-9a-f]{8}$").text;
            counts.push_back(std::stoull(line.substr((column - 1) * 9, 8), nullptr, 16));
        }
        return counts;
    }
    Counts growth(unsigned column, const Counts& before) {
        Counts now = softnet(column);
        for (unsigned cpu = 0; cpu < cpus(); cpu++)
            now[cpu] -= before[cpu];
        return now;
    }

    /// All but CPU 0.
    static std::vector<unsigned> targets() { return cpus() == 2 ? std::vector{1u} : std::vector{1u, 2u, 3u}; }
    void steer_to_others() { store(cpus() == 2 ? "2" : "e", "/sys/class/net/eth0/queues/rx-0/rps_cpus"); }
    /// A datagram from each of these ports; waits until the CPUs that shall have processed them. Returns how
    /// many each.
    Counts send_and_wait(uint16_t first, uint16_t end) {
        const Counts before = softnet(1);
        Counts expected(cpus());
        uint64_t steered = 0;
        for (uint16_t port = first; port < end; port++) {
            wired_->send(WiredGuest::udp(nobodys_port, "x", port));
            expected[predicted(targets(), flow_hash(port, nobodys_port))]++;
            if (++steered % 50 == 0) { // as many as the card can hold
                EXPECT_TRUE(wired_->echo());
                expected[predicted(targets(), flow_hash(0, 0))]++;
                steered++;
            }
        }
        const auto as_expected = [&] {
            Counts processed = growth(1, before);
            processed[0] = 0; // may have an ARP packet, which is not steered
            return processed == expected;
        };
        EXPECT_TRUE(harness::wait_until(as_expected)) << guest().console().transcript();
        return expected;
    }

    std::optional<WiredGuest> wired_;
};

TEST_P(Rps, EachFlowIsProcessedWhereItsHashSays) {
    steer_to_others();
    const Counts ipis_before = softnet(10);
    const Counts expected = send_and_wait(2000, 2300);
    const Counts ipis = growth(10, ipis_before);
    EXPECT_EQ(ipis[0], 0u);
    for (const unsigned cpu : targets()) {
        EXPECT_GT(ipis[cpu], 0u);
        EXPECT_LE(ipis[cpu], expected[cpu]) << "more interrupts than packets";
    }
    EXPECT_EQ(softnet(2), Counts(cpus())) << "dropped";
    EXPECT_EQ(softnet(12), Counts(cpus())) << "still queued";
}

/// Whoever polls, and in whatever share of a run.
TEST_P(Rps, InEveryModelAndByAThread) {
    steer_to_others();
    uint16_t port = 2000;
    for (const char* model : {"v2001", "v26", "modern"})
        for (const char* threaded : {"1", "0"}) {
            SCOPED_TRACE(std::string(model) + (*threaded == '1' ? ", threaded" : ""));
            guest().type("echo " + std::string(model) + " > /proc/sys/net/core/napi_model");
            store(threaded, "/sys/class/net/eth0/threaded");
            send_and_wait(port, port + 40);
            port += 40;
        }
    EXPECT_EQ(softnet(2), Counts(cpus())) << "dropped";
}

/// What the reader on CPU 0 takes off the ring itself while it waits is processed elsewhere, too.
TEST_P(Rps, WhileTheReaderPollsTheDevice) {
    steer_to_others();
    store("20000", "/proc/sys/net/core/busy_read");
    const Counts before = softnet(1);
    guest().type("listen -c 0 -p 10.0.0.1:6000 7000");
    guest().console().expect_text("Listening on UDP port 7000");
    constexpr unsigned datagrams = 40;
    for (unsigned i = 0; i < datagrams; i++) {
        wired_->send(WiredGuest::udp(7000, "hello", 6000));
        ASSERT_TRUE(wired_->echo());
    }
    guest().console().send("\x03");
    guest().console().expect("^" + std::to_string(datagrams) + " datagrams read, ");
    EXPECT_GE(growth(1, before)[predicted(targets(), flow_hash(6000, 7000))], datagrams);
    guest().type("napi");
    guest().console().expect(", [1-9][0-9]* by a reader$");
}

TEST_P(Rps, OffMeansTheInterruptedCpu) {
    const Counts before = softnet(1);
    for (uint16_t port = 2000; port < 2040; port++)
        wired_->send(WiredGuest::udp(nobodys_port, "x", port));
    ASSERT_TRUE(wired_->echo());
    const Counts processed = growth(1, before);
    EXPECT_GE(processed[0], 41u);
    EXPECT_EQ(processed[cpus() - 1], 0u);
    EXPECT_EQ(softnet(10), Counts(cpus()));
}

TEST_P(Rps, AFlowFollowsItsReader) {
    const unsigned reader = cpus() - 1;
    store("1024", "/proc/sys/net/core/rps_sock_flow_entries");
    store("1024", "/sys/class/net/eth0/queues/rx-0/rps_flow_cnt");
    const Counts before = softnet(1);
    constexpr unsigned datagrams = 40;
    Counts processed;
    const harness::Deadline deadline = harness::patience;
    do { // the first are not steered, until the reader has read one: when that is, is the host's affair
        guest().type("listen -c " + std::to_string(reader) + " -p 10.0.0.1:6000 7000");
        guest().console().expect_text("Listening on UDP port 7000");
        for (unsigned i = 0; i < datagrams; i++) {
            wired_->send(WiredGuest::udp(7000, "hello", 6000));
            ASSERT_TRUE(wired_->echo()); // not steered: nobody reads it
        }
        guest().console().send("\x03");
        guest().console().expect("^" + std::to_string(datagrams) + " datagrams read, ");
        processed = growth(1, before);
    } while (processed[reader] < 5 && !deadline.expired());
    EXPECT_GE(processed[reader], 5u);
    EXPECT_GE(processed[0], datagrams) << "the echo requests";
}

TEST_P(Rps, TheWayOfAFlowCanBeSeen) {
    const unsigned reader = cpus() - 1;
    store("2", "/sys/class/net/eth0/queues/rx-0/rps_cpus");
    guest().type("flows on");
    guest().type("listen -c " + std::to_string(reader) + " -p 10.0.0.1:6000 7000");
    guest().console().expect_text("Listening on UDP port 7000");
    for (unsigned i = 0; i < 20; i++)
        wired_->send(WiredGuest::udp(7000, "hello", 6000));
    ASSERT_TRUE(wired_->echo()) << "goes through the same backlog, so that the datagrams are in the socket";
    guest().console().send("\x03");
    guest().console().expect("^20 datagrams read, ");
    guest().type("flows");
    const std::string here = " +0:20", there = " +1:20", at_reader = " +" + std::to_string(reader) + ":20";
    guest().console().expect("^ +17 10.0.0.1:6000 +10.0.0.2:7000 +[0-9a-f]{8} +20" + here + here + there +
                             there + there + at_reader + " *$");
    guest().type("flows clear");
    guest().type("flows off");
    guest().type("flows");
    guest().console().expect("^not watching: flows on$");
}

std::string case_name(const testing::TestParamInfo<Rps::ParamType>& info) {
    return std::to_string(std::get<0>(info.param)) + "Cpus" +
           (std::get<1>(info.param) == Clocking::Host ? "" : "Icount");
}

INSTANTIATE_TEST_SUITE_P(Machines, Rps,
                         testing::Combine(testing::Values(2u, 4u),
                                          testing::Values(Clocking::Host, Clocking::Instructions)),
                         case_name);

} // namespace
} // namespace guest_test
