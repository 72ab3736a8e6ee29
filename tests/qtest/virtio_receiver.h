// SPDX-License-Identifier: GPL-2.0-or-later
// The receiving half of a driver for a legacy virtio-net card (Virtio 1.2, 2.7 and 5.1): one queue, one
// buffer a frame.
#pragma once

#include "harness/e100_harness.h"

namespace qtest {

class VirtioReceiver {
  public:
    /// Takes the card at `slot` of bus 0 and gives it `buffers` buffers.
    VirtioReceiver(harness::Qtest& qtest, harness::GuestMemory& memory, uint8_t slot, uint16_t buffers)
        : qtest_(qtest), memory_(memory), buffers_(memory.allocate(buffers * buffer_bytes)) {
        using namespace harness::pci;
        const harness::PciFunction card(qtest, 0, slot);
        card.write32(bar0, io);
        card.write16(command, command_io | command_master);
        qtest.outb(io + status, 0);
        qtest.outb(io + status, acknowledge | driver);
        qtest.outl(io + driver_features, 0);
        qtest.outw(io + queue_select, 0);
        queue_size_ = qtest.inw(io + queue_size);
        place_queue(buffers);
        qtest.outl(io + queue_page, queue_ / page);
        qtest.outb(io + status, acknowledge | driver | driver_ok);
        qtest.outw(io + queue_notify, 0);
    }

    unsigned received() { return memory_.read16(used() + 2); }
    harness::Frame frame(unsigned index) {
        const uint32_t entry = used() + 4 + 8 * index;
        const uint32_t buffer = buffers_ + memory_.read32(entry) * buffer_bytes;
        return memory_.read(buffer + header_bytes, memory_.read32(entry + 4) - header_bytes);
    }

  private:
    static constexpr uint16_t io = 0xc100;
    static constexpr uint16_t driver_features = 4, queue_page = 8, queue_size = 12, queue_select = 14,
                              queue_notify = 16, status = 18;
    static constexpr uint8_t acknowledge = 1, driver = 2, driver_ok = 4;
    static constexpr uint16_t descriptor_write = 2; ///< by the card
    static constexpr uint32_t page = 4096, buffer_bytes = 2048, header_bytes = 10;

    uint32_t available() const { return queue_ + 16u * queue_size_; }
    uint32_t used() const { return (available() + 6 + 2u * queue_size_ + page - 1) / page * page; }
    void place_queue(uint16_t buffers) {
        queue_ = memory_.allocate(8 * page, page);
        for (uint16_t i = 0; i < buffers; i++) {
            const uint32_t descriptor = queue_ + 16u * i;
            memory_.write32(descriptor, buffers_ + i * buffer_bytes);
            memory_.write32(descriptor + 8, buffer_bytes);
            memory_.write16(descriptor + 12, descriptor_write);
            memory_.write16(available() + 4 + 2u * i, i);
        }
        memory_.write16(available() + 2, buffers);
    }

    harness::Qtest& qtest_;
    harness::GuestMemory& memory_;
    uint32_t buffers_, queue_ = 0;
    uint16_t queue_size_ = 0;
};

} // namespace qtest
