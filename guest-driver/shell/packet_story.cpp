// SPDX-License-Identifier: GPL-2.0-or-later
// The twelve steps as text.
#include "shell/packet_story.h"

#include "net/headers.h"
#include "net/ipv4_address.h"

namespace shell {

namespace {

using Record = FrameWay::Record;
using Number = unsigned long long;

constexpr int what_width = 58; // 100 columns with number, time and counter
using What = Text<what_width + 1>;
using Counter = Text<27>;

struct Step {
    What what;
    Counter counter;
    const char* where = "";
    Record record = nullptr; ///< for the time
};

const char* icmp_name(uint32_t type) {
    switch (type) {
    case net::icmp_type::echo_reply:
        return "echo reply";
    case net::icmp_type::echo:
        return "echo request";
    case net::icmp_type::destination_unreachable:
        return "destination unreachable";
    case net::icmp_type::time_exceeded:
        return "time exceeded";
    default:
        return "message";
    }
}

const char* protocol_name(uint32_t ether_type) {
    return ether_type == net::ether_type::ipv4  ? "IPv4"
           : ether_type == net::ether_type::arp ? "ARP"
                                                : "unknown";
}

class Story {
  public:
    Story(const Output& output, const Recording& recording, const FrameWay& way)
        : output_(output), recording_(recording), way_(way) {}
    void print();

  private:
    using Member = uint64_t PathCounters::*;
    static void moved(Step& step, const char* name, uint64_t before, uint64_t after) {
        step.counter.output().print("%s %llu -> %llu", name, static_cast<Number>(before),
                                    static_cast<Number>(after));
    }
    void moved(Step& step, const char* name, Member counter) const {
        moved(step, name, recording_.before.*counter, recording_.after.*counter);
    }
    static Output say(Step& step) { return step.what.output(); }

    void print_title() const;
    void print_step(unsigned number, const Step& step) const;
    void print_end() const;
    uint64_t origin() const { return way_.irq_entry ? way_.irq_entry->time_ns : way_.receive->time_ns; }
    void print_time(const Output& output, Record record) const;

    Step driver() const;
    Step wire() const;
    Step dma() const;
    Step interrupt() const;
    Step schedule() const;
    Step poll() const;
    Step unmap() const;
    Step receive() const;
    Step steering() const;
    Step deliver() const;
    Step protocol() const;
    Step reader() const;
    void arp(Step& step) const;
    void transport(Step& step) const;
    void queued(Step& step) const;
    bool ended_early(Step& step) const;

