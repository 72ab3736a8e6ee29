// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "harness/ipv4.h"
#include "traffic/c_api.h"
#include "traffic_bench.h"

namespace traffic {
namespace {

struct GeneratorTest : testing::Test {
    /// Calls the generator when it asks for it, until the run ends or `end_ns` has come.
    void run(int64_t end_ns = INT64_MAX) {
        for (int64_t next = generator.run(peer.now_ns); next != Generator::never && next <= end_ns;
             next = generator.run(peer.now_ns))
            peer.now_ns = next;
    }
    void start() {
        Settings settings;
        ASSERT_EQ(check(options, settings), nullptr);
        generator.start(settings, peer.now_ns);
    }
    std::vector<int64_t> times() const {
        std::vector<int64_t> result;
        for (const auto& arrival : peer.arrivals)
            result.push_back(arrival.at_ns);
        return result;
    }

    traffic_options options = usual_options();
    RecordingPeer peer;
    traffic_counters counters{};
    Generator generator{peer, counters};
};

TEST_F(GeneratorTest, SendsCountFramesAtTheirTimesAndEnds) {
    options.rate = 3'000'000;
    options.count = 5;
    options.delay_ns = 1000;
    peer.now_ns = 50;
    start();
    EXPECT_TRUE(generator.running());
    run();
    EXPECT_FALSE(generator.running());
    EXPECT_EQ(times(), (std::vector<int64_t>{1050, 1383, 1716, 2050, 2383}));
    for (uint32_t n = 0; n < 5; n++)
        EXPECT_EQ(peer.arrivals[n].label, (Label{0, n, peer.arrivals[n].at_ns}));
    EXPECT_EQ(counters.sent, 5u);
    EXPECT_EQ(counters.sent_bytes, 300u);
    EXPECT_EQ(counters.lag_ns, 0u);
    EXPECT_EQ(generator.run(1'000'000), Generator::never);
}

TEST_F(GeneratorTest, WithoutCountItGoesOn) {
    options.rate = 1'000'000;
    start();
    run(100'000'000);
    EXPECT_TRUE(generator.running());
    EXPECT_EQ(counters.sent, 100'001u);
}

TEST_F(GeneratorTest, ABurstIsOneCall) {
    options.arrivals = "burst";
    options.burst = TRAFFIC_MAX_BURST;
    options.rate = 4'096'000;
    start();
    EXPECT_EQ(generator.run(0), 1'000'000);
    EXPECT_EQ(counters.sent, static_cast<uint64_t>(TRAFFIC_MAX_BURST));
    EXPECT_EQ(generator.run(999'999), 1'000'000);
    EXPECT_EQ(counters.sent, static_cast<uint64_t>(TRAFFIC_MAX_BURST));
}

TEST_F(GeneratorTest, AHostThatIsTooSlowGetsPauses) {
    options.rate = TRAFFIC_MAX_RATE;
    start();
    EXPECT_EQ(generator.run(1'000'000), 1'000'000 + Generator::pause_ns);
    EXPECT_EQ(counters.sent, Generator::max_batch);
    EXPECT_EQ(counters.lag_ns, 1'000'000u);
    EXPECT_EQ(peer.arrivals.back().label.due_ns, Generator::max_batch - 1); // it stays a frame of its time
}

TEST_F(GeneratorTest, FlowsTakeTurnsAndCountByThemselves) {
    options.flows = 3;
    options.count = 8;
    start();
    run();
    for (uint32_t n = 0; n < 8; n++) {
        EXPECT_EQ(peer.arrivals[n].label.flow, n % 3);
        EXPECT_EQ(peer.arrivals[n].label.sequence, n / 3);
    }
}

TEST_F(GeneratorTest, FlowsMayBeginAtAnyNumber) {
    options.flows = 2;
    options.first_flow = 1022;
    options.count = 4;
    start();
    run();
    for (uint32_t n = 0; n < 4; n++) {
        EXPECT_EQ(peer.arrivals[n].label.flow, 1022 + n % 2);
        EXPECT_EQ(peer.arrivals[n].label.sequence, n / 2);
    }
}

TEST_F(GeneratorTest, RefusedFramesAreGoneAndLeaveAGap) {
    options.count = 10;
    start();
    run(2'000'000); // frames 0, 1, 2
    peer.ready = false;
    run(5'000'000);
    peer.ready = true;
    run();
    EXPECT_EQ(counters.sent, 7u);
    EXPECT_EQ(counters.sent_bytes, 7u * 60);
    EXPECT_EQ(counters.refused, 3u);
    ASSERT_EQ(peer.arrivals.size(), 7u);
    EXPECT_EQ(peer.arrivals[2].label.sequence, 2u);
    EXPECT_EQ(peer.arrivals[3].label.sequence, 6u);
}

TEST_F(GeneratorTest, AWireWithASpeedSpreadsABurst) {
    options.arrivals = "burst";
    options.burst = 3;
    options.count = 6;
    options.rate = 3000;
    options.wire_mbps = 100;
    start();
    run();
    EXPECT_EQ(times(), (std::vector<int64_t>{0, 6720, 13440, 1'000'000, 1'006'720, 1'013'440}));
    for (const auto& arrival : peer.arrivals)
        EXPECT_EQ(arrival.label.due_ns, arrival.at_ns);
}

TEST_F(GeneratorTest, TheWireIsTheLimit) {
    options.size = "1514";
    options.rate = TRAFFIC_MAX_RATE;
    options.count = 4;
    options.wire_mbps = 1000;
    start();
    run();
    EXPECT_EQ(times(), (std::vector<int64_t>{0, 12'304, 24'608, 36'912}));
}

TEST_F(GeneratorTest, EveryRunOfASeedIsTheSame) {
    options.arrivals = "poisson";
    options.size = "60x7:590x4:1514x1";
    options.flows = 16;
    options.count = 500;
    start();
    run();
    RecordingPeer again;
    traffic_counters other{};
    Generator second(again, other);
    Settings settings;
    ASSERT_EQ(check(options, settings), nullptr);
    second.start(settings, 0);
    for (int64_t next = second.run(0); next != Generator::never; next = second.run(next))
        again.now_ns = next;
    EXPECT_EQ(peer.arrivals, again.arrivals);
}

TEST_F(GeneratorTest, TimesDoNotDependOnSizes) {
    options.arrivals = "poisson";
    options.count = 100;
    start();
    run();
    const auto small = times();
    peer.arrivals.clear();
    peer.now_ns = 0;
    options.size = "60x1:1514x1";
    start();
    run();
    EXPECT_EQ(times(), small);
}

TEST_F(GeneratorTest, ANewRunBeginsAnewButNumbersGoOn) {
    options.arrivals = "poisson";
    options.count = 50;
    start();
    run();
    const auto first = times();
    peer.arrivals.clear();
    peer.now_ns = 1'000'000'000;
    start();
    run();
    ASSERT_EQ(peer.arrivals.size(), 50u);
    for (std::size_t n = 0; n < 50; n++) {
        EXPECT_EQ(peer.arrivals[n].at_ns - 1'000'000'000, first[n]);
        EXPECT_EQ(peer.arrivals[n].label.sequence, 50 + n);
    }
    EXPECT_EQ(counters.sent, 100u);
}

TEST_F(GeneratorTest, StoppedItSendsNothing) {
    start();
    run(1'000'000);
    generator.stop();
    EXPECT_EQ(generator.run(2'000'000), Generator::never);
    EXPECT_EQ(counters.sent, 2u);
}

/// Through the C interface: a tester whose frames come back to it at once, and later.
struct Echo {
    static bool send(void* opaque, const uint8_t* frame, size_t bytes) {
        auto& echo = *static_cast<Echo*>(opaque);
        traffic_received(echo.tester, frame, bytes, echo.now_ns);
        return true;
    }
    static void answer(void* opaque, const uint8_t* frame, size_t bytes) {
        static_cast<Echo*>(opaque)->answers.emplace_back(frame, frame + bytes);
    }
    Echo() { tester = traffic_new(&host, this); }
    ~Echo() { traffic_free(tester); }

    static constexpr traffic_host host{send, answer};
    traffic_tester* tester;
    int64_t now_ns = 0;
    std::vector<harness::Frame> answers;
};

TEST(Tester, ReceivesItsOwnFrames) {
    Echo echo;
    traffic_options options = usual_options();
    options.count = 3;
    options.flows = 2;
    ASSERT_EQ(traffic_configure(echo.tester, &options), nullptr);
    traffic_start(echo.tester, 0);
    echo.now_ns = 2'500'000;
    EXPECT_EQ(traffic_run(echo.tester, echo.now_ns), Generator::never);
    EXPECT_FALSE(traffic_running(echo.tester));
    const auto& counters = *traffic_get_counters(echo.tester);
    EXPECT_EQ(counters.received, 3u);
    EXPECT_EQ(counters.lost + counters.reordered + counters.duplicates + counters.foreign, 0u);
    EXPECT_EQ(counters.latency_min_ns, 500'000u);
    EXPECT_EQ(counters.latency_max_ns, 2'500'000u);
}

TEST(Tester, KeepsItsSettingsWhenNewOnesAreWrong) {
    Echo echo;
    traffic_options options = usual_options();
    options.count = 1;
    ASSERT_EQ(traffic_configure(echo.tester, &options), nullptr);
    options.count = 2;
    options.flows = 0;
    EXPECT_NE(traffic_configure(echo.tester, &options), nullptr);
    traffic_start(echo.tester, 0);
    EXPECT_EQ(traffic_run(echo.tester, 0), Generator::never);
    EXPECT_EQ(traffic_get_counters(echo.tester)->sent, 1u);
}

TEST(Tester, AnswersArpForItsAddressAndCountsItAsForeign) {
    Echo echo;
    const traffic_options options = usual_options();
    ASSERT_EQ(traffic_configure(echo.tester, &options), nullptr);
    for (uint8_t last : {2, 3}) {
        const auto request = harness::arp({.operation = 1, .target_ip = harness::ip(10, 0, 2, last)});
        traffic_received(echo.tester, request.data(), request.size(), 0);
    }
    EXPECT_EQ(echo.answers.size(), 1u);
    EXPECT_EQ(traffic_get_counters(echo.tester)->foreign, 2u);
}

} // namespace
} // namespace traffic
