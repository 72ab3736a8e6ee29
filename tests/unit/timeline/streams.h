// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings written by name instead of by number, and how to look at what they became.
#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "timeline/picture.h"
#include "timeline/stream.h"

namespace timeline_test {

inline constexpr const char* head = "e100-timeline\t1\n";

inline timeline::Recording read(const std::string& text) {
    std::istringstream input(text);
    auto recording = timeline::read_stream(input);
    return recording ? std::move(*recording) : timeline::Recording{};
}

/// Each event 1 ns after the one before, unless at() says otherwise. Events get their numbers as they come.
class Stream {
  public:
    Stream& at(int64_t time_ns) {
        time_ns_ = time_ns;
        return *this;
    }
    Stream& value(const std::string& meaning, uint32_t number, const std::string& name) {
        text_ += "t\tvalue\t" + meaning + '\t' + std::to_string(number) + '\t' + name + '\n';
        return *this;
    }
    Stream& card(const std::string& event, uint32_t a = 0, uint32_t b = 0, const std::string& name = "nic0") {
        const std::string number = number_of(event, "e\t", card_events_);
        text_ += "d\t" + time() + '\t' + name + '\t' + number + arguments(a, b);
        return *this;
    }
    Stream& guest(unsigned cpu, timeline::Context context, const std::string& event, uint32_t a = 0,
                  uint32_t b = 0) {
        const std::string number = number_of(event, "t\tevent\t", guest_events_);
        text_ += "g\t" + time() + '\t' + std::to_string(cpu) + '\t' +
                 std::to_string(static_cast<unsigned>(context)) + '\t' + number + arguments(a, b);
        return *this;
    }
    Stream& task(const std::string& event, uint32_t a = 0, uint32_t b = 0, unsigned cpu = 0) {
        return guest(cpu, timeline::Context::Task, event, a, b);
    }
    Stream& softirq(const std::string& event, uint32_t a = 0, uint32_t b = 0, unsigned cpu = 0) {
        return guest(cpu, timeline::Context::Softirq, event, a, b);
    }
    Stream& hardirq(const std::string& event, uint32_t a = 0, uint32_t b = 0, unsigned cpu = 0) {
        return guest(cpu, timeline::Context::Hardirq, event, a, b);
    }
    std::string text() const { return head + text_ + "end\t0\t0\n"; }
    timeline::Recording recording() const { return read(text()); }
    timeline::Picture picture() const { return timeline::draw(recording()); }

  private:
    std::string time() { return std::to_string(time_ns_++); }
    static std::string arguments(uint32_t a, uint32_t b) {
        return '\t' + std::to_string(a) + '\t' + std::to_string(b) + '\n';
    }
    std::string number_of(const std::string& event, const char* definition,
                          std::map<std::string, std::string>& known) {
        const auto [found, is_new] = known.emplace(event, std::to_string(known.size()));
        if (is_new)
            text_ += definition + found->second + '\t' + event + "\tfirst\tsecond\n";
        return found->second;
    }

    std::string text_;
    int64_t time_ns_ = 100;
    std::map<std::string, std::string> card_events_, guest_events_;
};

/// "begin-end name" of the slices of the row named `row`, as they were made.
inline std::vector<std::string> slices(const timeline::Picture& picture, const std::string& row) {
    std::vector<std::string> found;
    for (const timeline::Slice& slice : picture.slices)
        if (picture.rows[slice.row].name == row)
            found.push_back(std::to_string(slice.begin_ns) + '-' + std::to_string(slice.end_ns) + ' ' +
                            slice.name);
    return found;
}

inline std::vector<std::string> instants(const timeline::Picture& picture, const std::string& row) {
    std::vector<std::string> found;
    for (const timeline::Instant& instant : picture.instants)
        if (picture.rows[instant.row].name == row)
            found.push_back(std::to_string(instant.time_ns) + ' ' + instant.name);
    return found;
}

inline std::vector<std::string> stops(const timeline::Picture& picture, std::size_t packet) {
    std::vector<std::string> found;
    for (const timeline::Stop& stop : picture.packets.at(packet).stops)
        found.push_back(picture.rows[stop.row].name + ": " + stop.what);
    return found;
}

/// Values of a counter in order.
inline std::vector<uint64_t> samples(const timeline::Picture& picture, const std::string& counter) {
    std::vector<uint64_t> found;
    for (const timeline::Sample& sample : picture.samples)
        if (sample.counter == counter)
            found.push_back(sample.value);
    return found;
}

/// No two slices of a row overlap unless one is within the other.
inline bool all_nest(const timeline::Picture& picture) {
    for (const timeline::Slice& a : picture.slices)
        for (const timeline::Slice& b : picture.slices)
            if (a.row == b.row && a.begin_ns < b.begin_ns && b.begin_ns < a.end_ns && a.end_ns < b.end_ns)
                return false;
    return std::all_of(picture.slices.begin(), picture.slices.end(),
                       [](const timeline::Slice& slice) { return slice.begin_ns < slice.end_ns; });
}

} // namespace timeline_test
