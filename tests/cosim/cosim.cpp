// SPDX-License-Identifier: GPL-2.0-or-later
// The fixture: boots once, and keeps the books.
#include "cosim.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "arch/clock.h"
#include "driver/e100.h"
#include "kernel/init.h"
#include "kernel/packet_buffer.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;

constexpr std::size_t number_offset = kernel::ethernet_header_bytes;
constexpr std::size_t pattern_offset = number_offset + sizeof(uint32_t);

Cosim* current = nullptr;

void boot_once() {
    static const bool booted = [] {
        kernel::kernel_init("test");
        return true;
    }();
    (void)booted;
}

uint8_t pattern(uint32_t number, std::size_t at) { return static_cast<uint8_t>(number * 31 + at * 7); }

const char* const event_names[] = {
#define I8255X_TRACE_NAME(enumerator, name, a, b) name,
    I8255X_TRACE_EVENTS(I8255X_TRACE_NAME)
#undef I8255X_TRACE_NAME
};

} // namespace

Frame numbered_frame(uint32_t number, std::size_t bytes, kernel::MacAddress destination) {
    Frame frame(bytes);
    std::ranges::copy(destination, frame.begin());
    frame[6] = 0x02;
    frame[12] = test_ethertype >> 8;
    frame[13] = test_ethertype & 0xff;
    std::memcpy(frame.data() + number_offset, &number, sizeof(number));
    for (std::size_t at = pattern_offset; at < bytes; at++)
        frame[at] = pattern(number, at);
    return frame;
}

Work Work::operator-(const Work& before) const {
    return {interrupts - before.interrupts,
            polls - before.polls,
            done - before.done,
            ndone - before.ndone,
            missed - before.missed,
            net_rx_runs - before.net_rx_runs,
            net_rx_raised - before.net_rx_raised,
            rx_packets - before.rx_packets,
            irq_rx - before.irq_rx,
            irq_rnr - before.irq_rnr,
            irq_swi - before.irq_swi,
            ru_starts - before.ru_starts};
}

Cosim::Cosim() {
    boot_once();
    current = this;
    e100::options() = {};
    live_packets_before_ = kernel::packet_pool_stats().live();
    dma_before_ = kernel::dma_stats();
    kernel::dev_add_pack(test_ethertype, take);
    kernel::trace_start();
}

Cosim::~Cosim() {
    if (device_ && device_->up)
        close();
    e100::exit();
    card_.reset();
    kernel::trace_stop();
    kernel::packet_pool_fail_when(nullptr);
    kernel::dma_fail_when(nullptr);
    hosted::on_access(nullptr);
    hosted::on_write_barrier(nullptr);
    expect_nothing_leaked();
    hosted::take_console_output();
    current = nullptr;
}

void Cosim::plug(const CardOptions& options) { card_ = std::make_unique<Card>(options); }

void Cosim::open() {
    if (!card_)
        plug();
    if (!device_) {
        ASSERT_EQ(e100::probe(card_->address()), e100::Error::None);
        device_ = kernel::net_devices().back();
    }
    rfds_before_open_ = card_->count(TraceEvent::RfdComplete);
    packets_before_open_ = taken_off_the_ring();
    ASSERT_EQ(kernel::dev_open(*device_), 0);
    settle(); // the watchdog's first run and its software interrupt
}

void Cosim::close() {
    settle();
    // The watchdog may have run in the tick that ended the sleep; its session is for ksoftirqd then.
    if (adapter().napi.state.load() & kernel::napi_state::sched)
        settle(1);
    expect_balanced();
    expect_invariants_in_trace();
    kernel::dev_close(*device_);
}

void Cosim::settle(unsigned ms) { kernel::sleep_ns(uint64_t{ms} * 1'000'000); }

void Cosim::burst(unsigned count, uint32_t first) {
    for (uint32_t number = first; number < first + count; number++)
        card_->receive(numbered_frame(number));
}

void Cosim::stream(unsigned count, uint64_t gap_ns, uint32_t first) {
    const uint64_t start = arch::now_ns();
    for (uint32_t i = 0; i < count; i++)
        hosted::at(start + i * gap_ns,
                   [this, number = first + i] { card_->receive(numbered_frame(number)); });
    kernel::sleep_ns(count * gap_ns);
    settle();
}

void Cosim::take(kernel::PacketBuffer* packet) {
    const uint8_t* payload = reinterpret_cast<const uint8_t*>(packet->mac_header);
    uint32_t number;
    std::memcpy(&number, payload + number_offset, sizeof(number));
    const std::size_t bytes = packet->length() + kernel::ethernet_header_bytes;
    for (std::size_t at = pattern_offset; at < bytes; at++)
        if (payload[at] != pattern(number, at)) {
            ADD_FAILURE() << "frame " << number << " is wrong at byte " << at;
            break;
        }
    current->received.push_back(number);
    kernel::consume_packet(packet);
    if (current->service_ns)
        hosted::advance_ns(current->service_ns);
}

