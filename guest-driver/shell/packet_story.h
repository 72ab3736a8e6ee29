// SPDX-License-Identifier: GPL-2.0-or-later
// One frame's way from the wire to its reader in twelve steps, told from what was recorded: when, what,
// where, and which counter moved. What was not recorded is said to be "not seen".
#pragma once

#include "shell/frame_way.h"
#include "shell/output.h"
#include "shell/recording.h"

namespace shell {

/// False if no frame of that kind is in the recording; then nothing is printed. Fits 100 columns.
bool print_story(const Output& output, const Recording& recording, FrameKind kind);

} // namespace shell
