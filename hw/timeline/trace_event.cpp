// SPDX-License-Identifier: GPL-2.0-or-later
// Picture to JSON: complete events X, instants i, counters C, flows s t f, metadata M.
#include "timeline/trace_event.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string_view>

namespace timeline {

namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char byte : text) {
        const auto code = static_cast<unsigned char>(byte);
        if (byte == '"' || byte == '\\') {
            result += '\\';
            result += byte;
        } else if (code < 0x20 || code >= 0x7f || byte == '<') {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", code);
            result += escaped;
        } else {
            result += byte;
        }
    }
    return result + '"';
}

/// The format counts in µs.
std::string microseconds(int64_t ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(ns / 1000),
                  static_cast<int>(ns % 1000));
    return text;
}

std::string arguments(const Details& details) {
    std::string text = ",\"args\":{";
    for (std::size_t i = 0; i < details.size(); i++) {
        const auto begin = details.begin(), at = begin + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(begin, at, [&](const auto& earlier) { return earlier.first == at->first; }))
            continue; // a name twice is no JSON object
        text += (i ? "," : "") + quoted(at->first) + ':' + quoted(at->second);
    }
    return text + '}';
}

class Writer {
  public:
    explicit Writer(const Picture& picture) : picture_(picture) { collect(); }
    void write(std::ostream& output);

  private:
    /// What stands in the list at its time; slices before what lies within them.
    struct Entry {
        int64_t time_ns;
        int64_t length_ns;
        std::function<std::string()> text;
    };

    void collect();
    void collect_packets();
    void add(int64_t time_ns, int64_t length_ns, std::function<std::string()> text) {
        entries_.push_back({time_ns, length_ns, std::move(text)});
    }
    std::string place(unsigned row) const {
        return ",\"pid\":" + std::to_string(picture_.rows[row].group + 1) +
               ",\"tid\":" + std::to_string(row + 1);
    }
    std::string slice(const Slice& slice) const {
        return "{\"ph\":\"X\",\"name\":" + quoted(slice.name) + ",\"ts\":" + microseconds(slice.begin_ns) +
               ",\"dur\":" + microseconds(slice.end_ns - slice.begin_ns) + place(slice.row) +
               arguments(slice.details) + '}';
    }
    std::string instant(const Instant& instant) const {
        return "{\"ph\":\"i\",\"s\":\"t\",\"name\":" + quoted(instant.name) +
               ",\"ts\":" + microseconds(instant.time_ns) + place(instant.row) + arguments(instant.details) +
               '}';
    }
    std::string sample(const Sample& sample) const {
        return "{\"ph\":\"C\",\"name\":" + quoted(sample.counter) +
               ",\"ts\":" + microseconds(sample.time_ns) + ",\"pid\":" + std::to_string(sample.group + 1) +
               ",\"args\":{\"value\":" + std::to_string(sample.value) + "}}";
    }
    std::string stop(std::size_t packet, std::size_t number) const;
    void write_names(std::ostream& output) const;

    const Picture& picture_;
    std::vector<Entry> entries_;
};

std::string Writer::stop(std::size_t packet, std::size_t number) const {
    const Packet& way = picture_.packets[packet];
    const Stop& stop = way.stops[number];
    const bool last = number + 1 == way.stops.size();
    return std::string("{\"ph\":\"") +
           (number == 0 ? "s"
            : last      ? "f"
                        : "t") +
           "\",\"bp\":\"e\",\"cat\":\"packet\",\"name\":\"packet\",\"id\":" + std::to_string(packet + 1) +
           ",\"ts\":" + microseconds(stop.time_ns) + place(stop.row) +
           arguments({{"packet", way.label}, {"step", stop.what}}) + '}';
}

/// A packet that was seen in one place only has no way.
void Writer::collect_packets() {
    for (std::size_t packet = 0; packet < picture_.packets.size(); packet++) {
        const std::vector<Stop>& stops = picture_.packets[packet].stops;
        for (std::size_t i = 0; stops.size() > 1 && i < stops.size(); i++)
            add(stops[i].time_ns, -1, [this, packet, i] { return stop(packet, i); });
    }
}

void Writer::collect() {
    for (const Slice& each : picture_.slices)
        add(each.begin_ns, each.end_ns - each.begin_ns, [this, &each] { return slice(each); });
    for (const Instant& each : picture_.instants)
        add(each.time_ns, 0, [this, &each] { return instant(each); });
    for (const Sample& each : picture_.samples)
        add(each.time_ns, 0, [this, &each] { return sample(each); });
    collect_packets();
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& left, const Entry& right) {
        return left.time_ns != right.time_ns ? left.time_ns < right.time_ns
                                             : left.length_ns > right.length_ns;
    });
}

void Writer::write_names(std::ostream& output) const {
    const auto name = [&](const char* kind, const std::string& where, const std::string& key,
                          const std::string& value) {
        output << "{\"ph\":\"M\",\"name\":\"" << kind << "\"," << where << ",\"args\":{\"" << key
               << "\":" << value << "}},\n";
    };
    for (unsigned group = 0; group < picture_.groups.size(); group++) {
        const std::string where = "\"pid\":" + std::to_string(group + 1);
        name("process_name", where, "name", quoted(picture_.groups[group]));
        // cards above the guest: the way of a packet leads downwards
        name("process_sort_index", where, "sort_index",
             std::to_string(group == 0 ? picture_.groups.size() : group));
    }
    for (unsigned row = 0; row < picture_.rows.size(); row++) {
        const std::string where = place(row).substr(1);
        name("thread_name", where, "name", quoted(picture_.rows[row].name));
        name("thread_sort_index", where, "sort_index", std::to_string(row));
    }
}

void Writer::write(std::ostream& output) {
    output << "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"lost\":" << picture_.lost
           << ",\"malformed\":" << picture_.malformed
           << ",\"complete\":" << (picture_.complete ? "true" : "false") << "},\"traceEvents\":[\n";
    write_names(output);
    const int64_t last_ns = entries_.empty() ? 0 : entries_.back().time_ns;
    for (const Entry& entry : entries_)
        output << entry.text() << ",\n";
    output << "{\"ph\":\"i\",\"s\":\"g\",\"name\":"
           << quoted(picture_.lost ? std::to_string(picture_.lost) + " records lost" : "end of the recording")
           << ",\"ts\":" << microseconds(last_ns) << ",\"pid\":1,\"tid\":1}\n]}\n";
}

} // namespace

void write_trace_events(std::ostream& output, const Picture& picture) { Writer(picture).write(output); }

} // namespace timeline
