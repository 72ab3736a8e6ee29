// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's Linux with two cards of the model under test: eth0 on QEMU's user networking (DHCP, TCP to the
// host), eth1 on a wire whose other end is the test. Booting takes seconds, so one machine serves all cases
// of a program.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exchange.h"
#include "harness/console.h"
#include "harness/qemu_process.h"
#include "harness/qmp.h"
#include "harness/temp_dir.h"
#include "harness/wire.h"

namespace linux_test {

/// Why no Linux guest can be booted here; empty if one can.
std::string missing_image();

/// 01:23:45:67:89:ab
std::string to_string(const MacAddress& mac);

/// Linux's driver for the model under test.
std::string driver_module();

/// E100_MACHINE and E100_CPUS of the environment; "pc" and 1 without.
struct Machine {
    std::string type;
    unsigned cpus;
    harness::Arguments extra = {}; ///< of QEMU's command line
    static Machine from_environment();
};

/// What a card is plugged into.
enum class Net {
    User, ///< QEMU's user networking
    Wire, ///< the test has the other end
    Hub,  ///< one for all cards that say so, and nobody else
    Tap,  ///< a tap device, which QEMU makes
};

/// One network card; Linux calls them eth0, eth1, … in the order in which they are given.
struct Card {
    Net net;
    std::string properties = ""; ///< of the device, beyond the usual
    bool plugged = true;         ///< false: the test plugs it with LinuxGuest::plug()
    std::string tap = "";        ///< name of its tap device
};

/// How a machine goes on in another QEMU.
enum class Move {
    Stopped, ///< stopped, saved to a file, loaded from there
    Live,    ///< it runs while its memory is copied
};

struct CommandResult {
    int status = 0;
    std::string output;
};

class LinuxGuest {
  public:
    /// Of the card that Linux calls ethN.
    static constexpr MacAddress mac(unsigned eth) {
        return {0x52, 0x54, 0x00, 0xe1, 0x00, static_cast<uint8_t>(eth)};
    }
    /// Of the test, at the other end of its wire.
    static constexpr MacAddress wire_mac(unsigned eth) {
        return {0x52, 0x54, 0x00, 0xe1, 0xff, static_cast<uint8_t>(eth)};
    }

    /// The machine that all cases share: eth0 on user networking, with an address by DHCP, eth1 on a wire.
    /// Boots if none is there or the last case spoiled it.
    static LinuxGuest& shared();
    /// The next case gets a fresh machine.
    static void spoil();
    /// The shared machine goes on in another QEMU; what was held of it is no longer valid.
    static LinuxGuest& migrate_shared();

    /// Returns when the shell's prompt has come.
    LinuxGuest(const Machine& machine, const std::vector<Card>& cards);
    /// Continues `source` in a QEMU of its own. `source` stays stopped.
    explicit LinuxGuest(LinuxGuest& source, Move how = Move::Stopped);

    /// The machine's reset button; returns when the shell's prompt has come again.
    void reset();
    /// Plugs card `eth` where `place` says, members of device_add's arguments: "bus": …, "addr": …
    void plug(unsigned eth, const std::string& place);
    /// Asks the guest to let the card go, and waits until it is gone.
    void unplug(unsigned eth);

    /// Runs a shell command and returns what it printed and its exit status.
    CommandResult run(const std::string& command, harness::Deadline deadline = harness::patience);
    /// The same for a command that must succeed; throws harness::Failure if not.
    std::string must(const std::string& command, harness::Deadline deadline = harness::patience);
    /// Starts a command without waiting for its end; `finish` collects it. One at a time.
    void start(const std::string& command);
    CommandResult finish(harness::Deadline deadline = harness::patience);
    /// Starts a command that goes on by itself, without its output; returns its process number. Never start
    /// one with `&` alone: the shell, without echo, takes the end of a child of its own for that of its
    /// input.
    std::string start_in_background(const std::string& command);

    /// A file of the guest gets these contents.
    void write_file(const std::string& path, const std::string& contents);

    /// Repeats `command` until it prints `output`. False if it did not before the deadline.
    bool becomes(const std::string& command, const std::string& output,
                 harness::Deadline deadline = harness::patience);

    /// `ethtool -S`, by name.
    std::map<std::string, int64_t> statistics(const std::string& interface);

    harness::Console& console() { return console_; }
    harness::Qmp& qmp() { return qmp_; }
    harness::QemuProcess& qemu() { return qemu_; }
    harness::Wire& wire(unsigned eth = 1) { return *wires_.at(eth); }
    /// What the guest printed until its first prompt.
    const std::string& boot_messages() const { return boot_messages_; }

  private:
    harness::Arguments arguments();
    harness::Arguments arguments_to_continue(LinuxGuest& source, Move how);
    /// What the console says from `begin` on are the boot messages.
    void wait_for_prompt(size_t begin);
    harness::Arguments card_arguments(const Card& card);

    Machine machine_;
    std::vector<Card> cards_;
    harness::TempDir directory_;
    harness::Console console_;
    harness::Qmp qmp_;
    std::vector<std::unique_ptr<harness::Wire>> wires_; // by card; null on user networking
    harness::QemuProcess qemu_;
    std::string boot_messages_;
    unsigned commands_ = 0;
    size_t command_output_ = 0; // where it begins in the transcript
};

} // namespace linux_test
