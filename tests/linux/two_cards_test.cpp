// SPDX-License-Identifier: GPL-2.0-or-later
// A network that is all inside the machine: two cards on a hub, each in a network namespace of its own, and
// TCP between them. So both ends of a connection go along when the machine is moved or taken back.
#include <gmock/gmock.h>

#include "linux_guest.h"

namespace linux_test {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

namespace {

class TwoCards : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        guest_ = std::make_unique<LinuxGuest>(
            Machine{"pc", 1},
            std::vector<Card>{{.net = Net::Hub}, {.net = Net::Hub, .properties = "chip=82558b"}});
        auto holder = guest_->start_in_background("exec unshare -n sleep 1000000");
        far = "nsenter -t " + holder + " -n ";
        // Before the namespace is there, the interface comes nowhere.
        ASSERT_TRUE(guest_->becomes("ip link set eth1 netns " + holder + " 2>/dev/null; ls -1 /sys/class/net",
                                    "eth0\nlo\n"));
        guest_->must("ip addr add 10.9.0.1/24 dev eth0; " + far + "ip addr add 10.9.0.2/24 dev eth1; " + far +
                     "ip link set eth1 up");
        guest_->must("mkfifo /tmp/silence; dd if=/dev/urandom of=/tmp/block bs=1M count=1 2>/dev/null");
    }
    static void TearDownTestSuite() { guest_.reset(); }

    void TearDown() override {
        EXPECT_EQ(guest_->run("dmesg -c | grep -E 'BUG|WARNING|Oops|nobody cared|NETDEV WATCHDOG|timed out'")
                      .output,
                  "");
    }

    /// One block after the other over one TCP connection, each compared at the far end, whose netcat would
    /// end the connection with its own input.
    void start_stream() {
        guest_->must("rm -f /tmp/stop /tmp/sent /tmp/damage; echo 0 >/tmp/received");
        guest_->start_in_background(
            far +
            "nc -l -p 5000 <>/tmp/silence | { n=0; while dd of=/tmp/part bs=64k count=16 iflag=fullblock && "
            "[ -s /tmp/part ]; do cmp -s /tmp/part /tmp/block || echo $n >>/tmp/damage; n=$((n+1)); "
            "echo $n >/tmp/number; mv /tmp/number /tmp/received; done; }");
        ASSERT_TRUE(guest_->becomes(far + "netstat -ltn 2>/dev/null | grep -c :5000", "1\n"));
        guest_->start_in_background(
            "n=0; while [ ! -e /tmp/stop ]; do cat /tmp/block; n=$((n+1)); echo $n >/tmp/sent; done | "
            "nc 10.9.0.2 5000");
    }
    int received() { return std::stoi(guest_->must("cat /tmp/received")); }
    bool received_more_than(int blocks) {
        return harness::wait_until([&] { return received() > blocks; }, 60s);
    }
    void expect_whole_stream() {
        guest_->must("touch /tmp/stop");
        EXPECT_TRUE(guest_->becomes("pidof nc || echo none", "none\n", 60s));
        EXPECT_TRUE(guest_->becomes("cmp /tmp/sent /tmp/received && echo all", "all\n", 60s))
            << guest_->run("cat /tmp/sent /tmp/received").output;
        EXPECT_EQ(guest_->run("cat /tmp/damage 2>/dev/null").output, "");
    }

    static std::unique_ptr<LinuxGuest> guest_;
    static std::string far; ///< in front of a command that is to run at eth1's end
};

std::unique_ptr<LinuxGuest> TwoCards::guest_;
std::string TwoCards::far;

} // namespace

TEST_F(TwoCards, ExchangeTaggedFramesOfFullSize) {
    guest_->must("modprobe 8021q");
    guest_->must("ip link add link eth0 name tagged type vlan id 5; ip addr add 10.9.5.1/24 dev tagged; "
                 "ip link set tagged up");
    guest_->must(far + "ip link add link eth1 name tagged type vlan id 5; " + far +
                 "ip addr add 10.9.5.2/24 dev tagged; " + far + "ip link set tagged up");
    EXPECT_THAT(guest_->must("ping -c 5 -i 0.1 -s 1472 10.9.5.2"),
                HasSubstr("5 packets received, 0% packet loss"));
    EXPECT_EQ(guest_->must("cat /sys/class/net/eth0/mtu"), "1500\n");
    EXPECT_GE(std::stoi(guest_->must("cat /sys/class/net/tagged/statistics/rx_packets")), 5);
    EXPECT_EQ(guest_->statistics("eth0")["rx_over_length_errors"], 0);
    guest_->must("ip link del tagged; " + far + "ip link del tagged");
}

TEST_F(TwoCards, StreamGoesOnInAnotherQemu) {
    start_stream();
    ASSERT_TRUE(received_more_than(1));
    guest_ = std::make_unique<LinuxGuest>(*guest_, Move::Live);
    EXPECT_TRUE(received_more_than(received() + 1));
    expect_whole_stream();
}

TEST_F(TwoCards, StreamGoesOnFromASnapshot) {
    harness::TempDir directory;
    guest_->qmp().add_snapshot_image(directory.file("snapshots"));
    start_stream();
    ASSERT_TRUE(received_more_than(0));
    guest_->qmp().savevm("one");
    guest_->must("touch /tmp/later");
    ASSERT_TRUE(received_more_than(received() + 1));
    guest_->qmp().loadvm("one");
    guest_->must("[ ! -e /tmp/later ]");
    EXPECT_TRUE(received_more_than(received() + 1));
    expect_whole_stream();
}

} // namespace linux_test
