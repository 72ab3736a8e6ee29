// SPDX-License-Identifier: GPL-2.0-or-later
// Microcode of our own for the emulated chips from the 82559 on: it asks for receive bundling and contains no
// code. README.md here says what that means on a real card.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "i8255x/microcode.h"

namespace firmware {

inline constexpr std::size_t image_words = i8255x::microcode::words_82559;
using Image = std::array<uint32_t, image_words>;
using Patches = std::array<uint32_t, i8255x::microcode::patch_words>;

// The 82559's places, which all loaders know.
inline constexpr i8255x::microcode::Place delay_place{78, 0x0008};
inline constexpr i8255x::microcode::Place frames_place{65, 0x000c};
inline constexpr i8255x::microcode::Place small_place{126, 0x000c};

/// By these the chip tells the image from others. Published images patch addresses below 1a00h and write
/// FFFFh or 1FFFh where they patch nothing; ours count down from FFFEh, where no ROM is known to be.
constexpr Patches fingerprint() {
    Patches patches{};
    uint16_t address = 0xfffe;
    for (uint32_t& word : patches) {
        const uint32_t low = address--;
        const uint32_t high = address--;
        word = high << 16 | low;
    }
    return patches;
}

constexpr uint32_t instruction(i8255x::microcode::Place place, uint16_t operand) {
    return static_cast<uint32_t>(place.opcode) << i8255x::microcode::opcode_shift | operand;
}

constexpr Image bundling_image(const i8255x::BundlingParameters& parameters) {
    Image image{};
    std::size_t word = 0;
    for (const uint32_t patch : fingerprint())
        image[word++] = patch;
    image[delay_place.word] = instruction(delay_place, parameters.delay);
    image[frames_place.word] = instruction(frames_place, parameters.frames);
    image[small_place.word] = instruction(small_place, parameters.small_mask);
    return image;
}

} // namespace firmware
