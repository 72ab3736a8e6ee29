// SPDX-License-Identifier: GPL-2.0-or-later
// The host's side of the simulated machine: what a test plugs in, lets happen and looks at. One OS thread, on
// which the CPUs take turns, and a clock that moves only when somebody uses it: the same test gives the same
// run every time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "arch/pci.h"
#include "timeline/port.h"

namespace hosted {

/// A PCI function with one memory window. Called on the simulated CPU's own stack.
class BusDevice {
  public:
    virtual uint32_t mmio_read(uint32_t offset, unsigned width) = 0;
    virtual void mmio_write(uint32_t offset, unsigned width, uint32_t value) = 0;
    virtual uint32_t config_read(uint8_t offset) = 0;
    virtual void config_write(uint8_t offset, uint32_t value) = 0;

  protected:
    ~BusDevice() = default;
};

/// `device` answers at `address`, and in `size` bytes of bus memory from `window`. It must outlive its
/// unplug().
void plug(arch::PciAddress address, BusDevice& device, uint32_t window, uint32_t size);
void unplug(BusDevice& device);

/// Level of an interrupt line as `source` drives it; the line is up while any source holds it up.
void drive_irq(unsigned line, const void* source, bool asserted);
/// Makes the next request_irq() fail.
void fail_next_request_irq();

/// Lets virtual time pass: events fall due, interrupts come in if the CPU takes them.
void advance_ns(uint64_t ns);
/// Runs `event` when the clock reaches `deadline_ns`; events of one instant run in the order they were made.
/// The event must not call into the guest. Returns a handle for cancel().
uint64_t at(uint64_t deadline_ns, std::function<void()> event);
void cancel(uint64_t handle);

struct Timing {
    uint64_t mmio_ns = 500;      ///< one register access
    uint64_t interrupt_ns = 200; ///< interrupt entry
    bool tick = true;            ///< periodic timer interrupt at kernel::hz
};
Timing& timing();

/// Register accesses since the process started; `hook` runs after each, before interrupts can come in.
uint64_t access_count();
void on_access(std::function<void()> hook);
/// `hook` runs inside every arch::write_barrier(): a device that looks between two stores.
void on_write_barrier(std::function<void()> hook);

/// Guest memory as a device on the bus sees it; empty if any part of it is outside RAM.
std::span<std::byte> ram(uint32_t bus_address, std::size_t bytes);

/// What the guest gave to a recorder outside the machine, arch/recorder.h.
struct Recorder {
    std::vector<timeline_record> records;
    std::vector<std::string> lines;
};
/// It must outlive the guest's use of it; nullptr takes it out.
void plug_recorder(Recorder* recorder);

/// What the guest printed since the last call.
std::string take_console_output();
void type(const std::string& text);
void set_command_line(const char* text);
void set_console_script(const std::string& text);

/// How many CPUs the machine has, for arch::start_other_cpus(); 1 otherwise. They take turns: see pass_turn()
/// in internal.h. A test that waits for another CPU calls arch::relax() or sleeps.
void plug_cpus(unsigned count);

/// For unit tests of per-CPU data without such CPUs: the caller becomes CPU `cpu` of `count`. Only CPU 0
/// takes interrupts.
void pretend_cpu(unsigned cpu, unsigned count);

} // namespace hosted
