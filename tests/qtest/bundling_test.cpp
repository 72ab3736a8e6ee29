// SPDX-License-Identifier: GPL-2.0-or-later
// Receive bundling by microcode: on an exact clock, across migration, and with Intel's own
// images where they are installed.
#include <cstdlib>
#include <fstream>

#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr BundlingParameters usual{.delay = 0x0600, .frames = 6, .small_mask = 0xffff};
constexpr int64_t usual_delay_ns = 1'024'000;
constexpr BundlingParameters slow{.delay = 0xffff, .frames = 3, .small_mask = 0xffff};
constexpr int64_t slow_delay_ns = 43'690'000;
constexpr unsigned most_frames = 120;

/// A card that receives and has nothing pending.
struct Receiver {
    Receiver(MachineClock clock, const Bytes& microcode, const std::string& properties = "")
        : e100({.properties = properties, .clock = clock}), ring(e100.memory(), most_frames) {
        e100.bring_up();
        EXPECT_EQ(e100.execute(Opcode::LoadMicrocode, microcode), done);
        e100.start_receiving(ring);
        e100.acknowledge(0xff);
    }
    void send(uint32_t number) { e100.wire().send(numbered_frame(number, 200)); }

    E100Harness e100;
    RfdRing ring;
};

TEST(Bundling, ALoneFrameWaitsForTheDelay) {
    Receiver receiver(MachineClock::Exact, bundling_microcode(usual));
    const int64_t before = receiver.e100.clock_ns();
    receiver.send(0);
    ASSERT_TRUE(receiver.e100.wait_stat(stat::fr));
    const int64_t took = receiver.e100.clock_ns() - before;
    EXPECT_GE(took, usual_delay_ns - 10); // the clock is read in steps of 10 ns
    EXPECT_LE(took, usual_delay_ns + 1000);
    EXPECT_TRUE(receiver.ring.complete(0));
}

// A test that is held up for longer than the delay sees the timer's interrupt instead: that bundle says
// nothing.
TEST(Bundling, OnlyTheLastOfABundleInterrupts) {
    constexpr uint32_t bundle = 6, bundles = most_frames / bundle;
    Receiver receiver(MachineClock::Wall,
                      bundling_microcode({.delay = 0xffff, .frames = bundle, .small_mask = 0xffff}));
    E100Harness& e100 = receiver.e100;
    unsigned in_time = 0;
    for (uint32_t n = 0; n < bundles && in_time < 3; n++) {
        const unsigned before = e100.interrupts();
        const int64_t start = e100.clock_ns();
        for (uint32_t frame = n * bundle; frame < (n + 1) * bundle - 1; frame++) {
            receiver.send(frame);
            ASSERT_TRUE(receiver.ring.wait_complete(frame));
        }
        const int early = e100.stat();
        receiver.send((n + 1) * bundle - 1);
        ASSERT_TRUE(e100.wait_stat(stat::fr));
        if (e100.clock_ns() - start < slow_delay_ns) {
            in_time++;
            EXPECT_EQ(early, 0);
            EXPECT_TRUE(receiver.ring.complete((n + 1) * bundle - 1));
            EXPECT_EQ(e100.interrupts() - before, 1u);
        } else {
            ASSERT_TRUE(receiver.ring.wait_complete((n + 1) * bundle - 1));
            wait_until([&, now = e100.clock_ns()] { return e100.clock_ns() - now > slow_delay_ns; });
        }
        e100.acknowledge(0xff);
    }
    EXPECT_EQ(in_time, 3u);
}

TEST(Bundling, UnknownMicrocodeIsAcceptedAndChangesNothing) {
    Receiver receiver(MachineClock::Exact, Bytes(536, 0x5a));
    const int64_t before = receiver.e100.clock_ns();
    receiver.send(0);
    ASSERT_TRUE(receiver.e100.wait_stat(stat::fr));
    EXPECT_LE(receiver.e100.clock_ns() - before, 1000);
}

// ---- Migration ----

constexpr const char* subsection = "e100/chip/bundling";

bool mentions(const std::string& path, const std::string& text) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {}).find(text) != std::string::npos;
}

TEST(BundlingMigration, AStreamWithoutMicrocodeDoesNotMentionIt) {
    E100Harness e100;
    e100.bring_up();
    e100.execute(Opcode::LoadMicrocode, bundling_microcode(usual));
    e100.port(PortCommand::SoftwareReset);
    e100.bring_up();
    const std::string stream = e100.directory().file("stream");
    e100.qmp().migrate_to_file(stream);
    EXPECT_TRUE(mentions(stream, "e100"));
    EXPECT_FALSE(mentions(stream, subsection));
}

/// The machine stops at once, so most of the delay is still to come on the other side.
TEST(BundlingMigration, FramesThatWaitGetTheirInterruptThere) {
    Receiver source(MachineClock::Wall, bundling_microcode(slow));
    source.send(0);
    ASSERT_TRUE(source.ring.wait_complete(0));
    const std::string stream = source.e100.directory().file("stream");
    source.e100.qmp().migrate_to_file(stream);
    EXPECT_TRUE(mentions(stream, subsection));
    E100Harness e100({.incoming = stream});
    EXPECT_TRUE(e100.wait_stat(stat::fr));
    e100.acknowledge(0xff);
    const int64_t before = e100.clock_ns();
    e100.wire().send(numbered_frame(1, 200));
    ASSERT_TRUE(e100.wait_stat(stat::fr)) << "the microcode came along";
    EXPECT_GE(e100.clock_ns() - before, slow_delay_ns - 10);
}

// ---- Files as Linux loads them ----

struct File {
    const char* name;
    const char* chip;
};
const File files[] = {{"d101m_ucode.bin", "82559c"},
                      {"d101s_ucode.bin", "82559er"},
                      {"d102e_ucode.bin", "82551"},
                      {"", "82559c"}}; // ours

class MicrocodeFile : public ::testing::TestWithParam<File> {
  protected:
    static std::string path() {
        if (GetParam().name[0] != '\0')
            return std::string("/lib/firmware/e100/") + GetParam().name;
        const char* ours = std::getenv("E100_MICROCODE");
        return ours != nullptr ? ours : "";
    }
};

TEST_P(MicrocodeFile, BundlesWithItsOwnParameters) {
    std::ifstream file(path(), std::ios::binary);
    if (!file)
        GTEST_SKIP() << path() << " is not installed (Debian: firmware-misc-nonfree)";
    Bytes bytes(std::istreambuf_iterator<char>(file), {});
    ASSERT_EQ(bytes.size(), 539u);
    bytes.resize(536);
    Receiver receiver(MachineClock::Exact, bytes, std::string("chip=") + GetParam().chip);
    const int64_t before = receiver.e100.clock_ns();
    receiver.send(0); // 200 bytes: not small by the published mask
    ASSERT_TRUE(receiver.e100.wait_stat(stat::fr));
    EXPECT_GE(receiver.e100.clock_ns() - before, usual_delay_ns - 10);
    EXPECT_LE(receiver.e100.clock_ns() - before, usual_delay_ns + 2000);
}

INSTANTIATE_TEST_SUITE_P(Files, MicrocodeFile, ::testing::ValuesIn(files), [](const auto& info) {
    std::string name = info.param.name;
    return name.empty() ? std::string("Own") : name.substr(0, name.find('_'));
});

} // namespace
} // namespace qtest
