// SPDX-License-Identifier: GPL-2.0-or-later
// What napi.cpp asks of an instance's thread.
#pragma once

#include "kernel/napi.h"

namespace kernel {

/// The thread polls, on its CPU, until the instance is completed. Interrupts off.
void napi_thread_wake(Napi& napi);
/// Returns when the thread has ended, also if there never was one. Task context.
void napi_thread_stop(Napi& napi);

} // namespace kernel
