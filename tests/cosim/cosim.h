// SPDX-License-Identifier: GPL-2.0-or-later
// Driver and chip in one process: a booted kernel, a card, an open interface, and the books that must
// balance.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "card.h"
#include "driver/adapter.h"
#include "kernel/softirq.h"
#include "kernel/trace.h"

namespace cosim {

inline constexpr uint16_t test_ethertype = 0x88b5; // IEEE 802 local experimental
inline constexpr std::size_t min_frame = 60;

/// A frame to the card, recognisable by its number and checkable to the last byte.
Frame numbered_frame(uint32_t number, std::size_t bytes = min_frame,
                     kernel::MacAddress destination = CardOptions{}.mac);

/// What the receive path did in some stretch of time.
struct Work {
    uint64_t interrupts, polls, done, ndone, missed, net_rx_runs, net_rx_raised;
    uint64_t rx_packets, irq_rx, irq_rnr, irq_swi, ru_starts;
    Work operator-(const Work& before) const;
};

/// One entry of the joint list of device and guest.
struct Step {
    uint64_t time_ns;
    std::string name;
    uint32_t a, b;
};

class Cosim : public testing::Test {
  public:
    Cosim();
    ~Cosim() override;

  protected:
    void plug(const CardOptions& options = {});
    /// Probes and opens; frames of test_ethertype are collected from then on.
    void open();
    void close();
    /// Lets time pass until everything that is under way has ended.
    void settle(unsigned ms = 20);
    /// `count` numbered frames, the first of which has number `first`, without time in between.
    void burst(unsigned count, uint32_t first = 0);
    /// The same as events, one every `gap_ns` from now on; returns when the last one has come and all is
    /// quiet.
    void stream(unsigned count, uint64_t gap_ns, uint32_t first = 0);

    Work work() const;
    Card& card() { return *card_; }
    kernel::NetDevice& device() { return *device_; }
    e100::Adapter& adapter() { return e100::adapter_of(*device_); }

    /// The numbers 0 … count - 1, each once, in order.
    void expect_received_all(unsigned count);
    /// Conservation laws and invariants of an idle, open interface. Called by close().
    void expect_balanced();
    uint64_t taken_off_the_ring();
    /// N1, N2, N3 and N12 over the guest's trace, as far as it reaches.
    void expect_invariants_in_trace();

    void start_joint_trace();
    /// Names only, without register reads and the other noise.
    std::vector<Step> joint_trace();

    std::vector<uint32_t> received; ///< numbers in order of delivery
    /// Time the receiving end takes for a packet.
    uint64_t service_ns = 0;

  private:
    static void take(kernel::PacketBuffer* packet);
    void expect_order();
    void expect_nothing_leaked();

    std::unique_ptr<Card> card_;
    kernel::NetDevice* device_ = nullptr;
    uint64_t live_packets_before_ = 0;
    kernel::DmaStats dma_before_{};
    uint64_t rfds_before_open_ = 0;
    uint64_t packets_before_open_ = 0;
};

} // namespace cosim
