// SPDX-License-Identifier: GPL-2.0-or-later
// The machine goes on in another QEMU while Linux uses the cards: the driver must not notice.
#include <gmock/gmock.h>

#include "linux_test.h"
#include "wire_end.h"

namespace linux_test {

using ::testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

class Migration : public LinuxTest {};

} // namespace

TEST_F(Migration, TakesTheCardsAlong) {
    auto before = guest().statistics("eth1");
    LinuxGuest::migrate_shared();
    EXPECT_EQ(guest().must("cat /sys/class/net/eth1/carrier"), "1\n");
    expect_ping();
    expect_exchange(1000, 1000);
    EXPECT_GE(guest().statistics("eth1")["rx_packets"], before["rx_packets"] + 1000);
    EXPECT_THAT(guest().must("ethtool -d eth1"), ::testing::ContainsRegex("RU Status: +Ready"));
}

// What is on the wire at that moment gets lost with the wire, a window at most. All else arrives whole and in
// order.
TEST_F(Migration, InTheMiddleOfAnExchange) {
    ExchangePlan plan;
    plan.own = LinuxGuest::wire_mac(1);
    plan.peer = LinuxGuest::mac(1);
    plan.send = plan.expect = 5000;
    start_framecheck(guest(), plan);
    Exchange exchange(plan);
    run_host_end(guest().wire(), exchange, [&] { return exchange.sent() >= plan.send / 2; });
    LinuxGuest::migrate_shared();
    run_host_end(guest().wire(), exchange);
    auto in_guest = guest().finish().output;

    EXPECT_EQ(exchange.sent(), plan.send) << exchange.describe() << "; guest: " << in_guest;
    const auto& received = exchange.received();
    EXPECT_LE(received.missing().size(), plan.window) << exchange.describe();
    EXPECT_THAT(received.altered(), IsEmpty()) << exchange.describe();
    EXPECT_THAT(received.duplicated(), IsEmpty()) << exchange.describe();
    EXPECT_THAT(received.out_of_order(), IsEmpty()) << exchange.describe();
    for (const char* harm : {"altered", "duplicated", "out of order", "foreign"})
        EXPECT_EQ(in_guest.find(harm), std::string::npos) << in_guest;
    expect_exchange(500, 500);
}

} // namespace linux_test
