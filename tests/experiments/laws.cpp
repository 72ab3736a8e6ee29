// SPDX-License-Identifier: GPL-2.0-or-later
// The laws, from the wire to the last buffer. All counters go since the machine was started and everything is
// quiet when they are read, so each law is an equation.
#include "laws.h"

#include <algorithm>
#include <initializer_list>

namespace experiments {

namespace {

class Judge {
  public:
    explicit Judge(const Run& run) : run_(run) {}
    std::vector<std::string> verdict() && { return std::move(broken_); }

    void equal(const std::string& law, uint64_t left, uint64_t right) {
        if (left != right)
            broken_.push_back(law + ": " + std::to_string(left) + " is not " + std::to_string(right));
    }
    void zero(const std::string& law, uint64_t value) { equal(law, value, 0); }
    void at_most(const std::string& law, uint64_t value, uint64_t bound) {
        if (value > bound)
            broken_.push_back(law + ": " + std::to_string(value) + " is more than " + std::to_string(bound));
    }

    void wire(const std::string& card, const Counters& tester);
    void card(const std::string& card);
    void napi(const std::string& card);
    void softirqs(unsigned cpu);
    void steering();
    void stack();
    void memory();
    void receiver(const std::string& card, const Counters& tester);
    void every_frame();

  private:
    uint64_t sum(std::initializer_list<std::string> names) const {
        uint64_t total = 0;
        for (const std::string& name : names)
            total += run_.total(name);
        return total;
    }
    /// Freed packets by reason, but for those that arrived.
    /// Before the load a ring may have been emptied, by `ethtool -C` say: that was no frame's end.
    uint64_t dropped() const {
        return run_.total_of("free.") - run_.total("free.CONSUMED") - run_.before.at("free.QUEUE_PURGE");
    }

