// SPDX-License-Identifier: GPL-2.0-or-later
// Wake-up (SDM 6.3.9, A.6).
#include "wake_up.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ethernet.h"
#include "receive_frame.h"

namespace i8255x {
namespace {

constexpr uint8_t sync_byte = 0xff;
constexpr std::size_t sync_bytes = 6;
constexpr std::size_t address_repetitions = 16;
constexpr std::size_t magic_bytes = sync_bytes + address_repetitions * sizeof(MacAddress);

constexpr unsigned pme_support_shift = 11; ///< in the PMC word: a bit for each of D0 to D3

bool repeats(std::span<const uint8_t> bytes, const MacAddress& address) {
    for (std::size_t i = 0; i < address_repetitions; i++)
        if (!std::ranges::equal(bytes.subspan(i * address.size(), address.size()), address))
            return false;
    return true;
}

constexpr unsigned address_bits = 48;
constexpr uint64_t address_mask = (uint64_t{1} << address_bits) - 1;

/// The same for all rotations.
uint64_t xor_of_bytes(uint64_t bytes) {
    uint64_t result = 0;
    for (unsigned shift = 0; shift < address_bits; shift += 8)
        result ^= bytes >> shift & 0xff;
    return result;
}

[[gnu::noinline]] bool is_rotated(uint64_t bytes, uint64_t address) {
    if (xor_of_bytes(bytes) != xor_of_bytes(address)) // nearly always, also of frames full of zeros
        return false;
    for (unsigned shift = 0; shift < address_bits; shift += 8)
        if (bytes == ((address << shift | address >> (address_bits - shift)) & address_mask))
            return true;
    return false;
}

inline bool is_repeated(const uint8_t* at, const MacAddress& own) {
    uint64_t here, later;
    std::memcpy(&here, at, sizeof here);
    std::memcpy(&later, at + sizeof(MacAddress), sizeof later);
    return here == later && is_rotated(here & address_mask, number_of(own));
}

constexpr std::size_t looked_at = sizeof(MacAddress) + sizeof(uint64_t); ///< of is_repeated()
constexpr std::size_t stride = address_repetitions * sizeof(MacAddress) - looked_at + 1;

template <std::size_t... Index>
bool is_repeated_in_one(const uint8_t* at, const MacAddress& own, std::index_sequence<Index...>) {
    return (is_repeated(at + Index * stride, own) || ...);
}

/// False only if there is no magic sequence. Its repetitions are so long that one of these places is in them;
/// there each byte is the one of six bytes before. Each frame that comes in is asked.
bool may_have_magic_sequence(std::span<const uint8_t> frame, const MacAddress& own) {
    constexpr std::size_t places = 6, reach = (places - 1) * stride + looked_at;
    std::size_t at = 0;
    for (; at + reach <= frame.size(); at += places * stride)
        if (is_repeated_in_one(frame.data() + at, own, std::make_index_sequence<places>()))
            return true;
    for (; at + looked_at <= frame.size(); at += stride)
        if (is_repeated(frame.data() + at, own))
            return true;
    return false;
}

/// Somewhere in the frame six bytes FFh, then the address sixteen times.
bool has_magic_sequence(std::span<const uint8_t> frame, const MacAddress& address) {
    for (std::size_t at = 0; at + magic_bytes <= frame.size(); at++) {
        std::size_t run = sync_bytes; // bytes in front of the last one here that is no sync byte
        while (run > 0 && frame[at + run - 1] == sync_byte)
            run--;
        if (run > 0)
            at += run - 1;
        else if (repeats(frame.subspan(at + sync_bytes), address))
            return true;
    }
    return false;
}

} // namespace

/// The function's PME support bits say from which states it can wake the machine (SDM 4.1.18).
bool WakeUp::may_signal() const {
    return (units_.variant.pm_capabilities >> pme_support_shift >> static_cast<unsigned>(power_state_) & 1) !=
           0;
}

void WakeUp::set_power_state(PowerState power_state) {
    if (power_state_ == PowerState::D0 && power_state != PowerState::D0)
        state_.packet_length = 0; // of an earlier sleep
    power_state_ = power_state;
}

/// The status is set whether or not PME# is enabled, which only configuration space knows.
void WakeUp::raise(uint8_t pmdr_bits) {
    if (units_.variant.generation >= Generation::I82559)
        state_.pmdr |= pmdr_bits;
    if (!may_signal())
        return;
    state_.pmdr |= pmdr::pme_status;
    units_.host.trace(TraceEvent::Pme, state_.pmdr, static_cast<uint32_t>(power_state_));
    units_.host.set_pme(true);
}

void WakeUp::acknowledge(uint8_t bits) {
    const bool was_set = (state_.pmdr & pmdr::pme_status) != 0;
    state_.pmdr = static_cast<uint8_t>(state_.pmdr & ~bits);
    if (was_set && (state_.pmdr & pmdr::pme_status) == 0)
        units_.host.set_pme(false);
}

void WakeUp::link_changed() {
    if (!has(wake_event::link))
        return;
    if (units_.configuration.is_set(config::link_wake))
        raise(pmdr::link_changed);
    else if (units_.variant.generation >= Generation::I82559)
        state_.pmdr |= pmdr::link_changed;
}

void WakeUp::notice(std::span<const uint8_t> frame) {
    const bool awake = power_state_ == PowerState::D0;
    if (awake && (frame.size() < magic_bytes || !has(wake_event::magic_packet) ||
                  !may_have_magic_sequence(frame, units_.filter.individual())))
        return;
    if (frame.size() >= min_frame_bytes) {
        examine(frame);
        return;
    }
    std::array<uint8_t, min_frame_bytes> padded{};
    std::ranges::copy(frame, padded.begin());
    examine(padded);
}

void WakeUp::examine(std::span<const uint8_t> frame) {
    const Configuration& configuration = units_.configuration;
    if (!configuration.configured() || configuration.is_set(config::csma_disable))
        return;
    const AddressFilter::Match match = units_.filter.match(frame.first<6>(), configuration);
    if (!match.accepted)
        return;
    if (has(wake_event::magic_packet) && has_magic_sequence(frame, units_.filter.individual()))
        notice_magic_packet(frame);
    else if (power_state_ != PowerState::D0 && is_interesting(frame, match)) {
        keep(frame);
        raise(pmdr::interesting_packet);
    }
}

/// Only the wake-up can be switched off, not the bit that tells of the packet (SDM 6.3.9).
void WakeUp::notice_magic_packet(std::span<const uint8_t> frame) {
    units_.host.trace(TraceEvent::MagicPacket, static_cast<uint32_t>(frame.size()), 0);
    if (!units_.configuration.is_set(config::magic_packet_disable))
        raise(pmdr::magic_packet);
    else if (units_.variant.generation >= Generation::I82559)
        state_.pmdr |= pmdr::magic_packet;
}

bool WakeUp::is_interesting(std::span<const uint8_t> frame, const AddressFilter::Match& match) const {
    const Configuration& configuration = units_.configuration;
    const auto wants = [&](uint8_t event, ConfigField enable) {
        return has(event) && configuration.is_set(enable);
    };
    if (wants(wake_event::any_address, config::address_wake) && !match.promiscuous_only)
        return true;
    if (wants(wake_event::individual_address, config::address_wake) && match.individual)
        return true;
    if (wants(wake_event::multicast, config::multicast_wake) && is_group(frame) &&
        !std::ranges::equal(frame.first<6>(), broadcast_address))
        return true;
    if (wants(wake_event::arp, config::arp_wake)) {
        const auto address = static_cast<uint16_t>(config::arp_address_high.of(configuration.bytes()) << 8 |
                                                   config::arp_address_low.of(configuration.bytes()));
        const auto payload = find_payload(frame, configuration.is_set(config::vlan_arp));
        if (payload && asks_for(frame, *payload, address))
            return true;
    }
    return has(wake_event::programmable_filters) && filters_.match(frame, match.individual);
}

/// On the silicon they share memory with the counters, which are garbage afterwards; here they are not.
void WakeUp::keep(std::span<const uint8_t> frame) {
    if (!has(wake_event::programmable_filters))
        return;
    std::copy_n(frame.begin(), std::min(frame.size(), state_.packet.size()), state_.packet.begin());
    state_.packet_length =
        frame.size() > state_.packet.size() ? wake_packet_longer : static_cast<uint8_t>(frame.size());
}

std::span<const uint8_t> WakeUp::packet() const {
    return std::span(state_.packet).first(std::min<std::size_t>(state_.packet_length, state_.packet.size()));
}

void WakeUp::hardware_reset() {
    reset();
    if (aux_power_)
        return;
    acknowledge(state_.pmdr);
    state_ = {};
}

WakeUp::State WakeUp::state() const {
    State state = state_;
    state.filters = filters_.state();
    return state;
}

bool WakeUp::valid(const State& state) {
    return (state.packet_length <= wake_packet_bytes || state.packet_length == wake_packet_longer) &&
           WakeFilters::valid(state.filters);
}

void WakeUp::restore(const State& state) {
    constexpr uint8_t bits = register_at(csr::pmdr).clear_on_one;
    state_ = state;
    state_.pmdr = state.pmdr & bits;
    filters_.restore(state.filters);
}

} // namespace i8255x
