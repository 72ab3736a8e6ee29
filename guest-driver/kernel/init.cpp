// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's parts in the order in which they need each other.
#include "kernel/init.h"

#include "arch/cpu.h"
#include "kernel/choice.h"
#include "kernel/net_device.h"
#include "kernel/packet_buffer.h"
#include "kernel/page_alloc.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timeline.h"
#include "kernel/timer.h"

namespace kernel {

void kernel_init(const char* name) {
    timeline_init(); // first: whoever records wants to see the rest
    page_alloc_init();
    threads_init(name);
    timers_init();
    softirq_init(); // before net_dev_init: ksoftirqd exists before anybody raises, as in Linux
    packet_pool_init();
    net_dev_init();
    choices_from_command_line();
    arch::irqs_enable();
}

} // namespace kernel
