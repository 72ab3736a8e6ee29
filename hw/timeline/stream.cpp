// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the recorder's lines. All tables are bounded, whatever the lines say.
#include "timeline/stream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <string_view>

namespace timeline {

namespace {

using Fields = std::span<const std::string_view>;

constexpr std::size_t maximum_line = 512, maximum_fields = 8;
constexpr std::size_t maximum_cards = 32, maximum_values = 65536;
constexpr uint32_t maximum_cpus = 64, maximum_event_number = 1023;

template <typename Number> bool parse(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

class Reader {
  public:
    /// False if the line makes no sense.
    bool take(std::string_view line);
    Recording recording;

  private:
    bool define(std::map<uint32_t, unsigned>& numbers, Fields fields);
    bool define_value(Fields fields);
    bool guest_text(Fields fields);
    bool card_event(Fields fields);
    bool guest_event(Fields fields);
    bool add(Event event, std::map<uint32_t, unsigned>& numbers, Fields number_and_arguments);
    std::optional<unsigned> card(std::string_view name);
    unsigned new_kind(Kind kind) {
        recording.kinds.push_back(std::move(kind));
        return static_cast<unsigned>(recording.kinds.size() - 1);
    }

    std::map<uint32_t, unsigned> card_kinds_, guest_kinds_; ///< index in kinds by number
};

/// NUMBER NAME A B
bool Reader::define(std::map<uint32_t, unsigned>& numbers, Fields fields) {
    uint32_t number = 0;
    if (fields.size() != 4 || !parse(fields[0], number) || number > maximum_event_number ||
        fields[1].empty() || numbers.contains(number))
        return false;
    numbers[number] = new_kind({std::string(fields[1]), std::string(fields[2]), std::string(fields[3])});
    return true;
}

/// MEANING NUMBER NAME
bool Reader::define_value(Fields fields) {
    uint32_t number = 0;
    if (fields.size() != 3 || !parse(fields[1], number) || recording.values.size() >= maximum_values)
        return false;
    recording.values[{std::string(fields[0]), number}] = fields[2];
    return true;
}

bool Reader::guest_text(Fields fields) {
    if (fields.empty())
        return false;
    if (fields[0] == "event")
        return define(guest_kinds_, fields.subspan(1));
    return fields[0] == "value" && define_value(fields.subspan(1));
}

std::optional<unsigned> Reader::card(std::string_view name) {
    std::vector<std::string>& cards = recording.cards;
    for (unsigned i = 0; i < cards.size(); i++)
        if (cards[i] == name)
            return i;
    if (name.empty() || cards.size() == maximum_cards)
        return std::nullopt;
    cards.emplace_back(name);
    return static_cast<unsigned>(cards.size() - 1);
}

/// An event without a name is one all the same.
bool Reader::add(Event event, std::map<uint32_t, unsigned>& numbers, Fields fields) {
    uint32_t number = 0;
    if (!parse(fields[0], number) || number > maximum_event_number || !parse(fields[1], event.a) ||
        !parse(fields[2], event.b))
        return false;
    if (event.time_ns < 0 || (!recording.events.empty() && event.time_ns < recording.events.back().time_ns))
        return false;
    auto known = numbers.find(number);
    if (known == numbers.end())
        known = numbers.emplace(number, new_kind({"event " + std::to_string(number), "a", "b"})).first;
    event.kind = known->second;
    recording.events.push_back(event);
    return true;
}

/// TIME CARD EVENT A B
bool Reader::card_event(Fields fields) {
    Event event;
    event.of_card = true;
    if (fields.size() != 5 || !parse(fields[0], event.time_ns))
        return false;
    const std::optional<unsigned> unit = card(fields[1]);
    if (!unit)
        return false;
    event.unit = *unit;
    return add(event, card_kinds_, fields.subspan(2));
}

/// TIME CPU CONTEXT EVENT A B
bool Reader::guest_event(Fields fields) {
    Event event;
    unsigned context = 0;
    if (fields.size() != 6 || !parse(fields[0], event.time_ns) || !parse(fields[1], event.unit) ||
        event.unit >= maximum_cpus || !parse(fields[2], context) ||
        context > static_cast<unsigned>(Context::Hardirq))
        return false;
    event.context = static_cast<Context>(context);
    if (!add(event, guest_kinds_, fields.subspan(3)))
        return false;
    recording.cpus = std::max(recording.cpus, event.unit + 1);
    return true;
}

bool Reader::take(std::string_view line) {
    std::array<std::string_view, maximum_fields> storage;
    std::size_t count = 0;
    for (std::size_t tab = 0; tab != std::string_view::npos; count++) {
        if (count == storage.size())
            return false;
        tab = line.find('\t');
        storage[count] = line.substr(0, tab);
        line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
    }
    const Fields all(storage.data(), count), fields = all.subspan(1);
    if (all[0] == "d")
        return card_event(fields);
    if (all[0] == "g")
        return guest_event(fields);
    if (all[0] == "t")
        return guest_text(fields);
    if (all[0] == "e")
        return define(card_kinds_, fields);
    uint64_t records = 0;
    if (all[0] != "end" || fields.size() != 2 || !parse(fields[0], records) ||
        !parse(fields[1], recording.lost))
        return false;
    recording.complete = true;
    return true;
}

/// False at the end of the input. A line that is too long comes without its rest, which is skipped.
bool read_line(std::istream& input, std::array<char, maximum_line>& storage, std::string_view& line) {
    input.getline(storage.data(), storage.size());
    line = std::string_view(storage.data());
    if (input.eof() || !input.fail())
        return !(input.eof() && line.empty());
    input.clear();
    input.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    return true;
}

} // namespace

const std::string& Recording::name_of(const std::string& meaning, uint32_t value) const {
    static const std::string none;
    const auto found = values.find({meaning, value});
    return found == values.end() ? none : found->second;
}

std::optional<Recording> read_stream(std::istream& input) {
    std::array<char, maximum_line> storage;
    std::string_view line;
    if (!read_line(input, storage, line) || line != "e100-timeline\t1")
        return std::nullopt;
    Reader reader;
    while (read_line(input, storage, line))
        reader.recording.malformed += !reader.take(line);
    return std::move(reader.recording);
}

} // namespace timeline