Work Cosim::work() const {
    const auto& counters = e100::adapter_of(*device_).counters;
    const auto& napi = e100::adapter_of(*device_).napi.stats;
    const auto& softirq = kernel::softirq_stats(0);
    constexpr auto net_rx = static_cast<std::size_t>(kernel::Softirq::NetRx);
    return {counters.interrupts,
            napi.polls,
            napi.done,
            napi.ndone,
            napi.missed,
            softirq.executed[net_rx],
            softirq.raised[net_rx],
            device_->stats.rx_packets,
            counters.irq_rx,
            counters.irq_rnr,
            counters.irq_swi,
            counters.ru_starts};
}

void Cosim::expect_received_all(unsigned count) {
    std::vector<uint32_t> expected(count);
    std::iota(expected.begin(), expected.end(), 0u);
    EXPECT_EQ(received, expected);
}

void Cosim::expect_order() {
    EXPECT_TRUE(std::ranges::is_sorted(received, std::less_equal{})) << "order or number of copies (N13)";
}

uint64_t Cosim::taken_off_the_ring() {
    const auto& counters = adapter().counters;
    return device_->stats.rx_packets + counters.rx_not_ok + counters.rx_over_length + counters.rx_recycled;
}

void Cosim::expect_balanced() {
    const Card& card = *card_;
    const auto& counters = adapter().counters;
    const auto& napi = adapter().napi.stats;
    EXPECT_EQ(card.count(TraceEvent::RxWire), card.count(TraceEvent::RxFiltered) +
                                                  card.count(TraceEvent::RxDrop) +
                                                  card.count(TraceEvent::RfdComplete))
        << "frames on the wire";
    EXPECT_EQ(card.count(TraceEvent::RfdComplete) - rfds_before_open_,
              taken_off_the_ring() - packets_before_open_)
        << "descriptors and packets";
    const auto& softnet = kernel::softnet_stats(0);
    EXPECT_EQ(softnet.processed, softnet.delivered + softnet.unhandled);
    const auto dma = kernel::dma_stats();
    EXPECT_EQ(dma.maps - dma.unmaps, adapter().receive.occupied());
    EXPECT_EQ(kernel::packet_pool_stats().live() - live_packets_before_, adapter().receive.occupied());
    EXPECT_EQ(napi.schedules, napi.completes) << "N12";
    EXPECT_EQ(napi.contract_violations, 0u) << "N2, N3";
    EXPECT_EQ(device_->operations->ring_state(*device_).rx_completed, 0u) << "N4: a frame is stranded";
    EXPECT_EQ(card.dma_outside_ram, 0u);
    EXPECT_EQ(card.guest_errors, std::vector<std::string>{});
    EXPECT_EQ(counters.rx_not_ok, 0u);
    expect_order();
}

void Cosim::expect_nothing_leaked() {
    EXPECT_EQ(kernel::packet_pool_stats().live(), live_packets_before_);
    const auto dma = kernel::dma_stats();
    EXPECT_EQ(dma.maps - dma_before_.maps, dma.unmaps - dma_before_.unmaps);
    EXPECT_EQ(dma.coherent_allocated - dma_before_.coherent_allocated,
              dma.coherent_freed - dma_before_.coherent_freed);
    EXPECT_TRUE(kernel::net_devices().empty());
}

void Cosim::expect_invariants_in_trace() {
    if (device_ && adapter().legacy)
        return; // not NAPI
    struct State {
        bool claimed = false;  ///< between napi.schedule and the unmask
        bool completed = true; ///< napi.complete with rearm since the last claim; the open counts as one
    } state;
    kernel::trace_stop();
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* cookie) {
            auto& state = *static_cast<State*>(cookie);
            constexpr uint8_t receive_causes = i8255x::stat::fr | i8255x::stat::rnr;
            switch (record.event) {
            case kernel::Event::NapiSchedule:
                state = {true, false};
                break;
            case kernel::Event::NapiComplete:
                state.completed = record.a;
                break;
            case kernel::Event::DrvUnmask:
                EXPECT_TRUE(state.completed) << "N12: unmask without complete";
                state.claimed = false;
                break;
            case kernel::Event::DrvIsr:
                EXPECT_FALSE(state.claimed && record.a & receive_causes) << "N1: interrupt while polling";
                break;
            default:
                break;
            }
        },
        &state);
    kernel::trace_start();
}

void Cosim::start_joint_trace() {
    card_->events.clear();
    card_->record = true;
    kernel::trace_start();
}

std::vector<Step> Cosim::joint_trace() {
    card_->record = false;
    kernel::trace_stop();
    std::vector<Step> steps;
    for (const ChipEvent& event : card_->events)
        steps.push_back(
            {event.time_ns, event_names[static_cast<std::size_t>(event.event)], event.a, event.b});
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* cookie) {
            static_cast<std::vector<Step>*>(cookie)->push_back(
                {record.time_ns, kernel::event_name(record.event), record.a, record.b});
        },
        &steps);
    std::ranges::sort(steps, {}, &Step::time_ns);
    kernel::trace_start();
    return steps;
}

} // namespace cosim
