// SPDX-License-Identifier: GPL-2.0-or-later
// Numbered payloads and their checker.
#include "pattern.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace harness {

namespace {

constexpr uint32_t mark = 0xe1005eed;

/// Marsaglia's xorshift: period and quality are plenty for telling payloads apart.
class Generator {
  public:
    Generator(uint32_t seed, uint32_t number) : state_((seed * 0x9e3779b9u) ^ (number * 0x85ebca6bu) ^ mark) {
        if (state_ == 0)
            state_ = mark;
        for (int i = 0; i < 4; i++)
            next();
    }
    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        return state_ ^= state_ << 5;
    }

  private:
    uint32_t state_;
};

void put32(std::vector<uint8_t>& bytes, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<uint8_t>(value >> shift));
}

uint32_t get32(std::span<const uint8_t> bytes) {
    return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
           static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::string listed(const char* what, const std::vector<uint32_t>& numbers) {
    if (numbers.empty())
        return "";
    std::string text = std::string("; ") + what + " " + std::to_string(numbers.size()) + ":";
    for (size_t i = 0; i < numbers.size() && i < 16; i++)
        text += " " + std::to_string(numbers[i]);
    return text + (numbers.size() > 16 ? " …" : "");
}

} // namespace

Pattern::Pattern(uint32_t seed, size_t min_size, size_t max_size)
    : seed_(seed), min_size_(std::max(min_size, header_size)), max_size_(std::max(max_size, min_size_)) {}

size_t Pattern::size(uint32_t number) const {
    return min_size_ + Generator(seed_, number).next() % (max_size_ - min_size_ + 1);
}

std::vector<uint8_t> Pattern::payload(uint32_t number) const {
    std::vector<uint8_t> bytes;
    size_t length = size(number);
    bytes.reserve(length);
    put32(bytes, mark);
    put32(bytes, seed_);
    put32(bytes, number);
    Generator generator(~seed_, number);
    while (bytes.size() < length)
        bytes.push_back(static_cast<uint8_t>(generator.next() >> 11));
    return bytes;
}

Frame Pattern::frame(uint32_t number, std::span<const uint8_t, 6> destination,
                     std::span<const uint8_t, 6> source, uint16_t type) const {
    Frame frame;
    frame.reserve(14 + max_size_);
    std::ranges::copy(destination, std::back_inserter(frame));
    std::ranges::copy(source, std::back_inserter(frame));
    frame.push_back(static_cast<uint8_t>(type >> 8));
    frame.push_back(static_cast<uint8_t>(type));
    std::ranges::copy(payload(number), std::back_inserter(frame));
    return frame;
}

PatternChecker::PatternChecker(const Pattern& pattern, uint32_t count, Padding padding)
    : pattern_(pattern), count_(count), padding_(padding), seen_(count) {}

bool PatternChecker::matches(std::span<const uint8_t> expected, std::span<const uint8_t> got) const {
    if (got.size() < expected.size() || !std::ranges::equal(expected, got.first(expected.size())))
        return false;
    auto rest = got.subspan(expected.size());
    return rest.empty() ||
           (padding_ == Padding::Allowed && std::ranges::all_of(rest, [](uint8_t b) { return b == 0; }));
}

void PatternChecker::note_difference(uint32_t number, std::span<const uint8_t> expected,
                                     std::span<const uint8_t> got) {
    altered_.push_back(number);
    if (!first_difference_.empty())
        return;
    size_t common = std::min(expected.size(), got.size());
    size_t at = 0;
    while (at < common && expected[at] == got[at])
        at++;
    char text[128];
    std::snprintf(text, sizeof text, "; payload %u: %zu bytes of %zu, first difference at %zu", number,
                  got.size(), expected.size(), at);
    first_difference_ = text;
}

void PatternChecker::take(std::span<const uint8_t> payload) {
    if (payload.size() < Pattern::header_size || get32(payload) != mark ||
        get32(payload.subspan(4)) != pattern_.seed() || get32(payload.subspan(8)) >= count_) {
        foreign_++;
        return;
    }
    uint32_t number = get32(payload.subspan(8));
    auto expected = pattern_.payload(number);
    if (!matches(expected, payload)) {
        note_difference(number, expected, payload);
        return;
    }
    if (seen_[number]) {
        duplicated_.push_back(number);
        return;
    }
    seen_[number] = true;
    distinct_++;
    if (number < highest_)
        out_of_order_.push_back(number);
    highest_ = std::max(highest_, static_cast<int64_t>(number));
}

void PatternChecker::take_frame(std::span<const uint8_t> frame) {
    take(frame.size() < 14 ? std::span<const uint8_t>() : frame.subspan(14));
}

std::vector<uint32_t> PatternChecker::missing() const {
    std::vector<uint32_t> numbers;
    for (uint32_t i = 0; i < count_; i++)
        if (!seen_[i])
            numbers.push_back(i);
    return numbers;
}

bool PatternChecker::perfect() const {
    return all_arrived() && duplicated_.empty() && altered_.empty() && out_of_order_.empty();
}

std::string PatternChecker::describe() const {
    std::string text = std::to_string(distinct_) + " of " + std::to_string(count_);
    if (perfect())
        text += ", perfect";
    text += listed("missing", missing()) + listed("duplicated", duplicated_) + listed("altered", altered_) +
            first_difference_ + listed("out of order", out_of_order_);
    return foreign_ == 0 ? text : text + "; foreign " + std::to_string(foreign_);
}

} // namespace harness
