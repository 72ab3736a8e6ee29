// SPDX-License-Identifier: GPL-2.0-or-later
// Numbered frames of mixed sizes over the wire: none lost, duplicated, altered or out of order, although the
// driver's poll may look at a descriptor on one CPU while the card fills it from another thread.
#include "linux_test.h"

namespace linux_test {

namespace {

constexpr uint32_t frames = 20'000;

class Integrity : public LinuxTest {};

} // namespace

TEST_F(Integrity, ReceivesEveryFrame) { expect_exchange(0, frames); }

TEST_F(Integrity, SendsEveryFrame) { expect_exchange(frames, 0); }

TEST_F(Integrity, ReceivesAndSendsEveryFrameAtOnce) { expect_exchange(frames, frames); }

} // namespace linux_test
