// SPDX-License-Identifier: GPL-2.0-or-later
// From what a user says to what the generator does.
#include "settings.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace traffic {

namespace {

constexpr uint32_t default_burst = 32;
constexpr uint32_t fastest_wire_mbps = 1'000'000;
constexpr uint64_t longest_delay_ns = 3600'000'000'000;
constexpr uint32_t highest_port = 0xffff;

/// A whole number from `low` to `high` and nothing else.
std::optional<uint32_t> number(std::string_view text, uint32_t low, uint32_t high) {
    uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || last != end || value < low || value > high)
        return {};
    return value;
}

/// Takes what stands in front of the next `mark`, or everything, out of `text`.
std::string_view take_up_to(std::string_view& text, char mark) {
    const std::size_t at = std::min(text.find(mark), text.size());
    const std::string_view front = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return front;
}

std::optional<uint32_t> ipv4_address(std::string_view text) {
    if (std::ranges::count(text, '.') != 3)
        return {};
    uint32_t address = 0;
    for (int i = 0; i < 4; i++) {
        const auto byte = number(take_up_to(text, '.'), 0, 255);
        if (!byte)
            return {};
        address = address << 8 | *byte;
    }
    return address;
}

const char* check_arrivals(const traffic_options& options, ArrivalProcess& into) {
    const std::string_view kind = options.arrivals;
    if (options.rate < 1 || options.rate > TRAFFIC_MAX_RATE)
        return "rate= takes 1 to 1000000000 frames a second";
    if (kind != "cbr" && kind != "poisson" && kind != "burst")
        return "arrivals= takes one of cbr, poisson, burst";
    if (options.burst != 0 && kind != "burst")
        return "burst= needs arrivals=burst";
    if (options.burst > TRAFFIC_MAX_BURST)
        return "burst= takes 1 to 4096 frames, or 0 for 32 of them";
    into = {.rate = options.rate, .poisson = kind == "poisson"};
    if (kind == "burst")
        into.burst = options.burst == 0 ? default_burst : options.burst;
    return nullptr;
}

const char* check_addresses(const traffic_options& options, Addresses& into) {
    const auto source = ipv4_address(options.source_ip), destination = ipv4_address(options.destination_ip);
    if (!source)
        return "src-ip= takes an IPv4 address like 10.0.2.2";
    if (!destination)
        return "dst-ip= takes an IPv4 address like 10.0.2.15";
    if (options.flows < 1 || options.flows > TRAFFIC_MAX_FLOWS)
        return "flows= takes 1 to 1024";
    if (options.first_flow > TRAFFIC_MAX_FLOWS - options.flows)
        return "first-flow= and flows= together take up to 1024";
    if (options.source_port + options.first_flow + (options.flows - 1) > highest_port)
        return "flows= are too many for src-port=: the last one's port is above 65535";
    into = {.source_ip = *source,
            .destination_ip = *destination,
            .source_port = options.source_port,
            .destination_port = options.destination_port};
    std::ranges::copy(options.source_mac, into.source_mac.begin());
    std::ranges::copy(options.destination_mac, into.destination_mac.begin());
    return nullptr;
}

} // namespace

bool SizeMixture::add(std::string_view part) {
    if (count_ == max_sizes)
        return false;
    const bool weighted = part.find('x') != part.npos;
    const auto bytes = number(take_up_to(part, 'x'), min_frame_bytes, max_frame_bytes);
    const auto weight = weighted ? number(part, 1, max_weight) : 1;
    if (!bytes || !weight)
        return false;
    const uint32_t before = count_ == 0 ? 0 : parts_[count_ - 1].weights_up_to;
    parts_[count_++] = {static_cast<uint16_t>(*bytes), before + *weight};
    return true;
}

bool SizeMixture::parse(std::string_view text) {
    SizeMixture mixture;
    mixture.count_ = 0;
    const auto parts = 1 + std::ranges::count(text, ':');
    for (int i = 0; i < parts; i++)
        if (!mixture.add(take_up_to(text, ':')))
            return false;
    *this = mixture;
    return true;
}

std::size_t SizeMixture::draw(Random& random) const {
    const uint32_t drawn = random.below(parts_[count_ - 1].weights_up_to);
    std::size_t i = 0;
    while (drawn >= parts_[i].weights_up_to)
        i++;
    return parts_[i].bytes;
}

const char* check(const traffic_options& options, Settings& into) {
    Settings settings;
    if (const char* error = check_arrivals(options, settings.arrivals))
        return error;
    if (!settings.sizes.parse(options.size))
        return "size= takes 60 to 1514 bytes (without FCS), or up to 16 of them as SIZExWEIGHT:SIZExWEIGHT";
    if (options.wire_mbps > fastest_wire_mbps)
        return "wire-mbps= takes up to 1000000 Mb/s, or 0 for a wire that takes no time";
    if (options.delay_ns > longest_delay_ns)
        return "delay-ns= takes up to an hour";
    if (const char* error = check_addresses(options, settings.addresses))
        return error;
    settings.count = options.count;
    settings.wire_mbps = options.wire_mbps;
    settings.delay_ns = static_cast<int64_t>(options.delay_ns);
    settings.seed = options.seed;
    settings.flows = options.flows;
    settings.first_flow = options.first_flow;
    into = settings;
    return nullptr;
}

} // namespace traffic
