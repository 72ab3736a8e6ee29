// SPDX-License-Identifier: GPL-2.0-or-later
// trace: waits for the next frame and tells its way.
#include <optional>

#include "arch/clock.h"
#include "kernel/thread.h"
#include "shell/arguments.h"
#include "shell/packet_story.h"
#include "shell/recording.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr uint64_t look_again_ns = 20'000'000;
/// From the frame's arrival to whoever reads it.
constexpr uint64_t settle_ns = 20'000'000;

std::optional<FrameKind> parse_kind(std::string_view word) {
    if (word.empty())
        return FrameKind::Any;
    if (word == "arp")
        return FrameKind::Arp;
    if (word == "icmp")
        return FrameKind::Icmp;
    if (word == "udp")
        return FrameKind::Udp;
    return std::nullopt;
}

/// False if Ctrl-C came first.
bool wait_for_frame(const kernel::NetDevice& device) {
    const uint64_t before = device.stats.rx_packets;
    while (device.stats.rx_packets == before) {
        if (terminal_interrupted())
            return false;
        kernel::sleep_ns(look_again_ns);
    }
    kernel::sleep_ns(settle_ns);
    return true;
}

} // namespace

void trace_command(Words words, const Output& output) {
    Arguments arguments(words);
    const auto kind = parse_kind(arguments.take());
    if (!kind || !arguments.empty())
        return output.write("Usage: trace [arp|icmp|udp]\n");
    const auto devices = kernel::net_devices();
    if (devices.empty() || !devices[0]->up)
        return output.write("trace: no interface is up\n");
    kernel::NetDevice& device = *devices[0];
    output.print("Waiting for a frame on %s; Ctrl-C to stop.\n", device.name);
    for (;;) {
        recording_begin(device);
        const bool arrived = wait_for_frame(device);
        const Recording recording = recording_end(device);
        if (!arrived || print_story(output, recording, *kind))
            return;
    }
}

} // namespace shell
