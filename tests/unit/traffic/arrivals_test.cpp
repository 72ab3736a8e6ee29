// SPDX-License-Identifier: GPL-2.0-or-later
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "traffic/arrivals.h"

namespace traffic {
namespace {

std::vector<int64_t> arrivals(const ArrivalProcess& process, std::size_t frames, uint64_t seed = 1) {
    Arrivals source(process, seed);
    std::vector<int64_t> times;
    for (std::size_t i = 0; i < frames; i++)
        times.push_back(source.next());
    return times;
}

TEST(Arrivals, ConstantRateIsExactToTheNanosecond) {
    for (uint64_t rate : {1u, 3u, 1000u, 89'000u, 148'810u, 999'999'937u, 1'000'000'000u}) {
        const auto times = arrivals({.rate = rate}, 100'000);
        for (uint64_t n = 0; n < times.size(); n++)
            ASSERT_EQ(times[n], static_cast<int64_t>(n * 1'000'000'000 / rate)) << rate << ", frame " << n;
    }
}

TEST(Arrivals, BurstsArriveTogetherAndKeepTheMeanRate) {
    const auto times = arrivals({.rate = 30'000, .burst = 7}, 700);
    for (uint64_t n = 0; n < times.size(); n++)
        ASSERT_EQ(times[n], static_cast<int64_t>(n / 7 * 7 * 1'000'000'000 / 30'000)) << n;
}

TEST(Arrivals, PoissonHasMeanAndVarianceOfAnExponentialDistribution) {
    constexpr std::size_t frames = 200'000;
    constexpr double mean_ns = 1e9 / 89'000;
    for (uint64_t seed : {1, 2, 3}) {
        const auto times = arrivals({.rate = 89'000, .poisson = true}, frames + 1, seed);
        double sum = 0, squares = 0;
        std::size_t shorter_than_mean = 0, longer_than_thrice = 0;
        for (std::size_t i = 0; i < frames; i++) {
            const auto gap = static_cast<double>(times[i + 1] - times[i]);
            ASSERT_GE(gap, 0);
            sum += gap;
            squares += gap * gap;
            shorter_than_mean += gap < mean_ns;
            longer_than_thrice += gap > 3 * mean_ns;
        }
        const double mean = sum / frames, variance = squares / frames - mean * mean;
        // four to five standard errors
        EXPECT_NEAR(mean / mean_ns, 1, 0.01) << seed;
        EXPECT_NEAR(variance / (mean_ns * mean_ns), 1, 0.03) << seed;
        EXPECT_NEAR(static_cast<double>(shorter_than_mean) / frames, 1 - std::exp(-1), 0.005) << seed;
        EXPECT_NEAR(static_cast<double>(longer_than_thrice) / frames, std::exp(-3), 0.0025) << seed;
    }
}

TEST(Arrivals, PoissonGapsAreDistributedAsTheyShould) {
    constexpr std::size_t draws = 400'000, bins = 40; // Kolmogorov's distance on a grid
    Random random(7);
    std::vector<std::size_t> below(bins);
    for (std::size_t i = 0; i < draws; i++) {
        const double gap =
            static_cast<double>(exponential_gap(random)) / static_cast<double>(1u << gap_fraction_bits);
        for (std::size_t bin = 0; bin < bins; bin++)
            below[bin] += gap < 0.1 * static_cast<double>(bin + 1);
    }
    for (std::size_t bin = 0; bin < bins; bin++)
        EXPECT_NEAR(static_cast<double>(below[bin]) / draws,
                    1 - std::exp(-0.1 * static_cast<double>(bin + 1)), 0.004)
            << bin;
}

TEST(Arrivals, ASeedIsARun) {
    const ArrivalProcess process{.rate = 1000, .poisson = true};
    EXPECT_EQ(arrivals(process, 1000, 5), arrivals(process, 1000, 5));
    EXPECT_NE(arrivals(process, 1000, 5), arrivals(process, 1000, 6));
}

TEST(Arrivals, PoissonIsTheSameOnEveryMachine) {
    const auto times = arrivals({.rate = 1'000'000, .poisson = true}, 6, 1);
    EXPECT_EQ(times,
              (std::vector<int64_t>{0, 1001, 1363, 1643, 2173, 2340})); // computed apart, with logarithms
}

TEST(Random, IsSplitMix64) {
    Random random(1234567); // the values that its authors' program prints
    EXPECT_EQ(random.next(), 6457827717110365317u);
    EXPECT_EQ(random.next(), 3203168211198807973u);
    EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, BelowStaysBelowAndReachesEverything) {
    Random random(1);
    std::vector<unsigned> seen(7);
    for (int i = 0; i < 7000; i++)
        seen.at(random.below(7))++;
    for (unsigned times : seen)
        EXPECT_NEAR(times, 1000, 150);
    EXPECT_EQ(random.below(1), 0u);
}

} // namespace
} // namespace traffic
