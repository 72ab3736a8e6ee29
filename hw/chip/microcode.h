// SPDX-License-Identifier: GPL-2.0-or-later
// The microcode images that are known (SDM 6.4.2.6). Their code is not run: an image is recognised by its
// patch addresses and by the instructions that hold its parameters, and what it does is done by
// ReceiveBundling. No word of an image stands here but these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "i8255x/microcode.h"
#include "variants.h"

namespace i8255x {

struct MicrocodeImage {
    std::string_view name;
    MicrocodeKind kind; ///< of the chips it is for
    std::array<uint32_t, microcode::patch_words> patches;
    microcode::Place delay;
    microcode::Place frames = {}; ///< without: no limit
    microcode::Place small = {};  ///< without: no frame is small
};

inline constexpr std::size_t max_microcode_words = microcode::words_82559;

std::span<const MicrocodeImage> microcode_images();
/// Words that a chip of this kind reads from the command block; 0 if it is loaded with nothing.
std::size_t microcode_words(MicrocodeKind kind);
/// The parameters in `words`, the image as it was read; nothing if no image for that kind of chip looks so.
std::optional<BundlingParameters> recognise(MicrocodeKind kind, std::span<const uint32_t> words);

} // namespace i8255x
