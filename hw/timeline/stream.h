// SPDX-License-Identifier: GPL-2.0-or-later
// What the device e100-timeline writes: one line per record, fields with tabs between them.
//   e100-timeline 1                        the first line: the format's version
//   e NUMBER NAME A B                      a card's event: its name and what its arguments mean
//   t event NUMBER NAME A B                a guest's event
//   t value MEANING NUMBER NAME            what a value is called of the arguments that mean MEANING
//   d TIME CARD EVENT A B                  a step of a card; times in ns of the virtual clock
//   g TIME CPU CONTEXT EVENT A B           a record of the guest
//   end RECORDS LOST                       the last line, if QEMU ended in good order
// The guest is behind the lines that begin with t and g: nothing in them is trusted.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace timeline {

struct Kind {
    std::string name;
    std::string a, b; ///< what the arguments mean; empty: nothing
};

enum class Context : uint8_t { Task, BhDisabled, Softirq, Hardirq };

struct Event {
    bool of_card = false;
    int64_t time_ns = 0;
    unsigned unit = 0; ///< index of the card in Recording::cards, or CPU
    Context context = Context::Task;
    unsigned kind = 0; ///< index in Recording::kinds
    uint32_t a = 0, b = 0;
};

struct Recording {
    std::vector<Kind> kinds;
    std::vector<std::string> cards;
    unsigned cpus = 0;
    std::map<std::pair<std::string, uint32_t>, std::string> values; ///< by meaning and value
    std::vector<Event> events;                                      ///< times ascend
    uint64_t lost = 0;      ///< records that the recorder could not take
    uint64_t malformed = 0; ///< lines that are none of the above
    bool complete = false;  ///< the last line is there

    /// What the guest calls `value`; empty if it gave no name.
    const std::string& name_of(const std::string& meaning, uint32_t value) const;
};

/// Nothing if the input is no such stream. Lines that make no sense are counted and passed over.
std::optional<Recording> read_stream(std::istream& input);

} // namespace timeline