    const Output& output_;
    const Recording& recording_;
    const FrameWay& way_;
};

void Story::print_title() const {
    output_.print("The way of one frame in twelve steps: %s", protocol_name(way_.receive->a));
    if (way_.network)
        output_.print(" from %s", net::to_text(net::Ipv4Address(way_.network->b)).text);
    output_.print(" on %s\n", recording_.facts.interface);
    const char* origin = way_.irq_entry ? "interrupt" : "receive";
    output_.print("%2s %9s  %-*s  %s\n", "", "us after", what_width, "", "counter:");
    output_.print("%2s %9s  %-*s  %s\n", "", origin, what_width, "what happened; where", "before -> after");
}

void Story::print_time(const Output& output, Record record) const {
    const bool early = record->time_ns < origin();
    const uint64_t ns = early ? origin() - record->time_ns : record->time_ns - origin();
    output.print("%c%llu.%llu", early ? '-' : '+', static_cast<Number>(ns / 1000),
                 static_cast<Number>(ns % 1000 / 100));
}

void Story::print_step(unsigned number, const Step& step) const {
    Text<16> time;
    if (step.record)
        print_time(time.output(), step.record);
    output_.print("%2u %9s  %-*s  %s\n", number, time.c_str(), what_width, step.what.c_str(),
                  step.counter.c_str());
    output_.print("%14s%s\n", "", step.where);
}

Step Story::driver() const {
    Step step;
    const PathFacts& facts = recording_.facts;
    step.where = "e100::probe (driver/probe.cpp), e100::up (driver/up_down.cpp)";
    if (!facts.driver || !facts.up) {
        say(step).print("Driver: not seen, none has %s up", facts.interface);
        return step;
    }
    say(step).print("Driver: %s runs %s, %u RFDs, %u CBs", facts.driver, facts.interface, facts.rx_ring,
                    facts.tx_ring);
    step.counter.output().print("NAPI weight %d", facts.napi_weight);
    return step;
}

Step Story::wire() const {
    Step step;
    const auto before = recording_.before.chip_good_frames, after = recording_.after.chip_good_frames;
    step.where = "the card; its counter by dump statistics (driver/statistics.cpp)";
    if (before && after)
        moved(step, "card rx_good", *before, *after);
    if (!before || !after || *after == *before)
        say(step).write("Wire: not seen, the card has counted no good frame");
    else
        say(step).write("Wire: the frame arrived and passed the card's filter");
    return step;
}

Step Story::dma() const {
    Step step;
    step.where = "the card; seen by e100::receive_packets (driver/receive.cpp)";
    if (!way_.descriptor) {
        say(step).write("DMA: not seen, no completed RFD");
        return step;
    }
    const uint32_t status = way_.descriptor->b >> 16, bytes = way_.descriptor->b & 0xffff;
    say(step).print("DMA: RFD status %04x, %u bytes; driver looks at ", status, bytes);
    print_time(say(step), way_.descriptor);
    step.counter.output().print("ring slot %u of %u", way_.descriptor->a, recording_.facts.rx_ring);
    return step;
}

Step Story::interrupt() const {
    Step step;
    step.where = "irq_enter (kernel/context.cpp), e100::interrupt (driver/interrupt.cpp)";
    step.record = way_.irq_entry;
    if (!way_.irq_entry) {
        say(step).write("Interrupt: not seen before the poll");
        return step;
    }
    say(step).print("Interrupt: line %u on CPU %u", way_.irq_entry->a, way_.irq_entry->cpu);
    if (way_.isr)
        say(step).print(", STAT/ACK %02x acknowledged", way_.isr->a);
    moved(step, "irq", &PathCounters::interrupts);
    return step;
}

Step Story::schedule() const {
    Step step;
    step.where = "napi_schedule_prep, __napi_schedule_irqoff (kernel/napi.cpp)";
    step.record = way_.schedule;
    if (!way_.schedule) {
        say(step).write("NAPI: not seen, it was scheduled before");
        return step;
    }
    say(step).print("NAPI: on the poll list of CPU %u, the card is masked", way_.schedule->cpu);
    moved(step, "napi schedules", &PathCounters::napi_schedules);
    return step;
}

Step Story::poll() const {
    static constexpr const char* origins[] = {"interrupt exit", "ksoftirqd", "local_bh_enable"};
    Step step;
    step.where = "do_softirq (kernel/softirq.cpp), net_rx_action (kernel/net_rx_action.cpp), e100::poll";
    step.record = way_.softirq_entry ? way_.softirq_entry : way_.poll_begin;
    if (!step.record) {
        say(step).write("Softirq: not seen, no poll");
        return step;
    }
    const bool known = way_.softirq_entry && way_.softirq_entry->b < std::size(origins);
    say(step).print("Softirq: NET_RX at %s", known ? origins[way_.softirq_entry->b] : "?");
    if (way_.poll_begin)
        say(step).print(", poll with budget %u", way_.poll_begin->a);
    moved(step, "NET_RX", &PathCounters::net_rx_softirqs);
    return step;
}

Step Story::unmap() const {
    Step step;
    step.where = "DmaBuffer<Device>::unmap (kernel/dma.cpp)";
    step.record = way_.unmap;
    if (!way_.unmap) {
        say(step).write("Unmap: not seen");
        return step;
    }
    say(step).print("Unmap: %08x, %u bytes, belong to the CPU again", way_.unmap->a, way_.unmap->b);
    moved(step, "unmaps", &PathCounters::dma_unmaps);
    return step;
}

Step Story::receive() const {
    Step step;
    step.where = "eth_type_trans (kernel/net_device.cpp), netif_receive_skb";
    step.record = way_.receive;
    say(step).print("Receive: type %04x (%s), %u bytes", way_.receive->a, protocol_name(way_.receive->a),
                    way_.receive->b);
    moved(step, "rx_packets", &PathCounters::rx_packets);
    return step;
}

Step Story::steering() const {
    Step step;
    step.where = "netif_receive_skb (kernel/receive.cpp), rps_steer (kernel/rps.cpp)";
    const uint32_t cpus = recording_.facts.rps_cpus;
    const unsigned here = way_.receive->cpu;
    step.record = way_.steer;
    if (!way_.steer) {
        say(step).print("Steering: not steered, rps_cpus = %x, stays on CPU %u", cpus, here);
        return step;
    }
    say(step).print("Steering: hash %08x, from CPU %u to CPU %u", way_.steer->a, way_.steer->b >> 16,
                    way_.steer->b & 0xffff);
    if (way_.enqueue)
        step.counter.output().print("backlog %u -> %u", way_.enqueue->b - 1, way_.enqueue->b);
    return step;
}

Step Story::deliver() const {
    Step step;
    step.where = "__netif_receive_skb (kernel/receive.cpp)";
    step.record = way_.deliver;
    if (way_.deliver) {
        say(step).print("Delivery: to %s on CPU %u", protocol_name(way_.deliver->a), way_.deliver->cpu);
        moved(step, "processed", &PathCounters::processed);
        return step;
    }
    say(step).write("Delivery: ");
    if (!ended_early(step))
        say(step).write("not seen, no protocol took it");
    return step;
}

/// The packet was dropped before it came to this step.
bool Story::ended_early(Step& step) const {
    if (!way_.drop)
        return false;
    step.record = way_.drop;
    say(step).print("dropped, %s", kernel::drop_reason_name(static_cast<kernel::DropReason>(way_.drop->a)));
    return true;
}

void Story::arp(Step& step) const {
    step.where = "arp_rcv (net/arp.cpp)";
    say(step).print("Protocol: ARP %s from %s", way_.network->a == 1 ? "request" : "reply",
                    net::to_text(net::Ipv4Address(way_.network->b)).text);
}

void Story::transport(Step& step) const {
    const bool udp = way_.transport->event == kernel::Event::UdpRcv;
    step.where = udp ? "ip_rcv (net/ipv4_input.cpp), udp_rcv (net/udp.cpp)"
                     : "ip_rcv (net/ipv4_input.cpp), icmp_rcv (net/icmp.cpp)";
    if (udp) {
        say(step).print("Protocol: IPv4, UDP to port %u, %u bytes, all checked", way_.transport->a,
                        way_.transport->b);
        return moved(step, "Ip InReceives", &PathCounters::ip_received);
    }
    say(step).print("Protocol: IPv4, ICMP %s, %u bytes, all checked", icmp_name(way_.transport->a),
                    way_.transport->b);
    moved(step, "Icmp InMsgs", &PathCounters::icmp_received);
}

Step Story::protocol() const {
    Step step;
    step.record = way_.transport ? way_.transport : way_.network;
    step.where = "ip_rcv (net/ipv4_input.cpp)";
    if (way_.transport) {
        transport(step);
    } else if (way_.network && way_.network->event == kernel::Event::ArpRcv) {
        arp(step);
    } else if (way_.network) {
        say(step).print("Protocol: IPv4, carries protocol %u", way_.network->a);
        moved(step, "Ip InReceives", &PathCounters::ip_received);
    } else {
        say(step).write("Protocol: ");
        if (!ended_early(step))
            say(step).write("not seen");
    }
    return step;
}

/// In a queue for a thread.
void Story::queued(Step& step) const {
    step.record = way_.queued;
    if (way_.transport && way_.transport->event == kernel::Event::IcmpRcv) {
        step.where = "PingSocket::deliver, receive (net/ping.cpp)";
        say(step).print("ping %u", way_.queued->a);
    } else {
        step.where = "UdpSocket::enqueue, receive_packet (net/socket.cpp)";
        say(step).print("port %u, %u bytes queued", way_.queued->a, way_.queued->b);
        moved(step, "Udp InDatagrams", &PathCounters::udp_read);
    }
    if (way_.read) {
        say(step).write(", read at ");
        print_time(say(step), way_.read);
    }
}

Step Story::reader() const {
    Step step;
    say(step).write("Reader: ");
    if (way_.queued) {
        queued(step);
    } else if (ended_early(step)) {
        step.where = "drop_packet (kernel/packet_buffer.cpp)";
    } else if (way_.reply) {
        step.record = way_.reply;
        step.where = "the protocol itself, in the softirq; dev_queue_xmit (kernel/net_device.cpp)";
        say(step).print("none needed, an answer of %u bytes left", way_.reply->a);
        moved(step, "tx_packets", &PathCounters::tx_packets);
    } else if (way_.network && way_.network->event == kernel::Event::ArpRcv) {
        step.where = "NeighbourCache::learn (net/neighbour.cpp)";
        say(step).write("none, it is for the neighbour cache");
    } else {
        say(step).write("not seen, nobody queued it");
    }
    return step;
}

void Story::print_end() const {
    if (way_.queued && way_.reply) {
        output_.print("%14sThe reader's answer of %u bytes left at ", "", way_.reply->a);
        print_time(output_, way_.reply);
        output_.write(".\n");
    }
    output_.print("%14sThe poll ", "");
    if (way_.poll_end) {
        output_.print("took %u packet%s and ended at ", way_.poll_end->a, way_.poll_end->a == 1 ? "" : "s");
        print_time(output_, way_.poll_end);
    } else {
        output_.write("was not seen to end");
    }
    output_.write(way_.unmask ? "; the card is unmasked.\n" : "; the card is still masked.\n");
    if (recording_.lost)
        output_.print("%14s%llu records did not fit.\n", "", static_cast<Number>(recording_.lost));
}

void Story::print() {
    print_title();
    const Step steps[] = {driver(), wire(),    dma(),      interrupt(), schedule(), poll(),
                          unmap(),  receive(), steering(), deliver(),   protocol(), reader()};
    unsigned number = 0;
    for (const Step& step : steps)
        print_step(++number, step);
    print_end();
}

} // namespace

bool print_story(const Output& output, const Recording& recording, FrameKind kind) {
    const auto way = find_frame(recording.records, kind);
    if (!way)
        return false;
    Story(output, recording, *way).print();
    return true;
}

} // namespace shell
