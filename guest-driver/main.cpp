// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's way up, from a running machine to a person at the console.
#include "main.h"

#include "arch/command_line.h"
#include "arch/cpu.h"
#include "driver/e100.h"
#include "kernel/command_line.h"
#include "kernel/crash.h"
#include "kernel/init.h"
#include "kernel/print.h"
#include "kernel/smp.h"
#include "kernel/thread.h"
#include "net/network.h"
#include "shell/shell.h"

namespace {

void obey_command_line() {
    if (kernel::command_line_option("poweroff"))
        arch::power_off(0);
    if (const auto way = kernel::command_line_option("crash"))
        if (!kernel::crash(way->empty() ? "die" : *way))
            arch::die("crash= takes die, null, stack or softirq");
}

} // namespace

void kernel_main() {
    kernel::kernel_init("init");
    kernel::smp_init();
    const unsigned cpus = arch::cpu_count();
    kernel::printk("e100 guest: %u CPU%s, command line \"%s\"\n", cpus, cpus == 1 ? "" : "s",
                   arch::command_line());
    obey_command_line();
    net::init();
    e100::init();
    if (!kernel::thread_create("shell", 0, shell::main_thread, nullptr))
        arch::die("no thread for the console");
    kernel::thread_exit();
}
