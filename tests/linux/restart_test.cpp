// SPDX-License-Identifier: GPL-2.0-or-later
// The interface is closed and opened, the driver removed and loaded, while frames keep coming.
#include <atomic>
#include <future>

#include "linux_test.h"
#include "wire_end.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

/// Broadcasts and frames for the card, without end, from a thread of its own.
class Traffic {
  public:
    explicit Traffic(harness::Wire& wire)
        : sender_(std::async(std::launch::async, [this, &wire] { run(wire); })) {}
    ~Traffic() { stop(); }
    void stop() {
        stop_ = true;
        if (sender_.valid())
            sender_.get();
    }
    unsigned sent() const { return sent_; }

  private:
    void run(harness::Wire& wire) {
        harness::Pattern pattern(99, 46, 1500);
        MacAddress broadcast;
        broadcast.fill(0xff);
        while (!stop_) {
            auto frame = pattern.frame(sent_, sent_ % 8 == 0 ? broadcast : LinuxGuest::mac(1),
                                       LinuxGuest::wire_mac(1));
            if (wire.try_send(frame))
                sent_++;
            else
                std::this_thread::sleep_for(200us);
        }
    }

    std::atomic<bool> stop_ = false;
    std::atomic<unsigned> sent_ = 0;
    std::future<void> sender_;
};

class Restart : public LinuxTest {
  protected:
    int64_t received() { return std::stoll(guest().must("cat /sys/class/net/eth1/statistics/rx_packets")); }
    /// Frames come in again after whatever was done to the card.
    bool receives() {
        auto before = received();
        return harness::wait_until([&] { return received() > before; });
    }
};

} // namespace

TEST_F(Restart, ClosingAndOpeningUnderTraffic) {
    Traffic traffic(guest().wire());
    for (int round = 0; round < 5; round++) {
        guest().must("ip link set eth1 down");
        guest().must("ip link set eth1 up");
        EXPECT_TRUE(receives()) << "round " << round;
    }
    traffic.stop();
    EXPECT_GT(traffic.sent(), 0u);
    expect_exchange(1000, 1000);
}

TEST_F(Restart, RemovingAndLoadingTheDriverUnderTraffic) {
    Traffic traffic(guest().wire());
    for (int round = 0; round < 3; round++) {
        guest().must("rmmod " + driver_module());
        guest().must("modprobe " + driver_module());
        guest().must("ip link set eth1 up");
        EXPECT_TRUE(receives()) << "round " << round;
    }
    traffic.stop();
    guest().must("udhcpc -i eth0 -s /etc/udhcpc.script -n -q -t 20 -T 1");
    expect_ping();
    expect_exchange(1000, 1000);
}

} // namespace linux_test
