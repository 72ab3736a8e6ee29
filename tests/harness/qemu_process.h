// SPDX-License-Identifier: GPL-2.0-or-later
// One QEMU under test: started, watched, ended. Also what tests put on its command line.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "deadline.h"
#include "temp_dir.h"
#include "unix_socket.h"

namespace harness {

using Arguments = std::vector<std::string>;

/// `a` followed by `b`.
Arguments operator+(Arguments a, const Arguments& b);

/// E100_QEMU, or the first qemu-system-x86_64 in PATH.
std::string qemu_binary();
/// E100_PLUGIN: the shared object with the device; empty if unset.
std::string plugin_path();
/// E100_DEVICE, or "e100". With another model (i82559er) the tests run against that one.
std::string device_model();

/// What makes QEMU know the device: `-plugin …`, or nothing for a model that QEMU has itself.
Arguments plugin_arguments();
/// `-device e100,PROPERTIES`
Arguments device_arguments(const std::string& properties);
/// Properties of a card that has its link from the start, for tests that do not care how it comes: a driver
/// that finds it negotiating looks again after two seconds. Other models have a link anyway.
std::string with_link(const std::string& properties);
/// TCG, no window, no default devices, no user configuration.
Arguments quiet_arguments(const std::string& machine = "pc");

/// Why a test that needs QEMU and the device cannot run here; empty if it can.
std::string missing_prerequisite();

struct ExitStatus {
    int code = 0;   ///< of a normal exit
    int signal = 0; ///< that ended the process, or 0
    bool operator==(const ExitStatus&) const = default;
};
std::string to_string(const ExitStatus& status);

class QemuProcess {
  public:
    /// Starts QEMU with `arguments` in `directory` (which must outlive it), stdin empty. `environment`
    /// entries are NAME=VALUE and are added to ours.
    QemuProcess(const TempDir& directory, const Arguments& arguments,
                const std::vector<std::string>& environment = {});
    /// Kills what still runs. If the running test has failed, prints command line and output.
    ~QemuProcess();
    QemuProcess(const QemuProcess&) = delete;
    QemuProcess& operator=(const QemuProcess&) = delete;

    pid_t pid() const { return pid_; }
    /// Of all its threads, up to now.
    double cpu_seconds() const;
    bool running();
    /// Nothing if it still runs at the deadline.
    std::optional<ExitStatus> wait_exit(Deadline deadline);
    /// SIGKILL to this process alone, and waits for its end.
    void kill();
    /// stdout and stderr up to now.
    std::string output() const;
    const std::string& command_line() const { return command_line_; }

  private:
    void reap(int wait_status);

    std::string log_path_, command_line_;
    pid_t pid_ = -1;
    Fd pid_fd_;
    std::optional<ExitStatus> status_;
};

} // namespace harness
