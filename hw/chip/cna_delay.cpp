// SPDX-License-Identifier: GPL-2.0-or-later
// The CNA interrupt and the counter that may hold it back (SDM 6.4.2.5.4).
#include "cna_delay.h"

namespace i8255x {

void CnaDelay::left_active(unsigned cid) {
    if (cid == 0) {
        scb_.raise(stat::cna);
        return;
    }
    state_.deadline_ns = host_.now_ns() + cid * unit_ns;
    host_.arm_timer(Timer::CnaDelay, state_.deadline_ns);
}

void CnaDelay::cancel() {
    if (state_.deadline_ns < 0)
        return;
    state_.deadline_ns = -1;
    host_.cancel_timer(Timer::CnaDelay);
}

uint8_t CnaDelay::take() {
    if (state_.deadline_ns < 0)
        return 0;
    cancel();
    return stat::cna;
}

void CnaDelay::timer_fired() {
    if (state_.deadline_ns < 0)
        return;
    state_.deadline_ns = -1;
    scb_.raise(stat::cna);
}

void CnaDelay::restore(const State& state) {
    cancel();
    state_ = state;
    if (state_.deadline_ns >= 0)
        host_.arm_timer(Timer::CnaDelay, state_.deadline_ns);
}

} // namespace i8255x
