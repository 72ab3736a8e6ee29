// SPDX-License-Identifier: GPL-2.0-or-later
#include "traffic_bench.h"

#include <cstring>
#include <fstream>

#include "harness/failure.h"

namespace qtest {

namespace {

uint64_t big_endian(std::span<const uint8_t> bytes) {
    uint64_t value = 0;
    for (uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

Arguments hub_port(const std::string& id) { return {"-netdev", "hubport,hubid=0,id=" + id}; }

} // namespace

TrafficLabel traffic_label(const Frame& frame) {
    const auto udp = parse_udp(frame);
    if (!udp || !udp->has_checksum || udp->data.size() < 18 || big_endian(udp->data.first(4)) != 0x65313030)
        throw Failure("no frame of the generator");
    return {.flow = static_cast<uint32_t>(big_endian(udp->data.subspan(4, 2))),
            .sequence = static_cast<uint32_t>(big_endian(udp->data.subspan(6, 4))),
            .due_ns = static_cast<int64_t>(big_endian(udp->data.subspan(10, 8))),
            .frame_bytes = frame.size()};
}

TrafficBench::TrafficBench(const TrafficOptions& options)
    : machine_({.clock = options.clock, .device = false, .extra = arguments(options)}) {
    if (options.card.starts_with("e100") || options.card.starts_with("i825"))
        machine_.enable_function();
}

Arguments TrafficBench::arguments(const TrafficOptions& options) const {
    Arguments line = hub_port(card_port) + hub_port(generator_port) +
                     Arguments{"-rtc", "base=2001-11-05T00:00:00,clock=vm"}; // dumps begin at that time
    if (!options.card.empty())
        line = line + Arguments{"-device",
                                options.card + ",id=nic,mac=" + to_string(card_mac) + ",netdev=" + card_port};
    line = line + Arguments{"-device", std::string("e100-traffic,running=off,id=") + generator +
                                           ",netdev=" + generator_port +
                                           (options.generator.empty() ? "" : "," + options.generator)};
    if (options.watcher)
        line = line + hub_port("p2") +
               Arguments{"-device", std::string("e100-traffic,running=off,netdev=p2,id=") + watcher};
    if (options.dump)
        line = line + Arguments{"-object", std::string("filter-dump,id=dump,netdev=") + generator_port +
                                               ",file=" + directory_.file("dump")};
    return line;
}

std::vector<TrafficBench::Dumped> TrafficBench::dumped() {
    constexpr size_t header_bytes = 24;
    struct Record {
        uint32_t seconds, microseconds, captured, length;
    };
    constexpr int64_t rtc_base_s = 1'004'918'400;
    std::ifstream file(directory_.file("dump"), std::ios::binary);
    file.ignore(header_bytes);
    std::vector<Dumped> result;
    for (Record record{}; file.read(reinterpret_cast<char*>(&record), sizeof(record));) {
        Frame frame(record.captured);
        file.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
        result.push_back({(record.seconds - rtc_base_s) * 1'000'000 + record.microseconds, frame});
    }
    return result;
}

} // namespace qtest
