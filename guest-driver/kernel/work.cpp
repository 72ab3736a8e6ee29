// SPDX-License-Identifier: GPL-2.0-or-later
// The worker thread.
#include "kernel/work.h"

#include "kernel/thread.h"

namespace kernel {
namespace {

SpinLock lock;
constinit List<Work> queue;
constinit WaitQueue arrivals, ends;
Work* running = nullptr;
bool started = false;

Work& next_work() {
    IrqSpinGuard guard(lock);
    while (queue.empty())
        arrivals.wait(lock);
    running = queue.pop_front();
    return *running;
}

void note_end() {
    IrqSpinGuard guard(lock);
    running = nullptr;
    ends.wake_all();
}

void worker(void*) {
    for (;;) {
        Work& work = next_work();
        work.function(work.argument);
        note_end();
    }
}

} // namespace

void schedule_work(Work& work) {
    IrqSpinGuard guard(lock);
    if (work.linked())
        return;
    queue.push_back(work);
    arrivals.wake_one();
}

void cancel_work(Work& work) {
    IrqSpinGuard guard(lock);
    if (work.linked())
        work.unlink();
    while (running == &work)
        ends.wait(lock);
}

void work_init() {
    if (started)
        return;
    started = true;
    thread_create("kworker/0", 0, worker, nullptr);
}

} // namespace kernel