    const Run& run_;
    std::vector<std::string> broken_;
};

void Judge::wire(const std::string& card, const Counters& tester) {
    equal(card + ": each frame on the wire is stored or counted by the card", tester.at("sent"),
          sum({card + ".rx_good_frames", card + ".rx_resource_errors", card + ".rx_overruns",
               card + ".rx_crc_errors", card + ".rx_alignment_errors", card + ".rx_short_frames"}));
    zero(card + ": the card takes every frame", tester.at("refused"));
}

void Judge::card(const std::string& card) {
    equal(card + ": each stored frame is taken off the ring", run_.total(card + ".rx_good_frames"),
          sum({card + ".rx_packets", card + ".rx_not_ok", card + ".rx_over_length", card + ".rx_recycled"}));
    zero(card + ": N4, no frame is left in the ring", run_.total(card + ".ring_completed_now"));
    equal(card + ": each sent packet left the card", run_.total(card + ".tx_packets"),
          run_.total(card + ".tx_good_frames"));
    zero(card + ": no transmit timeout", run_.total(card + ".tx_timeouts"));
}

void Judge::napi(const std::string& card) {
    equal(card + ": N12, each schedule is completed", run_.total(card + ".napi_schedules"),
          sum({card + ".napi_completes", card + ".napi_scheduled_now"}));
    equal(card + ": each poll finished or used up its weight", run_.total(card + ".napi_polls"),
          sum({card + ".napi_done", card + ".napi_ndone"}));
    zero(card + ": N2 and N3, the poll contract", run_.total(card + ".napi_contract_violations"));
    if (run_.setup.interrupts_schedule)
        equal(card + ": N1, each interrupt finds the instance idle and claims it",
              sum({card + ".interrupts", card + ".napi_missed"}), run_.total(card + ".napi_schedules"));
}

void Judge::softirqs(unsigned cpu) {
    const std::string name = "cpu" + std::to_string(cpu);
    const uint64_t raised = run_.total(name + ".NET_RX_raised"), executed = run_.total(name + ".NET_RX");
    if (executed > raised || (executed == 0 && raised > 0))
        broken_.push_back(name + ": S2, each raise is executed, and nothing else: raised " +
                          std::to_string(raised) + ", executed " + std::to_string(executed));
    for (const char* rule : {"S1_context", "S3_limits", "S4_order", "S5_cpu", "S6_resched", "S8_asleep"})
        zero(name + ": softirq rule " + rule, run_.total(name + "." + rule));
    if (run_.setup.host_clock)
        return;                                          // the host decides when a CPU goes on
    constexpr uint64_t scheduler_latency_ns = 8'000'000; // two ticks: a thread's slice, and its end is seen
    at_most(name + ": S2 and S7, a raised softirq waits for a pass and the scheduler at most, ns",
            run_.total(name + ".softirq_longest_wait_ns"),
            run_.total(name + ".softirq_longest_pass_ns") + scheduler_latency_ns);
}

void Judge::steering() {
    const auto steers = [](const std::string& line) { return line.find("rps_cpus") != std::string::npos; };
    if (std::ranges::none_of(run_.setup.script, steers))
        zero("R3: no interrupt between CPUs unless packets are steered",
             run_.total_of("cpu", ".received_rps"));
    for (unsigned cpu = 0; cpu < run_.setup.cpus; cpu++)
        at_most("R7: packets in the backlog of CPU " + std::to_string(cpu),
                run_.total("cpu" + std::to_string(cpu) + ".backlog_most"), run_.total("backlog.max") + 1);
}

void Judge::stack() {
    equal("each packet that a driver received is processed", sum({"eth0.rx_packets", "eth1.rx_packets"}),
          run_.total_of("cpu", ".processed") + run_.total_of("cpu", ".backlog_dropped"));
    equal("each processed packet found a protocol or is counted", run_.total_of("cpu", ".processed"),
          run_.total_of("cpu", ".delivered") + run_.total_of("cpu", ".unhandled"));
    equal("each datagram goes on, up, or is counted", run_.total("ip.InReceives"),
          sum({"ip.InHdrErrors", "ip.InAddrErrors", "ip.InDiscards", "ip.ForwDatagrams", "ip.InDelivers"}));
    if (run_.setup.losses_in_guest)
        return;
    zero("N10: nothing is lost in the backlog", run_.total_of("cpu", ".backlog_dropped"));
    zero("N10: nothing is dropped in the guest", dropped());
}

void Judge::memory() {
    const uint64_t in_rings = sum({"eth0.ring_filled_now", "eth1.ring_filled_now"});
    constexpr uint64_t packet_bytes = 2304;
    equal("each packet buffer is freed, in a ring or in a socket's queue",
          run_.total("packets.allocated") - run_.total("packets.freed"),
          in_rings + sum({"eth0.tx_waiting", "eth1.tx_waiting"}) +
              run_.total_of("socket", ".queued_bytes") / packet_bytes);
    equal("each DMA mapping is ended or belongs to a ring", run_.total("dma.maps") - run_.total("dma.unmaps"),
          in_rings);
}

void Judge::receiver(const std::string& card, const Counters& tester) {
    equal(card + ": the tester got each frame that the card sent", run_.total(card + ".tx_good_frames"),
          tester.at("received") + tester.at("foreign"));
    zero(card + ": N13, order", tester.at("reordered"));
    zero(card + ": no frame twice", tester.at("duplicates"));
    zero(card + ": no frame comes too late to be known", tester.at("stale"));
}

void Judge::every_frame() {
    const uint64_t in_cards =
        sum({"eth0.rx_resource_errors", "eth1.rx_resource_errors", "eth0.rx_overruns", "eth1.rx_overruns"});
    equal("each frame sent arrived, was read, or has a reason", run_.left.at("sent") + run_.right.at("sent"),
          run_.left.at("received") + run_.right.at("received") + in_cards + dropped() +
              run_.total("udp.InDatagrams") + run_.total_of("socket", ".queued_bytes") / 2304);
}

} // namespace

std::vector<std::string> broken_laws(const Run& run) {
    Judge judge(run);
    judge.wire("eth0", run.left);
    judge.wire("eth1", run.right);
    for (const char* card : {"eth0", "eth1"}) {
        judge.card(card);
        judge.napi(card);
    }
    for (unsigned cpu = 0; cpu < run.setup.cpus; cpu++)
        judge.softirqs(cpu);
    judge.steering();
    judge.stack();
    judge.memory();
    judge.receiver("eth0", run.left);
    judge.receiver("eth1", run.right);
    judge.every_frame();
    return std::move(judge).verdict();
}

} // namespace experiments
