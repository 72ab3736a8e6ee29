// SPDX-License-Identifier: GPL-2.0-or-later
// Every chip of the family with the one driver.
#include <cstring>

#include "cosim.h"
#include "driver/e100.h"

namespace cosim {
namespace {

using i8255x::Counter;
using i8255x::Generation;

class Family : public Cosim, public testing::WithParamInterface<std::string> {
  protected:
    const i8255x::Variant& variant() const { return *i8255x::find_variant(GetParam()); }
    void send(uint32_t number) {
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        const Frame frame = numbered_frame(number);
        std::memcpy(packet->put(frame.size()), frame.data(), frame.size());
        packet->device = &device();
        kernel::dev_queue_xmit(packet);
    }
};

TEST_P(Family, ReceivesSendsCountsAndCloses) {
    plug({.chip = GetParam()});
    open();
    EXPECT_EQ(adapter().generation, variant().generation);
    burst(100);
    for (uint32_t number = 0; number < 300; number++)
        send(number);
    settle(2100);
    expect_received_all(100);
    EXPECT_EQ(card().sent.size(), 300u);
    std::array<kernel::EthtoolStat, i8255x::counter_count> lines;
    const unsigned counters = variant().generation == Generation::I82557   ? 16
                              : variant().generation == Generation::I82558 ? 19
                                                                           : 21;
    EXPECT_EQ(device().operations->chip_stats(device(), lines), counters);
    EXPECT_EQ(adapter().statistics.total(Counter::RxGoodFrames), 100u);
    EXPECT_EQ(adapter().statistics.total(Counter::TxGoodFrames), 300u);
}

TEST_P(Family, RecoversFromAFullRing) {
    plug({.chip = GetParam()});
    open();
    for (unsigned round = 0; round < 3; round++) {
        burst(600);
        settle();
        received.clear();
    }
    burst(254);
    settle();
    expect_received_all(254);
}

std::vector<std::string> all_chips() {
    std::vector<std::string> names;
    for (const i8255x::Variant& variant : i8255x::variants())
        names.emplace_back(variant.name);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Chips, Family, testing::ValuesIn(all_chips()),
                         [](const auto& info) { return "i" + info.param; });

class TwoCards : public Cosim {};

/// N5, N6: a second, slow card beside a flooded one, both on one CPU.
TEST_F(TwoCards, TheSlowOneLosesNothing) {
    open();
    Card slow({.slot = 4, .irq = 10, .mac = {0x52, 0x54, 0, 0, 0, 2}});
    ASSERT_EQ(e100::probe(slow.address()), e100::Error::None);
    kernel::NetDevice& second = *kernel::net_devices().back();
    ASSERT_STREQ(second.name, "eth1");
    ASSERT_EQ(kernel::dev_open(second), 0);
    settle();
    service_ns = 27'000;
    const uint64_t start = static_cast<uint64_t>(card().now_ns());
    for (unsigned i = 0; i < 200; i++)
        hosted::at(start + i * 1'000'000, [&] {
            slow.receive(numbered_frame(0, 60, {0x52, 0x54, 0, 0, 0, 2}));
        });
    stream(20'000, 10'000);
    service_ns = 0;
    EXPECT_EQ(second.stats.rx_packets, 200u) << "N6";
    EXPECT_GT(card().count(i8255x::TraceEvent::RxDrop), 1000u) << "the first one was overloaded";
    received.clear();
    kernel::trace_start(); // the trace does not tell two cards apart
    kernel::dev_close(second);
    close();
    e100::exit();
}

} // namespace
} // namespace cosim
