// SPDX-License-Identifier: GPL-2.0-or-later
// Linux's driver loads microcode if it finds the file that its chip wants: our own, and Intel's where it is
// installed on this machine. The driver keeps a file once it has it, so each case is a machine of its own.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "harness/failure.h"
#include "harness/ipv4.h"
#include "linux_guest.h"
#include "offline_tests.h"
#include "wire_end.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

const std::string firmware_directory = "/lib/firmware/e100";
/// The delay that Linux's driver writes into every image.
constexpr auto delay = 1024us;

struct Chip {
    const char* chip;
    const char* file;
};
const std::vector<Chip> chips = {{"82559c", "d101m_ucode.bin"},  {"82559er", "d101s_ucode.bin"},
                                 {"82551", "d102e_ucode.bin"},   {"82551f", "d102e_ucode.bin"},
                                 {"82551qm", "d102e_ucode.bin"}, {"82551it", "d102e_ucode.bin"},
                                 {"82551er", "d102e_ucode.bin"}};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string own_file() {
    const char* path = std::getenv("E100_MICROCODE");
    return path == nullptr ? "" : read_file(path);
}

class Microcode : public ::testing::Test {
  protected:
    void boot() {
        std::vector<Card> cards;
        for (const Chip& chip : chips)
            cards.push_back({.net = Net::Wire, .properties = std::string("chip=") + chip.chip});
        guest_ = std::make_unique<LinuxGuest>(Machine{"pc", 1}, cards);
    }
    LinuxGuest& guest() { return *guest_; }
    static std::string interface(unsigned eth) { return "eth" + std::to_string(eth); }

    void install(const char* name, const std::string& contents) {
        guest().must("mkdir -p " + firmware_directory);
        guest().write_file(firmware_directory + "/" + name, contents);
    }
    void reopen(unsigned eth, const std::string& address) {
        guest().must("ip link set " + interface(eth) + " down");
        guest().must("ip link set " + interface(eth) + " up");
        guest().must("ip addr add " + address + "/24 dev " + interface(eth));
    }
    /// How long the guest takes to answer an ARP request, which is a lone frame, and small. One answer in
    /// five may be quicker: any other interrupt polls too, that of the driver's watchdog for one, and on a
    /// busy host this waits for the same CPU as the answer.
    std::chrono::microseconds answer_time(unsigned eth, harness::Ipv4Address address) {
        const auto request = harness::padded(harness::arp({.sender_mac = LinuxGuest::wire_mac(eth),
                                                           .sender_ip = harness::ip(10, 9, 9, 2),
                                                           .target_ip = address}));
        std::vector<std::chrono::microseconds> times;
        for (int round = 0; round < 50; round++) {
            while (guest().wire(eth).receive(10ms)) {
                // Silence: the interrupts of the last answer's transmission are over, too.
            }
            const auto before = std::chrono::steady_clock::now();
            guest().wire(eth).send(request);
            if (!guest().wire(eth).receive())
                throw harness::Failure("no answer on " + interface(eth));
            times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - before));
        }
        std::ranges::sort(times);
        return times[times.size() / 5];
    }
    void expect_works(unsigned eth) {
        ExchangePlan plan;
        plan.send = plan.expect = 1000;
        auto findings = exchange_with_guest(guest(), plan, eth);
        EXPECT_TRUE(findings.host_perfect) << interface(eth) << ", host: " << findings.host;
        EXPECT_TRUE(findings.guest_perfect) << interface(eth) << ", guest: " << findings.guest;
    }
    /// No answer is quicker than the delay; without microcode the quickest ones are, unless the machine is
    /// overloaded.
    void expect_bundling(unsigned eth, const std::string& contents) {
        install(chips[eth].file, contents);
        reopen(eth, "10.9.9.1");
        EXPECT_GE(answer_time(eth, harness::ip(10, 9, 9, 1)), delay) << chips[eth].chip;
        expect_works(eth);
        guest().must("ip addr del 10.9.9.1/24 dev " + interface(eth));
    }

    std::unique_ptr<LinuxGuest> guest_;
};

} // namespace

TEST_F(Microcode, OursBundlesOnEveryChipAndOpensThe82551) {
    ASSERT_EQ(own_file().size(), 539u);
    boot();
    guest().must("ip addr add 10.9.9.1/24 dev eth0");
    const auto without = answer_time(0, harness::ip(10, 9, 9, 1));
    guest().must("ip addr del 10.9.9.1/24 dev eth0");
    RecordProperty("answer_without_us", static_cast<int>(without.count()));
    if (without >= delay)
        std::printf("this machine is too slow to tell the delay from its own: %d us\n",
                    static_cast<int>(without.count()));
    for (unsigned eth = 0; eth < chips.size(); eth++)
        expect_bundling(eth, own_file());
    for (unsigned eth = 0; eth < chips.size(); eth++)
        if (std::string(chips[eth].file) == "d102e_ucode.bin") // the others open without
            expect_offline_tests_pass(guest(), interface(eth), chips[eth].chip);
}

TEST_F(Microcode, IntelsBundlesWhereItIsInstalled) {
    unsigned installed = 0;
    for (unsigned eth = 0; eth < chips.size(); eth++) {
        const std::string contents = read_file(firmware_directory + "/" + chips[eth].file);
        if (contents.empty())
            continue;
        if (installed++ == 0)
            boot();
        expect_bundling(eth, contents);
    }
    if (installed == 0)
        GTEST_SKIP() << firmware_directory << " has no microcode (Debian: firmware-misc-nonfree)";
}

} // namespace linux_test
