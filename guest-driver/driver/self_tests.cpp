// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool -t: two tests beside traffic, and three for which the interface stops; those of Linux's e100.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "arch/clock.h"
#include "driver/adapter.h"
#include "driver/chip_work.h"
#include "i8255x/phy.h"
#include "kernel/thread.h"

namespace e100 {
namespace {

using namespace i8255x;

enum Test : uint8_t { LinkTest, EepromTest, SelfTest, MacLoopback, PhyLoopback };
constexpr std::array names = {"Link test     (on/offline)", "Eeprom test   (on/offline)",
                              "Self test        (offline)", "Mac loopback     (offline)",
                              "Phy loopback     (offline)"};
using Failures = std::array<bool, names.size()>;

constexpr std::size_t frame_bytes = 1500;
constexpr std::byte frame_byte{0xff}; // so it is a broadcast as well
constexpr uint64_t link_patience_ns = 4'000'000'000, link_look_ns = 50'000'000;

bool send_ones(Adapter& adapter) {
    kernel::PacketBuffer* packet = kernel::alloc_packet();
    if (!packet)
        return false;
    std::fill_n(packet->put(frame_bytes), frame_bytes, frame_byte);
    if (start_xmit(adapter.device, packet) == kernel::TransmitResult::Sent)
        return true;
    kernel::consume_packet(packet);
    return false;
}

/// Nothing but the bytes counts: neither whether the frame is good nor its length.
bool first_buffer_has_ones(Adapter& adapter) {
    kernel::PacketBuffer* packet = adapter.receive.take();
    packet->put(sizeof(ReceiveFrameDescriptor) + frame_bytes);
    packet->pull(sizeof(ReceiveFrameDescriptor));
    const bool intact =
        std::all_of(packet->data, packet->data + frame_bytes, [](std::byte b) { return b == frame_byte; });
    kernel::consume_packet(packet);
    return intact;
}

bool frame_turns_round(Adapter& adapter) {
    if (initialise_chip(adapter) != Error::None)
        return false;
    if (adapter.link_mode.loopback == Loopback::Phy)
        adapter.phy.write(mii::bmcr, bmcr::loopback);
    if (start_receiver(adapter, adapter.receive.to_clean()) != Error::None || !send_ones(adapter))
        return false;
    const auto arrived = [&] {
        return adapter.receive.clean_slot_progress() == ReceiveRing::Progress::Completed;
    };
    if (!chip_gets_done(arrived))
        return false;
    arch::read_barrier();
    return first_buffer_has_ones(adapter);
}

/// One frame out and back, without interrupts. The interface is down.
bool loops_back(Adapter& adapter, Loopback where) {
    if (allocate_rings(adapter) != Error::None)
        return false;
    adapter.link_mode.loopback = where;
    const bool intact = frame_turns_round(adapter);
    adapter.link_mode.loopback = Loopback::None;
    stop_chip(adapter);
    forget_queued(adapter);
    release_rings(adapter);
    return intact;
}

void test_phy_loopback(Adapter& adapter, Failures& failed) {
    const uint16_t control = adapter.phy.read(mii::bmcr);
    failed[PhyLoopback] = !loops_back(adapter, Loopback::Phy);
    adapter.phy.write(mii::bmcr, control | (control & bmcr::an_enable ? bmcr::an_restart : 0));
}

void test_offline(Adapter& adapter, Failures& failed) {
    const bool was_running = adapter.running;
    kernel::netif_stop_queue(adapter.device); // or the kernel's packets would take part
    if (was_running)
        down(adapter);
    reset_chip(adapter);
    failed[SelfTest] = self_test(adapter) != Error::None;
    failed[MacLoopback] = !loops_back(adapter, Loopback::Mac);
    test_phy_loopback(adapter, failed);
    if (was_running && up(adapter) == Error::None)
        kernel::netif_wake_queue(adapter.device);
}

/// The link has to come back before anything else works.
void await_link(Adapter& adapter) {
    const uint64_t deadline = arch::now_ns() + link_patience_ns;
    while (!adapter.phy.link().up && arch::now_ns() < deadline)
        kernel::sleep_ns(link_look_ns);
}

} // namespace

std::size_t self_tests(kernel::NetDevice& device, bool offline, std::span<kernel::TestResult> into) {
    Adapter& adapter = adapter_of(device);
    Failures failed{};
    {
        kernel::MutexGuard guard(adapter.configuration);
        const bool had_link = adapter.phy.link().up;
        failed[LinkTest] = !had_link;
        failed[EepromTest] = adapter.eeprom.load(adapter.registers) != Error::None;
        if (offline) {
            test_offline(adapter, failed);
            if (had_link)
                await_link(adapter);
        }
    }
    const std::size_t count = std::min(names.size(), into.size());
    for (std::size_t i = 0; i < count; i++)
        into[i] = {names[i], failed[i]};
    return count;
}

} // namespace e100
