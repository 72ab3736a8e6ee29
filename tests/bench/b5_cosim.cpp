// SPDX-License-Identifier: GPL-2.0-or-later
// B5: the guest's driver on the chip, in this process: everything from the wire to a protocol's function but
// QEMU and the emulated processor.
#include <chrono>

#include "cosim/card.h"
#include "driver/e100.h"
#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "harness/failure.h"
#include "kernel/init.h"
#include "kernel/net_device.h"
#include "kernel/packet_buffer.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Table;
using experiments::text_of;

constexpr uint16_t ethertype = 0x88b5; // IEEE 802 local experimental
constexpr unsigned burst = 64;         // frames that one interrupt finds
uint64_t delivered = 0;

cosim::Frame frame_of(std::size_t bytes) {
    cosim::Frame frame(bytes);
    std::ranges::copy(cosim::CardOptions{}.mac, frame.begin());
    frame[12] = ethertype >> 8;
    frame[13] = ethertype & 0xff;
    return frame;
}

/// Nanoseconds for each of `bursts` · 64 frames. Throws harness::Failure if one gets lost.
double ns_per_frame(cosim::Card& card, const cosim::Frame& frame, unsigned bursts) {
    const uint64_t before = delivered;
    const auto begin = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < bursts; i++) {
        for (unsigned n = 0; n < burst; n++)
            card.receive(frame);
        hosted::advance_ns(1'000'000);
    }
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
    if (delivered - before != uint64_t{bursts} * burst)
        throw harness::Failure("B5: " + std::to_string(delivered - before) + " frames of " +
                               std::to_string(bursts * burst) + " were delivered");
    return time.count() / bursts / burst;
}

void run(experiments::Bench& bench, experiments::Report& report) {
    kernel::kernel_init("bench");
    kernel::dev_add_pack(ethertype, [](kernel::PacketBuffer* packet) {
        delivered++;
        kernel::consume_packet(packet);
    });
    cosim::Card card({});
    if (e100::init() != 1)
        throw harness::Failure("B5: the driver does not find its card");
    kernel::NetDevice& device = *kernel::net_devices().back();
    if (kernel::dev_open(device) != 0)
        throw harness::Failure("B5: the interface does not open");
    hosted::advance_ns(20'000'000);

    Table table{"Received on one core", {"bytes", "ns a frame", "million frames/s"}, {}};
    for (const std::size_t bytes : {60, 128, 256, 512, 1024, 1514}) {
        const cosim::Frame frame = frame_of(bytes);
        std::vector<double> times;
        for (unsigned i = 0; i < bench.pick(15u, 3u); i++)
            times.push_back(ns_per_frame(card, frame, bench.pick(4000u, 400u)));
        table.rows.push_back({std::to_string(bytes), experiments::spread_of(times),
                              text_of(1e3 / experiments::median(times))});
    }
    kernel::dev_close(device);
    e100::exit();
    report.say(this_host() + " Bursts of 64 frames, medians of " + std::to_string(bench.pick(15, 3)) +
               " repetitions and their quartiles. The guest's code is compiled with -O1 for this, as for its "
               "tests.");
    report.show(table, {.unit = "ns a frame", .bars = 1});
    report.data(table);
}

const experiments::Registration
    known({"B5", "driver and chip alone",
           "How many frames a second go from the wire through chip, rings, interrupt handler, NAPI and "
           "softirq to a "
           "protocol's function, on one core of the host, with no emulated processor in the way?",
           run});

} // namespace
} // namespace bench
