// SPDX-License-Identifier: GPL-2.0-or-later
// Feedback from a consumer's queue to the input (Mogul and Ramakrishnan 1997): while the queue is nearly full
// no device is polled, so that packets which would be dropped behind much work are dropped by the card for
// none.
#pragma once

#include <atomic>

#include "kernel/napi.h"

namespace kernel {

inline constinit std::atomic<bool> input_feedback{false}; ///< whether queues may hold the input

/// A queue of `limit` has `used`. Over 75 % input is held, below 25 % released; also released by the next
/// tick, in case the consumer hangs. Any context.
void input_feedback_note(std::size_t used, std::size_t limit);
/// For a poll function: true if it shall complete without unmasking; the instance is scheduled again when the
/// input is released.
bool input_held(Napi& napi);

} // namespace kernel
