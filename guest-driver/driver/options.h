// SPDX-License-Identifier: GPL-2.0-or-later
// What can be chosen about the driver: on the kernel command line (`e100.rnr_policy=resume`) and at the
// shell.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace e100 {

/// What happens when the receive unit ran out of descriptors.
enum class RnrPolicy : uint8_t {
    Linux,  ///< restart at the first unprocessed descriptor once the ring is drained
    Resume, ///< restart where the chip stopped, as soon as there is room again
};

/// What becomes of a frame for whose buffer there is no replacement.
enum class NoMemory : uint8_t {
    Shrink,  ///< it goes up, and the ring has one buffer less until there is memory
    Recycle, ///< it is dropped, and its buffer goes back on the ring
};

/// Who acknowledges received frames.
enum class AckMode : uint8_t {
    Isr,  ///< only the interrupt handler: frames that come while polling cost one more, empty, interrupt
    Poll, ///< the poll function too, before it looks at the ring for the last time
};

/// Whether chips get the microcode of firmware/, which only emulated ones understand.
enum class Microcode : uint8_t { Off, On };

/// Drivers of three generations.
enum class DriverKind : uint8_t {
    Legacy,   ///< the interrupt handler receives, packet by packet, and is never masked
    Napi,     ///< it only schedules the poll
    Bundling, ///< and the card interrupts for several frames at once, as with Microcode::On
};

/// When the poll takes back what was sent.
enum class TxClean : uint8_t { After, Before };

struct Options {
    DriverKind driver = DriverKind::Napi; ///< from the next open on
    TxClean tx_clean = TxClean::After;    ///< before or after receiving
    RnrPolicy rnr_policy = RnrPolicy::Linux;
    NoMemory no_memory = NoMemory::Shrink;
    AckMode ack_mode = AckMode::Isr;
    unsigned rx_ring = 256; ///< from the next open on
    unsigned tx_ring = 128; ///< from the next open on
    unsigned weight = 16;   ///< NAPI weight; set_option() changes it at once
    /// From the next open on.
    Microcode microcode = Microcode::Off;
};
/// In force for all cards; may be changed at any time.
Options& options();

inline constexpr unsigned min_rx_ring = 16, max_rx_ring = 256;
inline constexpr unsigned min_tx_ring = 64, max_tx_ring = 256;

/// False if there is no such option or it has no such value; numbers are clamped to what is possible.
bool set_option(std::string_view name, std::string_view value);
/// Takes every `e100.NAME=VALUE` from the kernel command line; prints what it did not understand.
void options_from_command_line();

struct OptionText {
    const char* name;
    const char* values; ///< "linux | resume", "16 … 256"
    const char* current;
};
/// For the shell: one line per option; the texts are valid until the next call.
std::span<const OptionText> option_texts();

} // namespace e100
