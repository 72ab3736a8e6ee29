// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control by PAUSE frames (IEEE 802.3 annex 31B; SDM 6.3.8, 6.6).
#include "flow_control.h"

#include <algorithm>
#include <array>

#include "ethernet.h"
#include "receive_fifo.h"
#include "receive_frame.h"

namespace i8255x {
namespace {

constexpr MacAddress control_address = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
constexpr uint16_t pause_opcode = 0x0001;
constexpr std::size_t type_at = 12, opcode_at = 14, time_at = 16;
constexpr std::size_t priority_at = 19, far_priority_at = 31;

constexpr uint32_t bits_per_slot = 512;
/// A PAUSE frame on the wire, with FCS, preamble and gap: what lies between two that follow each other.
constexpr uint32_t pause_frame_bits = 8 * (min_frame_bytes + 4 + 8 + 12);

/// The counter that repeats XOFF has steps of so many slots (SDM 6.4.2.3 bytes 16, 17).
constexpr uint32_t repeat_step_slots = 32;

/// Free bytes in the FIFO that stop the peer, by the value of the threshold register (SDM 6.3.8).
constexpr std::array<std::size_t, 8> thresholds = {512, 1024, 1280, 1536, 1792, 2048, 2304, 2560};

void put_be16(std::span<uint8_t> frame, std::size_t offset, uint16_t value) {
    frame[offset] = static_cast<uint8_t>(value >> 8);
    frame[offset + 1] = static_cast<uint8_t>(value);
}

} // namespace

/// A PAUSE to the individual address is stored even if those to the group are rejected.
FlowControl::Verdict FlowControl::notice(std::span<const uint8_t> frame) {
    if (units_.variant.generation < Generation::I82558 || be16(frame, type_at) != ether_type::mac_control)
        return Verdict::Other;
    if (!units_.configuration.configured() || is_set(config::csma_disable))
        return Verdict::Other;
    const auto destination = frame.first<6>();
    const bool to_group = std::ranges::equal(destination, control_address);
    if (!to_group && !units_.filter.match(destination, units_.configuration).individual)
        return Verdict::Other;
    if (be16(frame, opcode_at) != pause_opcode) {
        units_.statistics.count(Counter::FcRxUnsupported);
        return Verdict::Pass;
    }
    if (!is_set(config::tx_fc_disable))
        obey(frame);
    return to_group && is_set(config::reject_fc) ? Verdict::Reject : Verdict::Pass;
}

/// A new time replaces the old one; 0 ends the pause.
void FlowControl::obey(std::span<const uint8_t> frame) {
    const uint16_t slots = be16(frame, time_at);
    const int64_t until = slots == 0 ? -1 : units_.host.now_ns() + slots_ns(slots);
    (is_low_priority(frame) ? state_.paused_low_until_ns : state_.paused_until_ns) = until;
    units_.host.trace(TraceEvent::PauseReceived, slots, 0);
    units_.statistics.count(Counter::FcRxPause);
    units_.scb.raise(stat::fcp);
}

/// In priority mode a PAUSE above the threshold does not concern the high-priority queue (SDM 6.6).
bool FlowControl::is_low_priority(std::span<const uint8_t> frame) const {
    const ConfigurationBytes& bytes = units_.configuration.bytes();
    const unsigned threshold = config::priority_threshold.of(bytes) >> config::priority_threshold_shift;
    if (threshold == config::priority_off)
        return false;
    const std::size_t at = is_set(config::priority_location) ? far_priority_at : priority_at;
    return at < frame.size() && frame[at] > threshold;
}

bool FlowControl::paused(int64_t until_ns) const { return until_ns > units_.host.now_ns(); }

int64_t FlowControl::transmit_from_ns(bool high_priority) const {
    return high_priority ? state_.paused_until_ns
                         : std::max(state_.paused_until_ns, state_.paused_low_until_ns);
}

int64_t FlowControl::slots_ns(uint32_t slots) const {
    return static_cast<int64_t>(slots) * bits_per_slot * units_.phy.ns_per_bit();
}

uint16_t FlowControl::delay() const {
    const ConfigurationBytes& bytes = units_.configuration.bytes();
    return static_cast<uint16_t>(config::fc_delay_high.of(bytes) << 8 | config::fc_delay_low.of(bytes));
}

std::size_t FlowControl::threshold_bytes() const { return thresholds.at(state_.threshold); }

bool FlowControl::wants_silence() const {
    if (state_.xoff)
        return true;
    return (is_set(config::rx_fc_restart) || is_set(config::rx_fc_restop)) && fifo_used_ > 0 &&
           ReceiveFifo::capacity - fifo_used_ <= threshold_bytes();
}

bool FlowControl::can_send() const {
    return units_.configuration.configured() && !is_set(config::csma_disable) &&
           !units_.configuration.loops_back() && !units_.phy.loops_back() && units_.phy.link_up();
}

void FlowControl::follow_fifo(std::size_t used) {
    fifo_used_ = used;
    if (!state_.full && wants_silence())
        stop_peer();
    else if (state_.full && used == 0 && !state_.xoff)
        release_peer(is_set(config::rx_fc_restart));
}

void FlowControl::stop_peer() {
    if (!can_send())
        return;
    state_.full = true;
    send_pause(delay());
    if (is_set(config::rx_fc_restop))
        arm_repeat();
}

void FlowControl::release_peer(bool announce) {
    state_.full = false;
    cancel_repeat();
    if (announce && can_send())
        send_pause(0);
}

void FlowControl::send_pause(uint16_t slots) {
    std::array<uint8_t, min_frame_bytes> frame{};
    std::ranges::copy(control_address, frame.begin());
    std::ranges::copy(units_.filter.individual(), frame.begin() + sizeof(MacAddress));
    put_be16(frame, type_at, ether_type::mac_control);
    put_be16(frame, opcode_at, pause_opcode);
    put_be16(frame, time_at, slots);
    units_.statistics.count(Counter::FcTxPause);
    units_.host.trace(TraceEvent::PauseSent, slots, 0);
    const std::span<const uint8_t> parts[] = {frame};
    units_.host.send(parts);
}

/// Some slots before the peer's time is over; without end, frame after frame, if that time is shorter than
/// one step of the counter.
void FlowControl::arm_repeat() {
    const uint32_t steps = delay() / repeat_step_slots;
    const int64_t frame_ns = static_cast<int64_t>(pause_frame_bits) * units_.phy.ns_per_bit();
    state_.repeat_deadline_ns =
        units_.host.now_ns() + std::max(slots_ns(steps * repeat_step_slots), frame_ns);
    units_.host.arm_timer(Timer::PauseRepeat, state_.repeat_deadline_ns);
}

void FlowControl::cancel_repeat() {
    if (state_.repeat_deadline_ns < 0)
        return;
    state_.repeat_deadline_ns = -1;
    units_.host.cancel_timer(Timer::PauseRepeat);
}

void FlowControl::timer_fired() {
    if (state_.repeat_deadline_ns < 0)
        return;
    state_.repeat_deadline_ns = -1;
    if (state_.full && is_set(config::rx_fc_restop))
        stop_peer();
}

void FlowControl::link_lost() {
    cancel_repeat();
    state_.full = false;
    state_.paused_until_ns = -1;
    state_.paused_low_until_ns = -1;
}

void FlowControl::set_threshold(uint8_t value) { state_.threshold = value & (thresholds.size() - 1); }

uint8_t FlowControl::command_status() const {
    uint8_t value = 0;
    if (paused(state_.paused_low_until_ns))
        value |= fc_command::paused_low;
    if (paused(state_.paused_until_ns))
        value |= fc_command::paused;
    if (state_.full)
        value |= fc_command::full;
    if (state_.xoff)
        value |= fc_command::xoff;
    return value;
}

/// Software asks for PAUSE frames even where the FIFO is not to send any. Xon leaves a FIFO that is not empty
/// in charge.
void FlowControl::write_command(uint8_t value) {
    if ((value & fc_command::xon) != 0) {
        const bool was_off = state_.xoff;
        state_.xoff = false;
        if (was_off && state_.full && fifo_used_ == 0)
            release_peer(true);
    } else if ((value & fc_command::xoff) != 0 && !state_.xoff) {
        state_.xoff = true;
        if (!state_.full)
            stop_peer();
    }
}

void FlowControl::reset() {
    cancel_repeat();
    state_ = {};
}

bool FlowControl::valid(const State& state) {
    return state.paused_until_ns >= -1 && state.paused_low_until_ns >= -1 && state.repeat_deadline_ns >= -1;
}

void FlowControl::restore(const State& state, std::size_t fifo_used) {
    cancel_repeat();
    state_ = state;
    set_threshold(state.threshold);
    fifo_used_ = fifo_used;
    if (state_.repeat_deadline_ns >= 0)
        units_.host.arm_timer(Timer::PauseRepeat, state_.repeat_deadline_ns);
}

} // namespace i8255x
