// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "traffic/settings.h"
#include "traffic_bench.h"

namespace traffic {
namespace {

TEST(Settings, EveryPropertyArrives) {
    traffic_options options = usual_options();
    options.rate = 89'000;
    options.count = 5;
    options.arrivals = "burst";
    options.burst = 4096;
    options.wire_mbps = 100;
    options.delay_ns = 7;
    options.seed = 8;
    options.flows = 1000;
    options.first_flow = 24;
    options.source_port = 0xfc00;
    Settings settings;
    ASSERT_EQ(check(options, settings), nullptr);
    EXPECT_EQ(settings.arrivals.rate, 89'000u);
    EXPECT_EQ(settings.arrivals.burst, 4096u);
    EXPECT_FALSE(settings.arrivals.poisson);
    EXPECT_EQ(settings.count, 5u);
    EXPECT_EQ(settings.wire_mbps, 100u);
    EXPECT_EQ(settings.delay_ns, 7);
    EXPECT_EQ(settings.seed, 8u);
    EXPECT_EQ(settings.flows, 1000u);
    EXPECT_EQ(settings.first_flow, 24u);
    EXPECT_EQ(settings.addresses.source_ip, 0x0a000202u);
    EXPECT_EQ(settings.addresses.destination_ip, 0x0a00020fu);
    EXPECT_EQ(settings.addresses.source_port, 0xfc00);
    EXPECT_EQ(settings.addresses.destination_port, 9);
    EXPECT_EQ(settings.addresses.destination_mac[5], 0x56);
    EXPECT_EQ(settings.addresses.source_mac[0], 2);
}

TEST(Settings, BurstHasADefaultOnlyWhereItBelongs) {
    traffic_options options = usual_options();
    Settings settings;
    options.arrivals = "burst";
    ASSERT_EQ(check(options, settings), nullptr);
    EXPECT_EQ(settings.arrivals.burst, 32u);
    options.arrivals = "poisson";
    ASSERT_EQ(check(options, settings), nullptr);
    EXPECT_EQ(settings.arrivals.burst, 1u);
    EXPECT_TRUE(settings.arrivals.poisson);
}

struct Wrong {
    const char* property;
    void (*spoil)(traffic_options&);
    friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.property; }
};

class WrongSettings : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSettings, AreRefusedByName) {
    traffic_options options = usual_options();
    GetParam().spoil(options);
    Settings settings;
    settings.flows = 77;
    const char* error = check(options, settings);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(std::string(error).find(GetParam().property), 0u) << error;
    EXPECT_EQ(settings.flows, 77u) << "nothing of it may be taken";
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongSettings,
    testing::Values(Wrong{"rate=", [](traffic_options& o) { o.rate = 0; }},
                    Wrong{"rate=", [](traffic_options& o) { o.rate = TRAFFIC_MAX_RATE + 1ull; }},
                    Wrong{"arrivals=", [](traffic_options& o) { o.arrivals = "CBR"; }},
                    Wrong{"arrivals=", [](traffic_options& o) { o.arrivals = ""; }},
                    Wrong{"burst=", [](traffic_options& o) { o.burst = 2; }},
                    Wrong{"burst=",
                          [](traffic_options& o) {
                              o.arrivals = "burst";
                              o.burst = TRAFFIC_MAX_BURST + 1;
                          }},
                    Wrong{"size=", [](traffic_options& o) { o.size = "59"; }},
                    Wrong{"size=", [](traffic_options& o) { o.size = "1515"; }},
                    Wrong{"wire-mbps=", [](traffic_options& o) { o.wire_mbps = 1'000'001; }},
                    Wrong{"delay-ns=", [](traffic_options& o) { o.delay_ns = 3600'000'000'001; }},
                    Wrong{"src-ip=", [](traffic_options& o) { o.source_ip = "10.0.2"; }},
                    Wrong{"src-ip=", [](traffic_options& o) { o.source_ip = "10.0.2.256"; }},
                    Wrong{"dst-ip=", [](traffic_options& o) { o.destination_ip = "10.0.2.15."; }},
                    Wrong{"dst-ip=", [](traffic_options& o) { o.destination_ip = "10..2.15"; }},
                    Wrong{"dst-ip=", [](traffic_options& o) { o.destination_ip = ""; }},
                    Wrong{"flows=", [](traffic_options& o) { o.flows = 0; }},
                    Wrong{"flows=", [](traffic_options& o) { o.flows = 1025; }},
                    Wrong{"flows=",
                          [](traffic_options& o) {
                              o.flows = 1024;
                              o.source_port = 0xfc01;
                          }},
                    Wrong{"first-flow=", [](traffic_options& o) { o.first_flow = 1024; }},
                    Wrong{"first-flow=", [](traffic_options& o) { o.first_flow = ~0u; }},
                    Wrong{"flows=", [](traffic_options& o) {
                              o.first_flow = 1023;
                              o.source_port = 0xfc01;
                          }}));

TEST(SizeMixture, RefusesWhatIsNone) {
    SizeMixture mixture;
    for (const char* text : {"", ":", "60:", ":60", "60x", "x1", "60x0", "60x1x1", "60 ", "+60", "-60",
                             "0x40", "60,61", "60x1000001", "99999999999999999999"})
        EXPECT_FALSE(mixture.parse(text)) << text;
    std::string many = "60x1";
    for (int i = 1; i < 16; i++)
        many += ":61x1";
    EXPECT_TRUE(mixture.parse(many));
    EXPECT_FALSE(mixture.parse(many + ":62x1"));
}

TEST(SizeMixture, SizesComeAsOftenAsTheirWeightsSay) {
    SizeMixture imix;
    ASSERT_TRUE(imix.parse("60x7:590x4:1514x1"));
    Random random(1);
    std::map<std::size_t, int> seen;
    for (int i = 0; i < 120'000; i++)
        seen[imix.draw(random)]++;
    EXPECT_EQ(seen.size(), 3u);
    EXPECT_NEAR(seen[60], 70'000, 1000);
    EXPECT_NEAR(seen[590], 40'000, 1000);
    EXPECT_NEAR(seen[1514], 10'000, 500);
}

TEST(SizeMixture, OneSizeIsThatSize) {
    SizeMixture mixture;
    Random random(1);
    ASSERT_TRUE(mixture.parse("1514"));
    EXPECT_EQ(mixture.draw(random), 1514u);
    ASSERT_TRUE(mixture.parse("60x1000000"));
    EXPECT_EQ(mixture.draw(random), 60u);
}

} // namespace
} // namespace traffic
