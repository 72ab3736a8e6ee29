// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's machine protocol (QMP): commands, their answers, events.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "qemu_process.h"

namespace harness {

class Qmp {
  public:
    /// Create it before QEMU; QEMU connects to a socket in `directory`.
    explicit Qmp(const TempDir& directory);

    /// `-qmp …` for QEMU.
    Arguments arguments() const { return {"-qmp", "unix:" + stream_.path()}; }

    /// Runs `command` with `json_arguments` ("" = none); returns the text of its JSON answer. Throws Failure
    /// if QEMU answers with an error.
    std::string execute(std::string_view command, std::string_view json_arguments = "");
    /// The same for a command that must fail: returns the error's description, throws if it succeeds.
    std::string execute_refused(std::string_view command, std::string_view json_arguments = "");
    /// A command of the human monitor; returns what it prints.
    std::string human(std::string_view line);

    /// Waits for the event `name` (earlier ones that nobody waited for count); returns its JSON "data".
    std::string wait_event(std::string_view name, Deadline deadline = patience);
    /// Forgets events that have not been waited for.
    void forget_events();

    void stop() { execute("stop"); }
    void cont() { execute("cont"); }
    /// "running", "paused", …
    std::string status();
    /// Returns when the machine has been reset.
    void system_reset();
    /// `json_properties`: {"driver": …, "id": …, …}
    void device_add(std::string_view json_properties) { execute("device_add", json_properties); }
    /// Asks for removal; PCI hot-unplug needs the guest's help, see wait_event("DEVICE_DELETED").
    void device_del(const std::string& id);
    void set_link(const std::string& netdev_or_device, bool up);
    void savevm(const std::string& tag) { expect_silence("savevm " + tag); }
    void loadvm(const std::string& tag) { expect_silence("loadvm " + tag); }
    /// Stops the machine and writes its state to the file `path` (for `-incoming exec:cat<path`).
    void migrate_to_file(const std::string& path);
    /// Moves the running machine to the QEMU that waits with `-incoming unix:PATH`; returns when it is there.
    void migrate_to_socket(const std::string& path);
    /// Gives a machine without disks a place for savevm: an image in the file `path`.
    void add_snapshot_image(const std::string& path);
    /// Waits until an incoming migration is done. Throws Failure if it failed.
    void wait_migrated(Deadline deadline = patience);
    void quit() { execute("quit"); }

  private:
    void negotiate();
    void expect_silence(const std::string& line);
    std::string exchange(std::string_view command, std::string_view json_arguments, bool& refused);

    UnixStream stream_;
    bool negotiated_ = false;
    std::deque<std::string> events_; // whole messages
};

/// The member `key` of a JSON object, as text (strings without quotes, "" if absent); `key` may be a path:
/// "a/b/0".
std::string json_member(std::string_view json, const std::string& key);
/// `text` as a JSON string with quotes.
std::string json_string(std::string_view text);

} // namespace harness
