// SPDX-License-Identifier: GPL-2.0-or-later
// The guest in the stock QEMU with a person at its console.
#pragma once

#include <string>

#include "harness/console.h"
#include "harness/qemu_process.h"
#include "harness/temp_dir.h"

namespace guest_test {

using harness::Arguments;
using harness::operator+;

enum class Medium { Kernel, Cd };

/// E100_CPUS in the environment, so that the same tests run on several; 1 without.
unsigned default_cpus();

struct Machine {
    std::string board = "pc";
    unsigned cpus = default_cpus();
    Medium medium = Medium::Kernel;
    std::string command_line = "";
    Arguments more = {};    ///< for QEMU
    bool debug_exit = true; ///< the device by which a dying guest ends QEMU
};

/// Why a test that boots from `medium` cannot run here; empty if it can.
std::string missing(Medium medium);

class GuestMachine {
  public:
    explicit GuestMachine(const Machine& machine);

    harness::Console& console() { return console_; }
    harness::QemuProcess& qemu() { return qemu_; }
    /// Waits for the prompt, then types the line.
    void type(const std::string& line);
    /// QEMU's exit status; throws if it does not end by itself.
    harness::ExitStatus end();

  private:
    harness::TempDir directory_;
    harness::Console console_{directory_};
    harness::QemuProcess qemu_;
};

} // namespace guest_test
