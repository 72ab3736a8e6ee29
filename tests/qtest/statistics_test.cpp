// SPDX-License-Identifier: GPL-2.0-or-later
// Dumping the counters: where, in which form, with which completion dword, and what they count (SDM 6.3.2.4).
#include "e100_test.h"

namespace qtest {
namespace {

struct Form {
    const char* name;
    bool standard, tco;
    StatisticsFormat format;
    friend std::ostream& operator<<(std::ostream& out, const Form& form) { return out << form.name; }
};

class StatisticsForm : public ::testing::TestWithParam<Form> {
  protected:
    void SetUp() override {
        auto configuration = usual_configuration();
        config::standard_statistics.set(configuration, GetParam().standard);
        config::tco_statistics.set(configuration, GetParam().tco);
        e100.bring_up(configuration);
        area_ = e100.memory().allocate(size);
        e100.memory().fill(area_, size, 0xa5);
        e100.command(CuCommand::LoadDumpCountersAddress, area_);
    }
    void expect_only_the_form_was_written(uint32_t completion) {
        auto bytes = static_cast<uint32_t>(GetParam().format);
        ASSERT_TRUE(wait_until([&] { return e100.memory().read32(area_ + bytes) == completion; }));
        for (uint32_t at = 0; at < bytes; at += 4)
            EXPECT_NE(e100.memory().read32(area_ + at), 0xa5a5a5a5u) << at;
        for (uint32_t at = bytes + 4; at < size; at += 4)
            EXPECT_EQ(e100.memory().read32(area_ + at), 0xa5a5a5a5u) << at;
    }
    static constexpr uint32_t size = 128;
    E100Harness e100;
    uint32_t area_ = 0;
};

TEST_P(StatisticsForm, DumpWritesItsBytesAndTheCompletionBehindThem) {
    e100.command(CuCommand::DumpCounters);
    expect_only_the_form_was_written(dump_complete);
    EXPECT_EQ(e100.stat(), 0); // dumps raise no interrupt
    EXPECT_EQ(e100.cu(), CuStatus::Idle);
}

TEST_P(StatisticsForm, DumpAndResetHasItsOwnCompletionAndClears) {
    e100.transmit(numbered_frame(1, 100, peer_mac, card_mac));
    ASSERT_TRUE(e100.wire().receive());
    e100.command(CuCommand::DumpAndResetCounters);
    expect_only_the_form_was_written(dump_and_reset_complete);
    EXPECT_EQ(e100.memory().read32(area_), 1u);
    e100.command(CuCommand::DumpCounters);
    auto bytes = static_cast<uint32_t>(GetParam().format);
    ASSERT_TRUE(wait_until([&] { return e100.memory().read32(area_ + bytes) == dump_complete; }));
    EXPECT_EQ(e100.memory().read(area_, bytes), Bytes(bytes));
}

INSTANTIATE_TEST_SUITE_P(Forms, StatisticsForm,
                         ::testing::Values(Form{"As82557", true, false, StatisticsFormat::I82557},
                                           Form{"As82558", false, false, StatisticsFormat::I82558},
                                           Form{"WithTco", true, true, StatisticsFormat::Tco}),
                         [](const auto& info) { return std::string(info.param.name); });

class Statistics : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
};

TEST_F(Statistics, EachGoodFrameCountsOnce) {
    RfdRing ring(memory, 8);
    e100.start_receiving(ring);
    for (uint32_t n = 0; n < 3; n++) {
        e100.wire().send(numbered_frame(n, 100));
        e100.transmit(numbered_frame(n, 100, peer_mac, card_mac));
    }
    e100.wire().send(numbered_frame(7, 100, {2, 0, 0, 0, 0, 7})); // not for us: counted nowhere
    e100.wire().send(numbered_frame(8, 100));
    ASSERT_TRUE(ring.wait_complete(3));
    auto counters = e100.counters();
    for (size_t n = 0; n < counters.dwords.size(); n++) {
        auto which = static_cast<Counter>(n);
        uint32_t expected = which == Counter::RxGoodFrames ? 4 : which == Counter::TxGoodFrames ? 3 : 0;
        EXPECT_EQ(counters.dwords[n], expected) << "counter " << n;
    }
}

TEST_F(Statistics, FramesThatNobodyHearsLoseTheirCarrier) {
    e100.qmp().set_link(E100Harness::device_id, false);
    e100.transmit(numbered_frame(1, 100, peer_mac, card_mac));
    e100.qmp().set_link(E100Harness::device_id, true);
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::TxLostCarrierSense], 1u);
    EXPECT_EQ(counters[Counter::TxGoodFrames], 0u);
}

TEST_F(Statistics, FramesOffTheBusUnderrun) {
    constexpr uint32_t nowhere = 0xf0000000;
    uint32_t array = memory.allocate(16);
    memory.store(array, tbd(nowhere, 100));
    EXPECT_EQ(e100.execute_block(flexible_tcb(cb_command::end_of_list, 0, array, 1)),
              cb_status::complete | cb_status::ok | cb_status::underrun);
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::TxUnderruns], 1u);
    EXPECT_EQ(counters[Counter::TxGoodFrames], 0u);
}

TEST_F(Statistics, WithoutAnAddressNothingIsWritten) {
    memory.fill(0x1000, 128, 0xa5);
    e100.qtest().memset(0, 128, 0xa5);
    e100.command(CuCommand::DumpCounters);
    e100.settle();
    EXPECT_EQ(e100.qtest().read(0, 128), Bytes(128, 0xa5));
}

TEST_F(Statistics, FormAfterResetIsThatOfThe82557) {
    e100.port(PortCommand::SoftwareReset);
    EXPECT_EQ(e100.counters(StatisticsFormat::I82557).dwords.size(), 16u);
}

TEST(StatisticsOf82557, HaveOneForm) {
    E100Harness e100({.properties = "chip=82557b"});
    auto configuration = usual_configuration();
    config::tco_statistics.set(configuration, true); // means TNO there
    e100.bring_up(configuration);
    EXPECT_EQ(e100.counters(StatisticsFormat::I82557).dwords.size(), 16u);
}

} // namespace
} // namespace qtest
