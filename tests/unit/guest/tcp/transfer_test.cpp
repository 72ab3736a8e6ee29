// SPDX-License-Identifier: GPL-2.0-or-later
// Much data both ways at once over a wire that loses, repeats and reorders; every byte is checked.
#include <random>

#include "tcp_peer.h"

namespace {

using namespace net_test;
using harness::LossyWire;

class Transfer : public TcpTest, public testing::WithParamInterface<LossyWire> {};

std::string noise(std::size_t bytes) {
    std::mt19937 random(5);
    std::string result(bytes, '\0');
    for (char& each : result)
        each = static_cast<char>(random());
    return result;
}

TEST_P(Transfer, EveryByteComesBack) {
    const std::string data = noise(GetParam().loss_percent ? 100'000 : 4'000'000);
    const auto ip = header(harness::ip_protocol::tcp);
    harness::LossyClient client(ip, 40000, echo_port, data, GetParam());
    ASSERT_TRUE(converse(client, ip)) << client.heard().size() << " bytes came back";
    ASSERT_FALSE(client.was_reset());
    EXPECT_TRUE(client.heard() == data);
    send_raw(client.reset());
    EXPECT_TRUE(connections().empty());
    forget();
}

INSTANTIATE_TEST_SUITE_P(Wires, Transfer,
                         testing::Values(LossyWire{0, 0, false}, LossyWire{0, 0, true},
                                         LossyWire{0, 30, true}, LossyWire{5, 0, false},
                                         LossyWire{20, 10, true}),
                         [](const auto& info) {
                             return "Loss" + std::to_string(info.param.loss_percent) + "Repeat" +
                                    std::to_string(info.param.repeat_percent) +
                                    (info.param.reorders ? "Reordered" : "InOrder");
                         });

} // namespace
