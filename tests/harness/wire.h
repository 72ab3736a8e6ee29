// SPDX-License-Identifier: GPL-2.0-or-later
// The other end of the emulated cable: Ethernet frames over a pair of unix datagram sockets (`-netdev
// dgram`).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "qemu_process.h"

namespace harness {

/// One Ethernet frame without FCS.
using Frame = std::vector<uint8_t>;

class Wire {
  public:
    /// Create it before QEMU. `id` is the netdev's name.
    explicit Wire(const TempDir& directory, const std::string& id = "wire");

    /// `-netdev dgram,id=…` for QEMU.
    Arguments arguments() const;
    const std::string& id() const { return id_; }

    /// Sends one frame; blocks while QEMU holds frames back. Throws Failure when the deadline passes.
    void send(std::span<const uint8_t> frame, Deadline deadline = patience);
    /// False, without waiting, if QEMU takes no more at the moment.
    bool try_send(std::span<const uint8_t> frame);
    /// Next frame from the guest. Nothing when the deadline passed.
    std::optional<Frame> receive(Deadline deadline = patience);

  private:
    std::string id_, local_, remote_; // ours, QEMU's
    Fd socket_;
};

} // namespace harness
