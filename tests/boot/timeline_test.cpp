// SPDX-License-Identifier: GPL-2.0-or-later
// ./boot --timeline: what it writes is what a viewer understands, and tells each packet's way in its order.
#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

#include "boot_test.h"
#include "harness/temp_dir.h"

namespace boot_test {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;
using Row = std::pair<int, int>; ///< process and thread

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The format counts in µs; here it is ns.
int64_t ns(const json& microseconds) { return std::llround(microseconds.get<double>() * 1000); }

struct Slice {
    std::string name;
    int64_t begin, end;
};

struct Stop {
    std::string step;
    Row row;
    int64_t time;
};

class Trace {
  public:
    explicit Trace(const std::string& text) : json_(json::parse(text)) {
        for (const json& event : json_["traceEvents"]) {
            const std::string phase = event["ph"];
            if (phase == "X")
                slices_[row_of(event)].push_back(
                    {event["name"], ns(event["ts"]), ns(event["ts"]) + ns(event["dur"])});
            else if (phase == "s" || phase == "t" || phase == "f")
                add_stop(event, phase);
            else if (phase == "M" && event["name"] == "thread_name")
                rows_[row_of(event)] = event["args"]["name"];
        }
    }

    const json& document() const { return json_; }
    const std::map<Row, std::vector<Slice>>& slices() const { return slices_; }
    const std::map<int, std::vector<Stop>>& ways() const { return ways_; }
    const std::map<int, std::string>& phases() const { return phases_; }
    Names row_names() const {
        Names names;
        for (const auto& [row, name] : rows_)
            names.push_back(name);
        return names;
    }

  private:
    static Row row_of(const json& event) { return {event["pid"], event["tid"]}; }
    void add_stop(const json& event, const std::string& phase) {
        const int id = event["id"];
        phases_[id] += phase;
        ways_[id].push_back({event["args"]["step"], row_of(event), ns(event["ts"])});
    }

    json json_;
    std::map<Row, std::vector<Slice>> slices_;
    std::map<Row, std::string> rows_;
    std::map<int, std::vector<Stop>> ways_;
    std::map<int, std::string> phases_;
};

/// Each row: times ascend, and what begins within a slice ends within it.
void expect_nesting(const Trace& trace) {
    for (const auto& [row, slices] : trace.slices()) {
        std::vector<Slice> open;
        int64_t last = 0;
        for (const Slice& slice : slices) {
            ASSERT_GE(slice.begin, last) << slice.name;
            last = slice.begin;
            ASSERT_LT(slice.begin, slice.end) << slice.name;
            while (!open.empty() && open.back().end <= slice.begin)
                open.pop_back();
            if (!open.empty()) {
                ASSERT_LE(slice.end, open.back().end) << slice.name << " in " << open.back().name;
            }
            open.push_back(slice);
        }
    }
}

bool lies_in_a_slice(const Trace& trace, const Stop& stop) {
    const auto slices = trace.slices().find(stop.row);
    return slices != trace.slices().end() &&
           std::any_of(slices->second.begin(), slices->second.end(),
                       [&](const Slice& slice) { return slice.begin <= stop.time && stop.time < slice.end; });
}

/// Arrows have both ends, go forward in time, and are tied to slices.
void expect_arrows(const Trace& trace) {
    for (const auto& [id, phases] : trace.phases()) {
        EXPECT_EQ(phases, "s" + std::string(phases.size() - 2, 't') + "f") << "packet " << id;
        const std::vector<Stop>& way = trace.ways().at(id);
        EXPECT_TRUE(std::is_sorted(way.begin(), way.end(),
                                   [](const Stop& a, const Stop& b) { return a.time < b.time; }))
            << "packet " << id;
        for (const Stop& stop : way)
            EXPECT_TRUE(lies_in_a_slice(trace, stop)) << "packet " << id << ", " << stop.step;
    }
}

Names steps_of(const std::vector<Stop>& way) {
    Names steps;
    for (const Stop& stop : way)
        steps.push_back(stop.step);
    return steps;
}

/// How many packets went exactly that way.
long count_ways(const Trace& trace, const Names& wanted) {
    return std::count_if(trace.ways().begin(), trace.ways().end(),
                         [&](const auto& entry) { return steps_of(entry.second) == wanted; });
}

const Names udp_way = {"on the wire", "DMA into the ring", "dma.unmap",    "net.receive", "net.deliver",
                       "ip.rcv",      "udp.rcv",           "sock.enqueue", "app.recv"};
const Names ping_way = {"on the wire", "DMA into the ring", "dma.unmap",    "net.receive", "net.deliver",
                        "ip.rcv",      "icmp.rcv",          "sock.enqueue", "app.recv"};
const Names arp_way = {"on the wire", "DMA into the ring", "dma.unmap",
                       "net.receive", "net.deliver",       "arp.rcv"};

/// A packet that reached the network layer was seen at every step before.
void expect_every_packet_came_by_the_ring(const Trace& trace) {
    for (const auto& [id, way] : trace.ways()) {
        const Names steps = steps_of(way);
        ASSERT_GE(steps.size(), 2u);
        EXPECT_EQ(steps[0], "on the wire") << "packet " << id;
        EXPECT_EQ(steps[1], "DMA into the ring") << "packet " << id;
        EXPECT_TRUE(steps.size() == 2 || steps[2] == "dma.unmap") << "packet " << id;
    }
}

void expect_a_page_of_its_own(const std::string& page, const std::string& trace) {
    EXPECT_TRUE(contains(page, trace));
    for (const char* reference :
         {"http:", "https:", "src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"})
        EXPECT_FALSE(contains(page, reference)) << reference;
}

class Timeline : public ::testing::Test {
  protected:
    /// Runs ./boot, checks what holds for every run, and returns the trace.
    Trace record(Command arguments) {
        arguments.insert(arguments.begin(), {"--timeline", file_});
        const Ended ended = run(boot(arguments), boot_patience);
        EXPECT_EQ(ended.status, 0) << ended.output;
        EXPECT_TRUE(contains(ended.output, file_ + ".html")) << ended.output;
        EXPECT_NE(access((file_ + ".records").c_str(), F_OK), 0) << "left behind";
        const std::string text = contents(file_);
        Trace trace(text);
        EXPECT_EQ(trace.document()["otherData"], (json{{"lost", 0}, {"malformed", 0}, {"complete", true}}));
        expect_nesting(trace);
        expect_arrows(trace);
        expect_a_page_of_its_own(contents(file_ + ".html"), text);
        return trace;
    }

