// SPDX-License-Identifier: GPL-2.0-or-later
// The generator's frames: a UDP datagram that says which one it is and when it was due.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace traffic {

inline constexpr std::size_t min_frame_bytes = 60, max_frame_bytes = 1514; ///< without FCS

using MacAddress = std::array<uint8_t, 6>;

struct Addresses {
    MacAddress source_mac{}, destination_mac{};
    uint32_t source_ip = 0, destination_ip = 0; ///< 10.0.2.15 is 0x0a00020f
    uint16_t source_port = 0, destination_port = 0;
};

/// What begins the datagram, high bytes first; bytes that count up fill the rest. As much as the smallest
/// frame has room for.
namespace label {
inline constexpr uint32_t mark = 0x65313030; ///< "e100"
inline constexpr std::size_t mark_at = 0, flow_at = 4, sequence_at = 6, due_at = 10, bytes = 18;
} // namespace label

struct Label {
    uint16_t flow = 0;
    uint32_t sequence = 0; ///< within the flow, from 0
    int64_t due_ns = 0;    ///< on the machine's clock
    bool operator==(const Label&) const = default;
};

/// Builds frames in a buffer of its own.
class FrameBuilder {
  public:
    FrameBuilder() : FrameBuilder(Addresses{}) {}
    explicit FrameBuilder(const Addresses& addresses);

    /// `bytes` from min_frame_bytes to max_frame_bytes. Valid until the next call.
    std::span<const uint8_t> build(std::size_t bytes, const Label& label);

  private:
    void finish_ip(std::size_t bytes);
    void finish_udp(std::size_t bytes);

    uint16_t first_source_port_;
    std::array<uint8_t, max_frame_bytes> frame_{};
    std::array<uint32_t, (max_frame_bytes - min_frame_bytes) / 2 + 1> filler_sums_{}; ///< of so many words
};

/// The label of a frame from any generator; nothing if it is none, whatever the frame says of itself.
std::optional<Label> find_label(std::span<const uint8_t> frame);

/// The reply to an ARP request (RFC 826) for `ip`, which `mac` has; nothing if the frame is none.
std::optional<std::array<uint8_t, min_frame_bytes>> answer_arp(std::span<const uint8_t> frame, uint32_t ip,
                                                               const MacAddress& mac);

} // namespace traffic
