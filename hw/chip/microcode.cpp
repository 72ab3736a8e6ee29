// SPDX-License-Identifier: GPL-2.0-or-later
// Which microcode is which.
#include "microcode.h"

#include <algorithm>

#include "firmware/bundling_image.h"

namespace i8255x {
namespace {

using microcode::Place;

// The micromachines of the 82558/82559 and of the 82550/82551 have instructions of their own.
constexpr Place d101_delay(uint8_t word) { return {word, 0x0008}; }
constexpr Place d101_compare(uint8_t word) { return {word, 0x000c}; }
constexpr Place d102_delay(uint8_t word) { return {word, 0x0020}; }
constexpr Place d102_compare(uint8_t word) { return {word, 0x0030}; }

constexpr MicrocodeImage own(MicrocodeKind kind) {
    return {"own",
            kind,
            firmware::fingerprint(),
            firmware::delay_place,
            firmware::frames_place,
            firmware::small_place};
}

constexpr std::array<uint32_t, microcode::patch_words> d101s_patches{0x00550242, 0xffff047e, 0xffffffff,
                                                                     0x06ff0818, 0xffffffff, 0x05a6ffff};

/// FreeBSD's copy of the 82559S image and Linux's differ in where the smallest size stands. D102_C's is said
/// to stand in word 133, where nothing is: it has none.
constexpr std::array images = {
    MicrocodeImage{"D101_A",
                   MicrocodeKind::D101A,
                   {0x03b301bb, 0x0046ffff, 0xffffffff, 0x051dffff, 0xffffffff, 0xffffffff},
                   d101_delay(72)},
    MicrocodeImage{"D101_B0",
                   MicrocodeKind::D101B0,
                   {0x03b401bc, 0x0047ffff, 0xffffffff, 0x051effff, 0xffffffff, 0xffffffff},
                   d101_delay(72)},
    MicrocodeImage{"D101M",
                   MicrocodeKind::D101M,
                   {0x00550215, 0xffff0437, 0xffffffff, 0x06a70789, 0xffffffff, 0x0558ffff},
                   d101_delay(78),
                   d101_compare(65),
                   d101_compare(126)},
    MicrocodeImage{"D101S (Linux)", MicrocodeKind::D101S, d101s_patches, d101_delay(78), d101_compare(67),
                   d101_compare(128)},
    MicrocodeImage{"D101S (FreeBSD)", MicrocodeKind::D101S, d101s_patches, d101_delay(78), d101_compare(67),
                   d101_compare(129)},
    MicrocodeImage{"D102_B",
                   MicrocodeKind::D102B,
                   {0x006f0276, 0x02bf0e93, 0x1fff0ed9, 0x0d2508fa, 0x04d21fff, 0x0ea10892},
                   d102_delay(91),
                   d102_compare(115),
                   d102_compare(70)},
    MicrocodeImage{"D102_C",
                   MicrocodeKind::D102C,
                   {0x00700279, 0x0e6104e2, 0x02bf0cae, 0x1519150c, 0x1fff0e5b, 0x1fff1fff},
                   d102_delay(46),
                   d102_compare(54)},
    MicrocodeImage{"D102_E",
                   MicrocodeKind::D102E,
                   {0x007d028f, 0x0e4204f9, 0x14ed0c85, 0x14fa14e9, 0x0ef70e36, 0x1fff1fff},
                   d102_delay(42),
                   d102_compare(54),
                   d102_compare(46)},
    own(MicrocodeKind::D101M),
    own(MicrocodeKind::D101S),
    own(MicrocodeKind::D102B),
    own(MicrocodeKind::D102C),
    own(MicrocodeKind::D102E),
};

bool stands_in(std::span<const uint32_t> words, Place place) {
    return !place.exists() ||
           (place.word < words.size() && words[place.word] >> microcode::opcode_shift == place.opcode);
}

bool is(const MicrocodeImage& image, std::span<const uint32_t> words) {
    return words.size() >= image.patches.size() &&
           std::ranges::equal(image.patches, words.first(image.patches.size())) &&
           stands_in(words, image.delay) && stands_in(words, image.frames) && stands_in(words, image.small);
}

uint16_t operand(std::span<const uint32_t> words, Place place, uint16_t without) {
    return place.exists() ? static_cast<uint16_t>(words[place.word] & microcode::operand_mask) : without;
}

} // namespace

std::span<const MicrocodeImage> microcode_images() { return images; }

std::size_t microcode_words(MicrocodeKind kind) {
    switch (kind) {
    case MicrocodeKind::None:
        return 0;
    case MicrocodeKind::D101A:
    case MicrocodeKind::D101B0:
        return microcode::words_82558;
    case MicrocodeKind::D101M:
    case MicrocodeKind::D101S:
    case MicrocodeKind::D102B:
    case MicrocodeKind::D102C:
    case MicrocodeKind::D102E:
        return microcode::words_82559;
    }
    return 0;
}

std::optional<BundlingParameters> recognise(MicrocodeKind kind, std::span<const uint32_t> words) {
    const auto* found = std::ranges::find_if(
        images, [&](const MicrocodeImage& image) { return image.kind == kind && is(image, words); });
    if (found == images.end())
        return std::nullopt;
    return BundlingParameters{.delay = operand(words, found->delay, 0),
                              .frames = operand(words, found->frames, BundlingParameters::no_limit),
                              .small_mask = operand(words, found->small, BundlingParameters::none_small)};
}

} // namespace i8255x