    harness::TempDir directory_;
    std::string file_ = directory_.file("run,one.json"); // QEMU's options would end at the comma
};

struct Moment {
    int64_t time;
    std::string name;
};

/// Begins and ends as one list in order of time, of names in `golden` only.
std::vector<Moment> moments_of(const Trace& trace, const Names& golden) {
    std::vector<Moment> moments;
    const auto add = [&](int64_t time, std::string name) {
        if (std::find(golden.begin(), golden.end(), name) != golden.end())
            moments.push_back({time, std::move(name)});
    };
    for (const json& event : trace.document()["traceEvents"]) {
        if (event["ph"] != "X" && event["ph"] != "i")
            continue;
        const std::string name = event["name"].get<std::string>();
        const std::string word = name.substr(0, name.find_first_of(" :"));
        if (event["ph"] == "i") {
            add(ns(event["ts"]), name);
        } else {
            add(ns(event["ts"]), word + " begins");
            add(ns(event["ts"]) + ns(event["dur"]), word + " ends");
        }
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& left, const Moment& right) { return left.time < right.time; });
    return moments;
}

/// What happened while a packet was on its way.
Names order_of(const std::vector<Moment>& moments, const std::vector<Stop>& way) {
    Names names;
    for (const Moment& moment : moments)
        if (moment.time >= way.front().time && moment.time <= way.back().time)
            names.push_back(moment.name);
    return names;
}

TEST_F(Timeline, OneFrameOnAnIdleMachineTakesItsStepsInOrder) {
    const Names golden = {"in begins",          "RFD ends",      "set FR",          "asserted begins",
                          "irq begins",         "drv.isr",       "acknowledged FR", "asserted ends",
                          "napi.schedule",      "drv.mask",      "softirq.raise",   "irq ends",
                          "softirq begins",     "poll begins",   "packet begins",   "net.receive begins",
                          "net.deliver begins", "ip.rcv begins", "udp.rcv begins",  "socket begins",
                          "app.wake",           "packet ends",   "ring.refill",     "ring.el_move",
                          "napi.complete",      "drv.unmask",    "poll ends",       "softirq ends",
                          "read begins"};
    // On the exact clock, so that a busy host does not bunch the frames. One or the other meets a tick all
    // the same.
    const Trace trace =
        record({"--load", "100", "--append", "linger_ms=300", "--", "-icount", "shift=3,sleep=off"});
    const std::vector<Moment> moments = moments_of(trace, golden);
    int whole = 0;
    std::string others;
    for (const auto& [id, way] : trace.ways()) {
        if (steps_of(way) != udp_way)
            continue;
        const Names order = order_of(moments, way);
        whole += order == golden;
        if (others.size() > 4000)
            continue;
        others += "\npacket " + std::to_string(id) + ':';
        for (const std::string& name : order)
            others += ' ' + name + ';';
    }
    EXPECT_GT(whole, 0) << others;
    EXPECT_GT(count_ways(trace, udp_way), 2);
    expect_every_packet_came_by_the_ring(trace);
}

TEST_F(Timeline, BatchRunShowsDhcpArpAndPing) {
    const Trace trace = record({});
    EXPECT_GE(count_ways(trace, udp_way), 2) << "offer and acknowledgement";
    EXPECT_GE(count_ways(trace, ping_way), 2);
    EXPECT_GE(count_ways(trace, arp_way), 1);
    expect_every_packet_came_by_the_ring(trace);
    EXPECT_TRUE(contains(contents(file_ + ".txt"), "napi.poll.begin"));
}

TEST_F(Timeline, TwoCpusHaveTwoRows) {
    const Trace trace = record({"--smp", "2", "--machine", "q35", "--load", "500"});
    const Names rows = trace.row_names();
    for (const char* row : {"CPU 0", "CPU 1", "wire", "receive unit", "command unit", "interrupt pin"})
        EXPECT_EQ(std::count(rows.begin(), rows.end(), row), 1) << row;
    EXPECT_GT(count_ways(trace, udp_way), 5);
}

TEST_F(Timeline, AnotherCardLeavesTheGuestsHalf) {
    const Trace trace = record({"--nic", "i82559er"});
    Names ping(ping_way.begin() + 2, ping_way.end());
    EXPECT_GE(count_ways(trace, ping), 2);
}

/// A recording has an end, and says so.
TEST_F(Timeline, CountsWhatDoesNotFit) {
    const Ended ended =
        run(boot({"--timeline", file_, "--", "-global", "e100-timeline.limit=1000"}), boot_patience);
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_TRUE(contains(ended.output, "records did not fit")) << ended.output;
    const Trace trace(contents(file_));
    EXPECT_GT(trace.document()["otherData"]["lost"], 0);
    EXPECT_TRUE(contains(trace.document()["traceEvents"].back()["name"], "records lost"));
    expect_nesting(trace);
}

} // namespace
} // namespace boot_test
