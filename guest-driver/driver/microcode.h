// SPDX-License-Identifier: GPL-2.0-or-later
// Receive bundling by microcode: what `ethtool -C` says in the chip's units, and the block that carries the
// image (SDM 6.4.2.6). The image is ours and no real chip can run it (firmware/README.md), so it is loaded
// only by order: the option `microcode`, or `ethtool -C`.
#pragma once

#include <array>

#include "firmware/bundling_image.h"
#include "i8255x/command_block.h"
#include "i8255x/little_endian.h"
#include "i8255x/microcode.h"
#include "kernel/net_device.h"

namespace e100 {

struct MicrocodeBlock {
    i8255x::CommandBlock header;
    std::array<i8255x::Le32, firmware::image_words> image;
};
static_assert(sizeof(MicrocodeBlock) == 8 + 4 * firmware::image_words);

/// Intel's values, which Linux uses.
inline constexpr kernel::CoalesceParameters default_coalescing{.rx_usecs = 1024, .rx_frames = 6};

/// The chip can count so far. 0 microseconds: no bundling.
bool can_bundle(const kernel::CoalesceParameters& coalescing);
/// What can_bundle(), and waits at all, in the chip's units. 0 frames: no limit. As with Linux no frame is
/// too small to be bundled.
i8255x::BundlingParameters bundling_for(const kernel::CoalesceParameters& coalescing);

void prepare_microcode(MicrocodeBlock& block, const i8255x::BundlingParameters& parameters);

} // namespace e100
