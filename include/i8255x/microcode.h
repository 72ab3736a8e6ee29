// SPDX-License-Identifier: GPL-2.0-or-later
// Load Microcode (SDM 6.4.2.6): how large an image is, and the receive bundling ("CPUSaver") that all public
// images are made for. Sizes, places and meaning are those of the drivers that load them, because the manual
// is silent.
#pragma once

#include <cstddef>
#include <cstdint>

namespace i8255x {

namespace microcode {
/// Twelve 16-bit addresses of the micromachine's ROM at which the code behind them takes over.
inline constexpr std::size_t patch_words = 6;
inline constexpr std::size_t words_82558 = 102, words_82559 = 134; ///< of 32 bits
/// A parameter is the operand of an instruction, whose upper half stays as it is.
inline constexpr uint32_t operand_mask = 0xffff;
inline constexpr unsigned opcode_shift = 16;

/// Where a parameter stands.
struct Place {
    uint8_t word = 0; ///< 0, a patch address: the image has no such parameter
    uint16_t opcode = 0;
    constexpr bool exists() const { return word != 0; }
};
} // namespace microcode

/// When received frames raise FR.
struct BundlingParameters {
    static constexpr uint16_t no_limit = 0xffff; ///< of `frames`
    static constexpr uint16_t none_small = 0xffff;

    uint16_t delay = 0x0600;      ///< ticks from the last frame to FR
    uint16_t frames = 6;          ///< so many raise FR at once
    uint16_t small_mask = 0xff80; ///< a frame whose length has none of these bits raises FR by itself
};

/// A tick is 2/3 us (FreeBSD's driver reckons so; nobody else names a unit).
inline constexpr uint32_t max_bundling_us = 43'690;
/// At least `us`, which is at most that.
inline constexpr uint16_t bundling_ticks(uint32_t us) { return static_cast<uint16_t>((us * 3 + 1) / 2); }
inline constexpr int64_t bundling_delay_ns(uint16_t ticks) { return ticks * int64_t{2000} / 3; }

} // namespace i8255x
