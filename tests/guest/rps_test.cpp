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

    std::optional<WiredGuest> wired_;
};

TEST_P(Rps, EachFlowIsProcessedWhereItsHashSays) {
    const std::vector<unsigned> targets = cpus() == 2 ? std::vector{1u} : std::vector{1u, 2u, 3u};
    store(cpus() == 2 ? "2" : "e", "/sys/class/net/eth0/queues/rx-0/rps_cpus");
    const Counts before = softnet(1), ipis_before = softnet(10);
    Counts expected(cpus());
    uint64_t steered = 0;
    for (uint16_t port = 2000; port < 2300; port++) {
        wired_->send(WiredGuest::udp(nobodys_port, "x", port));
        expected[predicted(targets, flow_hash(port, nobodys_port))]++;
        if (++steered % 50 == 0) { // as many as the card can hold
            ASSERT_TRUE(wired_->echo());
            expected[predicted(targets, flow_hash(0, 0))]++;
            steered++;
        }
    }
    const auto as_expected = [&] {
        Counts processed = growth(1, before);
        processed[0] = 0; // may have an ARP packet, which is not steered
        return processed == expected;
    };
    ASSERT_TRUE(harness::wait_until(as_expected)) << guest().console().transcript();
    const Counts ipis = growth(10, ipis_before);
    EXPECT_EQ(ipis[0], 0u);
    for (const unsigned cpu : targets) {
        EXPECT_GT(ipis[cpu], 0u);
        EXPECT_LE(ipis[cpu], expected[cpu]) << "more interrupts than packets";
    }
    EXPECT_EQ(softnet(2), Counts(cpus())) << "dropped";
    EXPECT_EQ(softnet(12), Counts(cpus())) << "still queued";
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
    guest().type("listen -c " + std::to_string(reader) + " -p 10.0.0.1:6000 7000");
    guest().console().expect_text("Listening on UDP port 7000");
    constexpr unsigned datagrams = 40;
    for (unsigned i = 0; i < datagrams; i++) {
        wired_->send(WiredGuest::udp(7000, "hello", 6000));
        ASSERT_TRUE(wired_->echo()); // not steered: nobody reads it
    }
    guest().console().send("\x03");
    guest().console().expect("^" + std::to_string(datagrams) + " datagrams read, ");
    const Counts processed = growth(1, before);
    EXPECT_GE(processed[reader], 5u)
        << "all but the first, which nobody had read yet; how many is the host's affair";
    EXPECT_GE(processed[0], datagrams) << "the echo requests";
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
