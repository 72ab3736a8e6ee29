// SPDX-License-Identifier: GPL-2.0-or-later
// A NAPI instance whose device is a number: so many packets are there to be polled.
#pragma once

#include <functional>
#include <vector>

#include "../interrupts.h"
#include "kernel/napi.h"

namespace guest_test {

/// Behaves as the poll contract wants, unless `poll_instead` says otherwise. Disabled again at its end.
class ScriptedNapi {
  public:
    explicit ScriptedNapi(int weight = 16) {
        device.name = "scripted";
        kernel::netif_napi_add(device, napi, run, weight);
        device.driver = this;
        kernel::napi_enable(napi);
    }
    ~ScriptedNapi() {
        if (!(napi.state & kernel::napi_state::npsvc))
            kernel::napi_disable(napi);
    }

    /// What a device's interrupt handler does.
    void interrupt_handler() {
        if (kernel::napi_schedule_prep(napi))
            kernel::__napi_schedule_irqoff(napi);
    }
    void interrupt() {
        guest_test::interrupt([this] { interrupt_handler(); });
    }

    kernel::NetDevice device;
    kernel::Napi napi;
    int packets = 0;
    unsigned rearmed = 0; ///< times complete said that the driver may unmask
    std::function<void()> in_poll;
    std::function<int(int budget)> poll_instead;
    std::vector<ScriptedNapi*>* order = nullptr; ///< gets an entry per poll

  private:
    int poll(int budget) {
        if (order)
            order->push_back(this);
        if (in_poll)
            in_poll();
        if (poll_instead)
            return poll_instead(budget);
        const int work = std::min(budget, packets);
        packets -= work;
        if (work < budget)
            rearmed += kernel::napi_complete_done(napi, work);
        return work;
    }
    static int run(kernel::Napi& napi, int budget) {
        return static_cast<ScriptedNapi*>(napi.device->driver)->poll(budget);
    }
};

} // namespace guest_test
