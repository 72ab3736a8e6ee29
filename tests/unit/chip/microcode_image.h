// SPDX-License-Identifier: GPL-2.0-or-later
// Images for tests, built from what is known of a published one: patch addresses and parameters. Everything
// else is noise in place of code.
#pragma once

#include <vector>

#include "chip/microcode.h"

namespace i8255x {

inline const MicrocodeImage& image_called(std::string_view name) {
    for (const MicrocodeImage& image : microcode_images())
        if (image.name == name)
            return image;
    std::abort();
}

inline std::vector<uint32_t> image_words(const MicrocodeImage& image, const BundlingParameters& parameters) {
    std::vector<uint32_t> words(microcode_words(image.kind));
    for (std::size_t i = 0; i < words.size(); i++)
        words[i] = static_cast<uint32_t>(i * 2654435761u);
    std::copy(image.patches.begin(), image.patches.end(), words.begin());
    const auto put = [&](microcode::Place place, uint16_t operand) {
        if (place.exists())
            words[place.word] = static_cast<uint32_t>(place.opcode << 16 | operand);
    };
    put(image.delay, parameters.delay);
    put(image.frames, parameters.frames);
    put(image.small, parameters.small_mask);
    return words;
}

inline std::vector<uint8_t> little_endian_bytes(const std::vector<uint32_t>& words) {
    std::vector<uint8_t> bytes;
    for (const uint32_t word : words)
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<uint8_t>(word >> shift));
    return bytes;
}

} // namespace i8255x
