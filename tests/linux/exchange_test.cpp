// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange itself, over links that do to frames what a bad card does: each harm must be found, and must
// not stop the rest of the exchange.
#include <functional>
#include <gtest/gtest.h>

#include "exchange.h"

namespace linux_test {

namespace {

using harness::Frame;

constexpr MacAddress a_mac = {2, 0, 0, 0, 0, 1};
constexpr MacAddress b_mac = {2, 0, 0, 0, 0, 2};

/// What the link makes of one frame: none, one or several.
using Link = std::function<std::vector<Frame>(const Frame&)>;

std::vector<Frame> faithful(const Frame& frame) { return {frame}; }

ExchangePlan plan(uint32_t send, uint32_t expect) {
    ExchangePlan result;
    result.own = a_mac;
    result.peer = b_mac;
    result.send = send;
    result.expect = expect;
    result.window = 16;
    return result;
}

class ExchangeTest : public ::testing::Test {
  protected:
    Exchange a_{plan(500, 300)};
    Exchange b_{other_end(plan(500, 300))};
    uint32_t most_under_way_ = 0;

    static ExchangePlan other_end(ExchangePlan plan) {
        std::swap(plan.own, plan.peer);
        std::swap(plan.send, plan.expect);
        std::swap(plan.seed, plan.peer_seed);
        return plan;
    }
    static bool move(Exchange& from, Exchange& to, const Link& link) {
        auto frame = from.next();
        if (!frame)
            return false;
        for (const auto& copy : link(*frame))
            to.arrived(copy);
        return true;
    }
    /// Until neither end has anything to say, even after some pauses. Frames from a to b pass through `link`.
    void run(const Link& link, int pauses = 3) {
        while (pauses-- > 0) {
            for (bool busy = true; busy;) {
                busy = move(a_, b_, link);
                most_under_way_ = std::max(most_under_way_, a_.sent() - a_.acknowledged());
                busy |= move(b_, a_, faithful);
            }
            a_.idle();
            b_.idle();
        }
    }
    /// `harm` is done to data frame number `victim` alone.
    static Link harming(uint32_t victim, const Link& harm) {
        return [victim, harm, seen = 0u](const Frame& frame) mutable -> std::vector<Frame> {
            bool hit = ether_type(frame) == data_type && seen++ == victim;
            return hit ? harm(frame) : faithful(frame);
        };
    }
};

} // namespace

TEST_F(ExchangeTest, IsPerfectOverAFaithfulLink) {
    run(faithful);
    EXPECT_TRUE(a_.perfect()) << a_.describe();
    EXPECT_TRUE(b_.perfect()) << b_.describe();
    EXPECT_LE(most_under_way_, 16u);
}

TEST_F(ExchangeTest, FindsALostFrameAndGoesOn) {
    run(harming(100, [](const Frame&) { return std::vector<Frame>(); }));
    EXPECT_FALSE(b_.perfect());
    EXPECT_EQ(b_.received().missing(), std::vector<uint32_t>{100});
    EXPECT_EQ(b_.received().arrived(), 499u);
}

TEST_F(ExchangeTest, FindsTheLastFrameLost) {
    run(harming(499, [](const Frame&) { return std::vector<Frame>(); }));
    EXPECT_FALSE(b_.perfect());
    EXPECT_FALSE(a_.perfect()) << "it was never acknowledged";
}

TEST_F(ExchangeTest, GoesOnWhenAWholeWindowIsLost) {
    const Link link = [seen = 0u](const Frame& frame) mutable -> std::vector<Frame> {
        const bool hit = ether_type(frame) == data_type && seen / 16 == 2;
        seen += ether_type(frame) == data_type;
        return hit ? std::vector<Frame>() : faithful(frame);
    };
    run(link, 200);
    EXPECT_EQ(a_.sent(), 500u);
    EXPECT_EQ(b_.received().missing().size(), 16u);
    EXPECT_EQ(b_.received().arrived(), 484u);
}

TEST_F(ExchangeTest, FindsAnAlteredByte) {
    for (size_t at : {size_t{14}, size_t{30}, size_t{59}}) {
        Exchange fresh{other_end(plan(500, 300))};
        auto frame = *Exchange(plan(500, 300)).next();
        frame[at] ^= 0x40;
        fresh.arrived(frame);
        EXPECT_EQ(fresh.received().arrived(), 0u) << at;
    }
}

TEST_F(ExchangeTest, FindsATruncatedFrame) {
    run(harming(
        7, [](const Frame& frame) { return std::vector<Frame>{Frame(frame.begin(), frame.end() - 1)}; }));
    EXPECT_FALSE(b_.perfect());
    EXPECT_EQ(b_.received().altered(), std::vector<uint32_t>{7});
}

TEST_F(ExchangeTest, FindsADuplicate) {
    run(harming(7, [](const Frame& frame) { return std::vector<Frame>{frame, frame}; }));
    EXPECT_FALSE(b_.perfect());
    EXPECT_EQ(b_.received().duplicated(), std::vector<uint32_t>{7});
}

TEST_F(ExchangeTest, FindsFramesOutOfOrder) {
    Frame kept;
    run([&, seen = 0](const Frame& frame) mutable -> std::vector<Frame> {
        if (ether_type(frame) != data_type)
            return {frame};
        seen++;
        if (seen == 20)
            kept = frame;
        return seen == 20   ? std::vector<Frame>()
               : seen == 21 ? std::vector<Frame>{frame, kept}
                            : faithful(frame);
    });
    EXPECT_FALSE(b_.perfect());
    EXPECT_EQ(b_.received().out_of_order(), std::vector<uint32_t>{19});
}

TEST_F(ExchangeTest, SurvivesLostAcknowledgements) {
    run([](const Frame& frame) {
        return ether_type(frame) == acknowledgement_type && frame[17] % 3 == 0 ? std::vector<Frame>()
                                                                               : faithful(frame);
    });
    EXPECT_EQ(b_.received().arrived(), 500u);
    EXPECT_TRUE(a_.received().perfect());
}

TEST_F(ExchangeTest, IgnoresForeignTypesAndScraps) {
    Exchange exchange(plan(0, 1));
    EXPECT_FALSE(exchange.arrived(Frame{}));
    EXPECT_FALSE(exchange.arrived(Frame(13)));
    EXPECT_FALSE(exchange.arrived(Frame(60)));
    Frame scrap(14);
    scrap[12] = 0x88;
    for (uint8_t type : {0xb5, 0xb6}) {
        scrap[13] = type;
        exchange.arrived(scrap);
    }
    EXPECT_FALSE(exchange.perfect());
    EXPECT_EQ(exchange.acknowledged(), 0u);
}

} // namespace linux_test
