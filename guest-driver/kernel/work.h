// SPDX-License-Identifier: GPL-2.0-or-later
// Work items: functions that softirqs and handlers want to have called in task context.
#pragma once

#include "kernel/list.h"

namespace kernel {

struct Work : ListNode {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
};

/// Any context. A queued item is not queued again; it may be while its function runs.
void schedule_work(Work& work);
/// After the return the item is neither queued nor running. Task context, not from a work item.
void cancel_work(Work& work);
/// Starts kworker/0, which runs all items in order.
void work_init();

} // namespace kernel
