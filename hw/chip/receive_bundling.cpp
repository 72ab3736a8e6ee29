// SPDX-License-Identifier: GPL-2.0-or-later
// What the microcode does, as Intel describes it to those who load it; nothing says what other interrupts do
// to a bundle, so only RNR ends it early, which drivers take as a call to look at the ring.
#include "receive_bundling.h"

namespace i8255x {

void ReceiveBundling::load(const BundlingParameters& parameters) {
    unload();
    state_.loaded = true;
    state_.parameters = parameters;
    host_.trace(TraceEvent::RxBundling, parameters.delay, parameters.frames);
}

void ReceiveBundling::unload() {
    if (const uint8_t causes = take(); causes != 0)
        scb_.raise(causes);
    state_ = {};
}

uint8_t ReceiveBundling::frame_stored(std::size_t bytes) {
    if (state_.loaded && (bytes & state_.parameters.small_mask) != 0 && !completes_bundle())
        return 0;
    return stat::fr | cna_delay_.take();
}

uint8_t ReceiveBundling::at_once() {
    drop();
    return stat::fr | cna_delay_.take();
}

/// One more frame: the last of its bundle, or the timer starts anew.
bool ReceiveBundling::completes_bundle() {
    const uint16_t limit = state_.parameters.frames;
    if (limit != BundlingParameters::no_limit && state_.waiting + 1u >= limit) {
        drop();
        return true;
    }
    if (state_.waiting < UINT16_MAX)
        state_.waiting++;
    state_.deadline_ns = host_.now_ns() + bundling_delay_ns(state_.parameters.delay);
    host_.arm_timer(Timer::ReceiveBundle, state_.deadline_ns);
    return false;
}

uint8_t ReceiveBundling::take() {
    if (state_.waiting == 0)
        return 0;
    drop();
    return stat::fr;
}

void ReceiveBundling::drop() {
    if (state_.waiting == 0)
        return;
    state_.waiting = 0;
    state_.deadline_ns = -1;
    host_.cancel_timer(Timer::ReceiveBundle);
}

void ReceiveBundling::timer_fired() {
    if (const uint8_t causes = take(); causes != 0)
        scb_.raise(causes | cna_delay_.take());
}

bool ReceiveBundling::valid(const State& state) {
    if (state.waiting == 0)
        return state.deadline_ns == -1;
    const uint16_t limit = state.parameters.frames;
    return state.loaded && state.deadline_ns >= 0 &&
           (limit == BundlingParameters::no_limit || state.waiting < limit);
}

void ReceiveBundling::restore(const State& state) {
    drop();
    state_ = state;
    if (!state_.loaded)
        state_ = {};
    if (state_.waiting != 0)
        host_.arm_timer(Timer::ReceiveBundle, state_.deadline_ns);
}

} // namespace i8255x
