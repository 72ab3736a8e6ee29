// SPDX-License-Identifier: GPL-2.0-or-later
// An interface whose packets are numbered datagrams of many flows, and a protocol that notes where each came
// out.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "kernel/backlog.h"
#include "kernel/flow_hash.h"
#include "kernel/napi.h"
#include "kernel/rps.h"
#include "smp_bench.h"

namespace guest_test {

/// Counters of all CPUs between its construction and now.
class SoftnetWatch {
  public:
    SoftnetWatch() {
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            before_[cpu] = kernel::softnet_stats(cpu);
    }
    kernel::SoftnetStats of(unsigned cpu) const {
        kernel::SoftnetStats now = kernel::softnet_stats(cpu);
        const kernel::SoftnetStats& before = before_[cpu];
        now.processed -= before.processed;
        now.dropped -= before.dropped;
        now.received_rps -= before.received_rps;
        now.flow_limit -= before.flow_limit;
        now.delivered -= before.delivered;
        now.unhandled -= before.unhandled;
        return now;
    }
    uint64_t sum(uint64_t kernel::SoftnetStats::*counter) const {
        uint64_t sum = 0;
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            sum += of(cpu).*counter;
        return sum;
    }

  private:
    std::array<kernel::SoftnetStats, cpus> before_{};
};

class Steering : public testing::Test {
  protected:
    /// A packet as it came to its protocol.
    struct Arrival {
        uint16_t flow;
        uint32_t number;
        unsigned cpu;
    };

    Steering() {
        device.name = "steered";
        device.up = true;
        EXPECT_TRUE(kernel::register_netdev(device));
        self_ = this;
        kernel::dev_add_pack(ipv4, [](kernel::PacketBuffer* packet) { self_->take(packet); });
        live_ = kernel::packet_pool_stats().live();
    }
    ~Steering() override {
        wait_until_empty();
        check_conservation();
        device.up = false;
        kernel::unregister_netdev(device);
        kernel::dev_remove_pack(ipv4);
        kernel::rps_set_sock_flow_entries(0);
        kernel::netdev_max_backlog = 1000;
        EXPECT_EQ(kernel::packet_pool_stats().live(), live_) << "a packet was lost or freed twice";
    }

    /// Flow f: UDP from 10.0.2.2:1024+f to 10.0.2.15:9.
    static kernel::FlowKeys keys(uint16_t flow) {
        return {0x0a000202, 0x0a00020f, static_cast<uint16_t>(1024 + flow), 9, 17, true};
    }
    static uint32_t hash(uint16_t flow) { return kernel::flow_hash(keys(flow)); }
    /// The CPU that `mask` gives a hash to, as documented: the hash is a fraction of 2^32.
    static unsigned predicted(uint32_t mask, uint32_t hash) {
        std::vector<unsigned> list;
        for (unsigned cpu = 0; cpu < 32; cpu++)
            if (mask >> cpu & 1)
                list.push_back(cpu);
        return list[static_cast<std::size_t>(static_cast<double>(hash) / 4294967296.0 *
                                             static_cast<double>(list.size()))];
    }
    /// Any flow that `mask` gives to `cpu`.
    static uint16_t flow_to(uint32_t mask, unsigned cpu) {
        for (uint16_t flow = 0;; flow++)
            if (predicted(mask, hash(flow)) == cpu)
                return flow;
    }

    /// The caller's; nullptr: no memory.
    kernel::PacketBuffer* packet_of(uint16_t flow) {
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        if (packet)
            write(*packet, flow);
        return packet;
    }
    /// The next packet of the flow is received, by a poll so to speak. Bottom halves off.
    void receive(uint16_t flow) {
        kernel::PacketBuffer* packet = packet_of(flow);
        ASSERT_TRUE(packet);
        packet->id = next_[flow]++;
        device.stats.rx_packets++;
        kernel::netif_receive_skb(packet);
    }
    /// One run of NET_RX receives all of these.
    void receive_all(const std::vector<uint16_t>& flows) {
        kernel::BhGuard guard;
        for (const uint16_t flow : flows)
            receive(flow);
    }
    void receive_one(uint16_t flow) { receive_all({flow}); }

    static bool empty() {
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            if (const auto [input, process] = kernel::backlog_lengths(cpu); input || process)
                return false;
        return true;
    }
    void wait_for_arrivals(std::size_t count) {
        wait_for([&] { return arrivals.size() >= count; });
    }
    /// … and the last packet has been through its protocol.
    static void wait_until_empty() {
        wait_for(empty);
        kernel::backlogs_drain();
    }
    /// Packets of each flow arrive in the order in which they were received. Gaps are drops.
    void expect_in_order() const {
        std::map<uint16_t, uint32_t> latest;
        for (const Arrival& arrival : arrivals) {
            const auto [at, first] = latest.try_emplace(arrival.flow, arrival.number);
            EXPECT_TRUE(first || arrival.number > at->second)
                << "flow " << arrival.flow << ": " << arrival.number << " behind " << at->second;
            at->second = arrival.number;
        }
    }
    /// No frame unaccounted for.
    void check_conservation() const {
        using kernel::SoftnetStats;
        EXPECT_EQ(device.stats.rx_packets, watch.sum(&SoftnetStats::processed) + device.stats.rx_dropped -
                                               watch.sum(&SoftnetStats::unhandled));
        EXPECT_EQ(watch.sum(&SoftnetStats::processed),
                  watch.sum(&SoftnetStats::delivered) + watch.sum(&SoftnetStats::unhandled));
        EXPECT_EQ(watch.sum(&SoftnetStats::delivered), arrivals.size());
    }

    kernel::NetDevice device;
    SoftnetWatch watch;
    std::vector<Arrival> arrivals;
    std::function<void()> in_protocol; ///< runs before a packet is noted

  private:
    static constexpr uint16_t ipv4 = 0x0800;

    void write(kernel::PacketBuffer& packet, uint16_t flow) {
        const kernel::FlowKeys flow_keys = keys(flow);
        std::array<uint8_t, 28> header = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17};
        const auto put = [&](std::size_t at, uint32_t value, unsigned bytes) {
            while (bytes-- > 0) {
                header[at + bytes] = static_cast<uint8_t>(value);
                value >>= 8;
            }
        };
        put(12, flow_keys.source, 4);
        put(16, flow_keys.destination, 4);
        put(20, flow_keys.source_port, 2);
        put(22, flow_keys.destination_port, 2);
        std::memcpy(packet.put(header.size()), header.data(), header.size());
        packet.network_header = packet.data;
        packet.protocol = ipv4;
        packet.device = &device;
    }
    void take(kernel::PacketBuffer* packet) {
        if (in_protocol)
            in_protocol();
        const auto keys = kernel::dissect_flow(*packet);
        arrivals.push_back({static_cast<uint16_t>(keys->source_port - 1024), packet->id, arch::cpu_id()});
        kernel::consume_packet(packet);
    }

    static inline Steering* self_ = nullptr;
    std::map<uint16_t, uint32_t> next_;
    uint64_t live_ = 0;
};

/// A CPU that takes no interrupts, until the object is destroyed.
class StoppedCpu {
  public:
    explicit StoppedCpu(unsigned cpu)
        : thread_(cpu, [this] {
              arch::IrqGuard guard;
              stopped_ = true;
              while (!go_)
                  arch::relax();
          }) {
        wait_for([this] { return stopped_.load(); });
    }
    ~StoppedCpu() { go_ = true; }

  private:
    std::atomic<bool> stopped_{false}, go_{false};
    ThreadOn thread_; // last: it uses the others, and has ended before they do
};

} // namespace guest_test
