// SPDX-License-Identifier: GPL-2.0-or-later
// Frames on their way from the wire to a protocol handler: the golden trace, the golden counts, order and wrap.
#include "cosim.h"

namespace cosim {
namespace {

class Receive : public Cosim {};

TEST_F(Receive, OneFrameArrivesWhole) {
    open();
    card().receive(numbered_frame(0, 1514));
    settle();
    expect_received_all(1);
    EXPECT_EQ(device().stats.rx_packets, 1u);
    EXPECT_EQ(device().stats.rx_bytes, 1514u);
}

} // namespace
} // namespace cosim
