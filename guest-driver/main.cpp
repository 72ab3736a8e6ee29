// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's way up, from a running machine to a person at the console.
#include "main.h"

#include "arch/command_line.h"
#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/init.h"
#include "kernel/print.h"
#include "kernel/thread.h"

void kernel_main() {
    kernel::kernel_init("init");
    kernel::printk("e100 guest: %u CPU, command line \"%s\"\n", arch::cpu_count(), arch::command_line());
    if (kernel::command_line_option("poweroff"))
        arch::power_off(0);
    if (kernel::command_line_option("crash"))
        arch::die("asked for on the command line");
    for (;;)
        kernel::sleep_ns(1'000'000'000);
}
